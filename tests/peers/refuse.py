#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""refuse.py WHAT COMMAND [ARGUMENT ...]: becomes COMMAND, where the kernel now
refuses, to it and all its children, what it does in some containers:

users      new user namespaces, as where user.max_user_namespaces is 0
unshare    all new namespaces of unshare(2)
mount      all that mounts
admin      all that CAP_SYS_ADMIN allows
"""
import ctypes
import errno
import os
import struct
import sys

CALLS = {
    "x86_64": {"mount": (165, 155, 428, 429, 430, 442), "unshare": (272,),
               "clone": (56,), "clone3": (435,)},
    "aarch64": {"mount": (40, 41, 428, 429, 430, 442), "unshare": (97,),
                "clone": (220,), "clone3": (435,)},
}[os.uname().machine]
CLONE_NEWUSER = 0x10000000
LOAD, EQUAL, SET, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, ERRNO = 0x7fff0000, 0x00050000
PR_SET_SECCOMP, PR_CAPBSET_DROP, CAP_SYS_ADMIN = 22, 24, 21


def refusal(calls, error, flags=None):
    """The instructions that refuse the calls, or those with one of the flags."""
    code = []
    for number in calls:
        code.append((LOAD, 0, 0, 0))
        if flags is None:
            code.append((EQUAL, 0, 1, number))
        else:
            code += [(EQUAL, 0, 3, number), (LOAD, 0, 0, 16),
                     (SET, 0, 1, flags)]
        code.append((RETURN, 0, 0, ERRNO | error))
    return code


def main():
    what, *command = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    if what == "admin":
        if libc.prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0):
            sys.exit("cannot drop the capability")
        os.execv(command[0], command)
    if what == "users":
        code = refusal(CALLS["unshare"] + CALLS["clone"], errno.ENOSPC,
                       CLONE_NEWUSER)
        code += refusal(CALLS["clone3"], errno.ENOSYS)
    else:
        code = refusal(CALLS[what], errno.EPERM)
    code.append((RETURN, 0, 0, ALLOW))
    program = b"".join(struct.pack("HBBI", *line) for line in code)
    buffer = ctypes.create_string_buffer(program)
    filters = struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer))
    if libc.prctl(PR_SET_SECCOMP, 2, filters, 0, 0):
        sys.exit(f"no filter: {os.strerror(ctypes.get_errno())}")
    os.execv(command[0], command)


main()
