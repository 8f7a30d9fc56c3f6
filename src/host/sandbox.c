/* SPDX-License-Identifier: ISC */
/* no_new_privs and a seccomp filter in raw BPF. */
#include "sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <stddef.h>

#define FILES_MAX 256

#if defined(SANDBOX_NO_SECCOMP)
#undef SANDBOX_ARCH /* sanitizers need system calls of their own */
#elif defined(__x86_64__) && defined(__LP64__)
#define SANDBOX_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef SANDBOX_ARCH

#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define ALLOW(number)                                      \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), \
	    RETURN(SECCOMP_RET_ALLOW)

/*
 * The numbers are those of the one native interface: a call of another one
 * (32-bit, x32) has another arch or a number that is not listed.
 */
static struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SANDBOX_ARCH, 1, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    ALLOW(SYS_read),
    ALLOW(SYS_write),
    ALLOW(SYS_shutdown),
    ALLOW(SYS_setitimer),
    ALLOW(SYS_exit_group),
    ALLOW(SYS_accept4),
    ALLOW(SYS_close),
#ifdef SYS_poll
    ALLOW(SYS_poll),
#else
    ALLOW(SYS_ppoll),
#endif
    /* Of madvise(2), what host/memory asks for. */
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 4),
    LOAD(args[2]),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MADV_HUGEPAGE, 0, 1),
    RETURN(SECCOMP_RET_ALLOW),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    ALLOW(SYS_rt_sigreturn),
    ALLOW(SYS_restart_syscall),
    RETURN(SECCOMP_RET_KILL_PROCESS),
};

#endif

enum sandbox_result
sandbox_drop_privileges(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return SANDBOX_ERROR;
	return SANDBOX_OK;
}

enum sandbox_result
sandbox_enter_with_filters(void)
{
	const struct rlimit none = {0, 0};
	struct rlimit files;

	if (sandbox_drop_privileges() != SANDBOX_OK ||
	    setrlimit(RLIMIT_CORE, &none) != 0 ||
	    getrlimit(RLIMIT_NOFILE, &files) != 0)
		return SANDBOX_ERROR;
	if (files.rlim_max > FILES_MAX)
		files.rlim_max = FILES_MAX;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		return SANDBOX_ERROR;
	return SANDBOX_OK;
}

enum sandbox_result
sandbox_enter(void)
{
	if (sandbox_drop_privileges() != SANDBOX_OK)
		return SANDBOX_ERROR;
#ifdef SANDBOX_ARCH
	const struct sock_fprog program = {
	    .len = sizeof(filter) / sizeof(filter[0]),
	    .filter = filter,
	};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0L, 0L) == 0)
		return SANDBOX_OK;
	if (errno != EINVAL && errno != ENOSYS)
		return SANDBOX_ERROR;
#endif
	return SANDBOX_NO_FILTER;
}
