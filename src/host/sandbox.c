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
#else
#define SANDBOX_ARCH 0 /* no filter */
#endif

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define SKIP(value, if_equal, if_not) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, if_equal, if_not)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)

/* What the filter allows, and to whom only. */
static const struct {
	struct sock_filter test;
	unsigned int need;
} allowed[] = {
    {SKIP(SYS_recvmsg, 0, 0), SANDBOX_DATAGRAMS},
    {SKIP(SYS_sendmsg, 0, 0), SANDBOX_DATAGRAMS},
    {SKIP(SYS_write, 0, 0), SANDBOX_ALL},
    {SKIP(SYS_setitimer, 0, 0), SANDBOX_ALL},
    {SKIP(SYS_exit_group, 0, 0), SANDBOX_ALL},
#ifdef SYS_poll
    {SKIP(SYS_poll, 0, 0), SANDBOX_ALL},
#else
    {SKIP(SYS_ppoll, 0, 0), SANDBOX_ALL},
#endif
    {SKIP(SYS_rt_sigreturn, 0, 0), SANDBOX_ALL},
    {SKIP(SYS_restart_syscall, 0, 0), SANDBOX_ALL},
    {SKIP(SYS_read, 0, 0), SANDBOX_STREAMS},
    {SKIP(SYS_shutdown, 0, 0), SANDBOX_STREAMS},
    {SKIP(SYS_accept4, 0, 0), SANDBOX_ACCEPT},
    {SKIP(SYS_close, 0, 0), SANDBOX_ACCEPT},
};

/*
 * The first instruction, which SANDBOX_LONG_LIFE leaves out, has no effect but
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

/* The filter, made from its end, is head, a test for each call, and tail. */
static bool
filter_calls(unsigned int needs)
{
	struct sock_filter code[LENGTH(head) + LENGTH(allowed) + LENGTH(tail)];
	struct sock_filter *end = code + LENGTH(code), *p = end - LENGTH(tail);
	size_t skipped = needs & SANDBOX_LONG_LIFE ? 1 : 0;
	struct sock_fprog program;
	unsigned char to_allow = 1;

	memcpy(p, tail, sizeof(tail));
	for (size_t i = LENGTH(allowed); i-- > 0;)
		if (needs & allowed[i].need) {
			*--p = allowed[i].test;
			p->jt = to_allow++;
		}
	p -= LENGTH(head) - skipped;
	memcpy(p, head + skipped, sizeof(head) - skipped * sizeof(head[0]));
	program.filter = p;
	program.len = (unsigned short)(end - p);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0L, 0L) ==
	       0;
}

/* For a process that starts programs, which need any system call. */
static bool
set_limits(void)
{
	const struct rlimit none = {0, 0};
	struct rlimit files;

	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
	    getrlimit(RLIMIT_NOFILE, &files) != 0)
		return false;
	if (files.rlim_max > FILES_MAX)
		files.rlim_max = FILES_MAX;
	files.rlim_cur = files.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &files) == 0;
}

bool
sandbox_enter(unsigned int needs)
{
	log_serve(needs & SANDBOX_PROGRAMS, needs & SANDBOX_LONG_LIFE);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0)
		return false;
	if (needs & SANDBOX_PROGRAMS)
		return set_limits();
	if (SANDBOX_ARCH != 0 && filter_calls(needs))
		return true;
	if (SANDBOX_ARCH != 0 && errno != EINVAL && errno != ENOSYS)
		return false;
	log_message(LOG_WARNING, "no system call filter here");
	return true;
}
