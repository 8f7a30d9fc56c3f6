#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Checks reverse on every text of up to six of a, LF and CRLF.

Usage: lines-oracle.py SERVICE.SO
"""

import ctypes
import itertools
import re
import sys

service = ctypes.CDLL(sys.argv[1])


def reverse(text):
    room = ctypes.create_string_buffer(1 << 17)
    size = ctypes.c_size_t()
    result = service.service_transform(
        None, b"reverse", ctypes.c_size_t(7), text, ctypes.c_size_t(len(text)),
        room, ctypes.c_size_t(len(room)), ctypes.byref(size),
    )  # fmt: skip
    assert result == 0, text
    return room.raw[: size.value]


def expected(text):
    """Line, end, line, ..., line from behind; or each line with its own end."""
    parts = re.split(rb"(\r?\n)", text)
    if parts[-1]:
        return b"".join(parts[::-1])
    lines = [a + b for a, b in zip(parts[::2], parts[1::2])]
    return b"".join(lines[::-1])


count = lost = 0
for length in range(7):
    for parts in itertools.product((b"a", b"\n", b"\r\n"), repeat=length):
        text = b"".join(parts)
        assert reverse(text) == expected(text), text
        # What versed(8) excepts: an empty first line, and no end of the last.
        excepted = text[:1] in (b"\n", b"\r") and not text.endswith(b"\n")
        assert (reverse(reverse(text)) != text) == excepted, text
        count += 1
        lost += excepted
print(f"{count} texts, {lost} of them not given back")
