/* SPDX-License-Identifier: ISC */
/* no_new_privs and a seccomp filter in raw BPF. */
#include "sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "log.h"

#define FILES_MAX 256

#if defined(__x86_64__) && defined(__LP64__)
#define SANDBOX_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef SANDBOX_ARCH

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define SKIP(value, if_equal, if_not) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, if_equal, if_not)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)

/*
 * The filter is head, a test for each call, and tail.
 *
 * Its first instruction, which SANDBOX_LONG_LIFE leaves out, has no effect but
 * that the kernel does not find out in advance what the filter says to each of
 * its 900 calls: that pays where a process makes thousands, but would be a
 * tenth of the life of one that serves one request.
 *
 * The numbers are those of the one native interface: a call of another one
 * (32-bit, x32) has another arch or a number that is not listed.
 */
static const struct sock_filter head[] = {
    BPF_STMT(BPF_MISC | BPF_TAX, 0),
    LOAD(arch),
    SKIP(SANDBOX_ARCH, 1, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
};
static const struct sock_filter tail[] = {
    RETURN(SECCOMP_RET_KILL_PROCESS),
    RETURN(SECCOMP_RET_ALLOW),
};

/*
 * The first DATAGRAM_CALLS are for datagrams only, the last STREAM_CALLS for
 * all else, and of these the last ACCEPT_CALLS for SANDBOX_ACCEPT only.
 */
#define DATAGRAM_CALLS 2
#define STREAM_CALLS   4
#define ACCEPT_CALLS   2
static const unsigned int calls[] = {
    SYS_recvmsg,
    SYS_sendmsg,
    SYS_write,
    SYS_setitimer,
    SYS_exit_group,
#ifdef SYS_poll
    SYS_poll,
#else
    SYS_ppoll,
#endif
    SYS_rt_sigreturn,
    SYS_restart_syscall,
    SYS_read,
    SYS_shutdown,
    SYS_accept4,
    SYS_close,
};

#define FILTER_MAX (LENGTH(head) + LENGTH(calls) + LENGTH(tail))

/* Writes the filter, at most FILTER_MAX instructions; returns how many. */
static unsigned short
build_filter(unsigned int also, struct sock_filter *code)
{
	bool is_datagram = (also & SANDBOX_DATAGRAM) != 0;
	size_t first = is_datagram ? 0 : DATAGRAM_CALLS;
	size_t left_out = is_datagram		  ? STREAM_CALLS
			  : also & SANDBOX_ACCEPT ? 0
						  : ACCEPT_CALLS;
	size_t tests = LENGTH(calls) - first - left_out;
	size_t skipped = also & SANDBOX_LONG_LIFE ? 1 : 0;
	struct sock_filter *p = code + LENGTH(head) - skipped;

	memcpy(code, head + skipped, sizeof(head) - skipped * sizeof(head[0]));
	for (size_t i = 0; i < tests; i++) {
		unsigned char to_allow = (unsigned char)(tests - i);

		*p++ = (struct sock_filter)SKIP(calls[first + i], to_allow, 0);
	}
	memcpy(p, tail, sizeof(tail));
	p += LENGTH(tail);
	return (unsigned short)(p - code);
}

#endif

static bool
drop_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0;
}

bool
sandbox_enter_with_filters(void)
{
	const struct rlimit none = {0, 0};
	struct rlimit files;

	log_serve(true, false);
	if (!drop_privileges() || setrlimit(RLIMIT_CORE, &none) != 0 ||
	    getrlimit(RLIMIT_NOFILE, &files) != 0)
		return false;
	if (files.rlim_max > FILES_MAX)
		files.rlim_max = FILES_MAX;
	files.rlim_cur = files.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &files) == 0;
}

bool
sandbox_enter(unsigned int also)
{
	log_serve(false, also & SANDBOX_LONG_LIFE);
	if (!drop_privileges())
		return false;
#ifdef SANDBOX_ARCH
	struct sock_filter code[FILTER_MAX];
	const struct sock_fprog program = {
	    .len = build_filter(also, code),
	    .filter = code,
	};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0L, 0L) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
#else
	(void)also;
#endif
	log_message(LOG_WARNING, "no system call filter here");
	return true;
}
