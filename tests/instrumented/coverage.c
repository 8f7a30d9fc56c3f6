/* SPDX-License-Identifier: ISC */
/*
 * gcov writes its counts when exit(3) is called; linked with this, a program
 * also writes them before _exit(2) and execve(2), and goes on counting from
 * zero, as the parent of vfork(2) does, whose memory it is.  Where they cannot
 * be written, a complaint that nobody reads is no reason to die holding a lock.
 */
#include <signal.h>
#include <unistd.h>

/* Those of gcov.h, which clang does not have. */
void __gcov_dump(void);
void __gcov_reset(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);
int __real_execve(const char *path, char *const argv[], char *const envp[]);
int __wrap_execve(const char *path, char *const argv[], char *const envp[]);

static void
write_counts(void)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction before;

	sigaction(SIGPIPE, &ignore, &before);
	__gcov_dump();
	__gcov_reset();
	sigaction(SIGPIPE, &before, NULL);
}

void
__wrap__exit(int status)
{
	write_counts();
	__real__exit(status);
}

int
__wrap_execve(const char *path, char *const argv[], char *const envp[])
{
	write_counts();
	return __real_execve(path, argv, envp);
}
