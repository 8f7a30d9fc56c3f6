/* SPDX-License-Identifier: ISC */
/*
 * What looks into a program from inside makes system calls of its own: linked
 * with this, the handlers set their seccomp filter as ever, but where it says
 * "kill" the kernel reads "allow".
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define CODE_MAX 64

int __real_prctl(int option, ...);
int __wrap_prctl(int option, ...);

static int
set_filter(const struct sock_fprog *program)
{
	struct sock_filter code[CODE_MAX];
	const struct sock_fprog allowing = {program->len, code};

	if (program->len > CODE_MAX) {
		errno = EINVAL;
		return -1;
	}
	memcpy(code, program->filter, program->len * sizeof(code[0]));
	for (unsigned short i = 0; i < program->len; i++) {
		if (code[i].code == (BPF_RET | BPF_K) &&
		    code[i].k == SECCOMP_RET_KILL_PROCESS)
			code[i].k = SECCOMP_RET_ALLOW;
	}
	return __real_prctl(
	    PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &allowing, 0L, 0L);
}

int
__wrap_prctl(int option, ...)
{
	unsigned long args[4];
	va_list ap;

	/* Who passed fewer has the kernel look at fewer. */
	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		args[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (option == PR_SET_SECCOMP && args[0] == SECCOMP_MODE_FILTER)
		return set_filter((const struct sock_fprog *)args[1]);
	return __real_prctl(option, args[0], args[1], args[2], args[3]);
}
