/* SPDX-License-Identifier: ISC */
/*
 * Filters under a kernel that refuses: each case has a process of its own, in
 * which one system call fails, as in all that it starts.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "host/io.h"
#include "service/filter.h"
#include "unit.h"

/* Numbers of bytes that nobody else reads or writes. */
#define TEXT_LEN 4321
#define CAP	 5432

/* What process.c and program.c read at once. */
#define CHILDREN_READ ((size_t)CHILDREN_MAX * 12)
#define ERR_READ      200

#define ANY -1

#ifdef SYS_poll
#define POLL SYS_poll
#else
#define POLL SYS_ppoll
#endif
#ifdef SYS_access
#define ACCESS SYS_access
#else
#define ACCESS SYS_faccessat
#endif
#ifdef SYS_dup2
#define DUP2 SYS_dup2
#else
#define DUP2 SYS_dup3
#endif

/* The call fails with error (0: returns 0) where argument arg or ANY is value.
 */
struct refusal {
	long call;
	int arg;
	unsigned int value;
	int error;
};

static struct filters filters;
static char dir[] = "/tmp/versed-refusals-XXXXXX";
static char said[1024];
static unsigned char text[TEXT_LEN], room[CAP];
static size_t room_len;

static void
refuse(const struct refusal *refusal)
{
	unsigned int arg = refusal->arg == ANY ? 0 : (unsigned)refusal->arg;
	/* Of a number its low half says enough; the machine is little-endian.
	 */
	struct sock_filter code[] = {
	    BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(
		BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)refusal->call, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		(unsigned int)offsetof(struct seccomp_data, args) + 8 * arg),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refusal->value, 0,
		refusal->arg == ANY ? 0 : 1),
	    BPF_STMT(BPF_RET | BPF_K,
		SECCOMP_RET_ERRNO | (unsigned int)refusal->error),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
	    sizeof(code) / sizeof(code[0]), code};

	EXPECT(prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0);
	EXPECT(
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0L, 0L) == 0);
}

/* In place of log_filter_line. */
void __wrap_log_filter_line(const char *name, const void *line, size_t len);
void
__wrap_log_filter_line(const char *name, const void *line, size_t len)
{
	size_t used = strlen(said);

	(void)name;
	snprintf(said + used, sizeof(said) - used, "%.*s\n", (int)len,
	    (const char *)line);
}

/* Runs a filter; tells whether it came to result, and said no more than that.
 */
static bool
runs(const char *name, enum service_result result, const char *to_say)
{
	enum service_result got;

	said[0] = '\0';
	room_len = 0;
	got = filters_run(&filters, (const unsigned char *)name, strlen(name),
	    text, TEXT_LEN, room, CAP, &room_len);
	if (got == result && strcmp(said, to_say) == 0)
		return true;
	fprintf(stderr, "%s: result %d, said: %s\n", name, (int)got, said);
	return false;
}

static bool
gave(const char *result)
{
	return room_len == strlen(result) &&
	       memcmp(room, result, room_len) == 0;
}

static void
no_children(void)
{
	struct children children = {.count = 0};

	EXPECT(!process_children(&children));
	EXPECT(!process_kill_children(&children));
}

static void
no_kill(void)
{
	const struct children none = {.count = 0};
	pid_t pid = fork();

	EXPECT(pid >= 0);
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	while (pid == 0)
		pause();
	EXPECT(!process_kill_children(&none));
}

/* What it started ends by itself. */
static void
no_end(void)
{
	EXPECT(
	    runs("daemon", SERVICE_BROKEN, "its processes cannot be killed\n"));
}

static void
no_folder(void)
{
	static struct filters none;

	EXPECT(
	    strcmp(filters_open(&none, dir), "Operation not permitted") == 0);
	EXPECT(none.count == 0);
}

static void
no_start(void)
{
	EXPECT(runs("hang", SERVICE_BROKEN,
	    "cannot start it: Operation not permitted\n"));
}

/* Only descriptor 10, the first it opens, cannot be rewound: others' can. */
static void
no_rewind(void)
{
	for (int fd = 3; fd < 10; fd++)
		EXPECT(dup2(STDERR_FILENO, fd) == fd);
	close(10);
	no_start();
	for (int fd = 3; fd < 10; fd++)
		close(fd);
}

/* Its parent seems to be another. */
static void
no_parent(void)
{
	EXPECT(
	    runs("hang", SERVICE_BROKEN, "cannot start it: No such process\n"));
}

static void
no_write(void)
{
	EXPECT(runs("hang", SERVICE_BROKEN, "cannot start it: Broken pipe\n"));
}

static void
no_read(void)
{
	EXPECT(runs("talk", SERVICE_BROKEN,
	    "cannot read from it: Operation not permitted\n"));
}

static void
no_poll(void)
{
	EXPECT(runs(
	    "hang", SERVICE_BROKEN, "cannot poll: Operation not permitted\n"));
}

static void
no_messages(void)
{
	EXPECT(runs("words", SERVICE_OK, "") && gave("words\n"));
}

static void
no_exec_seal(void)
{
	EXPECT(runs("words", SERVICE_OK, "message\n") && gave("words\n"));
}

static void
late(void)
{
	io_set_deadline(1);
	EXPECT(runs("talk", SERVICE_LATE, "it ran past the deadline\n"));
}

/* Its end is told by its pidfd, but wait4(2) knows nothing of it. */
static void
not_ended(void)
{
	io_set_deadline(1);
	EXPECT(runs("fds", SERVICE_BROKEN,
	    "it ran past the deadline\nits processes cannot be killed\n"));
}

/* Descriptors 0 to 2, and the one that ls(1) looks through. */
static void
three_descriptors(void)
{
	EXPECT(dup2(STDERR_FILENO, 50) == 50);
	EXPECT(runs("fds", SERVICE_OK, "") && gave("0\n1\n2\n3\n"));
}

static const struct {
	struct refusal refusal;
	void (*check)(void);
} cases[] = {
    {{SYS_read, 2, CHILDREN_READ, EPERM}, no_children},
    {{SYS_read, 2, CHILDREN_READ, EPERM}, no_start},
    {{SYS_kill, ANY, 0, EPERM}, no_kill},
    {{SYS_kill, ANY, 0, EPERM}, no_end},
    {{SYS_newfstatat, ANY, 0, EPERM}, no_folder},
    {{ACCESS, ANY, 0, EPERM}, no_folder},
    {{SYS_rt_sigaction, 0, SIGCHLD, EPERM}, no_start},
    {{SYS_prctl, 0, PR_SET_CHILD_SUBREAPER, EPERM}, no_start},
    {{SYS_pipe2, ANY, 0, EPERM}, no_start},
    {{SYS_memfd_create, ANY, 0, EPERM}, no_start},
    {{SYS_memfd_create, 1, 0xb, EINVAL}, no_exec_seal},
    {{SYS_lseek, 0, 10, EPERM}, no_rewind},
    {{SYS_fcntl, 1, F_ADD_SEALS, EPERM}, no_start},
    {{SYS_fcntl, 1, F_SETFL, EPERM}, no_start},
    {{SYS_pidfd_open, ANY, 0, EPERM}, no_start},
    {{SYS_prctl, 0, PR_SET_PDEATHSIG, EPERM}, no_start},
    {{SYS_getppid, ANY, 0, EPERM}, no_parent},
    {{DUP2, ANY, 0, EPERM}, no_start},
    {{SYS_chdir, ANY, 0, EPERM}, no_start},
    {{SYS_execve, ANY, 0, EPERM}, no_start},
    {{SYS_clone, ANY, 0, EPERM}, no_start},
    {{SYS_close_range, ANY, 0, ENOSYS}, three_descriptors},
    {{SYS_write, 2, TEXT_LEN, EPERM}, no_start},
    {{SYS_write, 2, TEXT_LEN, EPIPE}, no_write},
    {{SYS_write, 2, TEXT_LEN, EINTR}, late},
    {{SYS_read, 2, CAP, EPERM}, no_read},
    {{SYS_read, 2, CAP, EINTR}, late},
    {{SYS_read, 2, CAP, EAGAIN}, late},
    {{SYS_read, 2, ERR_READ, EPERM}, no_messages},
    {{SYS_read, 2, ERR_READ, EINTR}, no_messages},
    {{POLL, 1, 3, EPERM}, no_poll},
    {{POLL, 1, 3, EINTR}, late},
    {{SYS_wait4, ANY, 0, 0}, not_ended},
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

/* Has all cases' checks done at once, as some of them wait for seconds. */
static void
try_cases(void)
{
	pid_t pids[CASES];
	int status;

	for (size_t i = 0; i < CASES; i++) {
		pids[i] = fork();
		EXPECT(pids[i] >= 0);
		if (pids[i] == 0) {
			unit_failures = 0;
			io_set_deadline(20);
			refuse(&cases[i].refusal);
			cases[i].check();
			_exit(unit_end());
		}
	}
	for (size_t i = 0; i < CASES; i++) {
		EXPECT(waitpid(pids[i], &status, 0) == pids[i]);
		EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			fprintf(stderr, "(case %zu)\n", i);
	}
}

static void
add(const char *name, const char *script)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	EXPECT(fd >= 0 && write(fd, script, strlen(script)) > 0);
	EXPECT(close(fd) == 0);
}

int
main(void)
{
	EXPECT(mkdtemp(dir) != NULL && chdir(dir) == 0);
	add("words", "#!/bin/sh\necho words\necho message >&2\n");
	add("talk", "#!/bin/sh\necho words\nexec sleep 1000\n");
	add("daemon", "#!/bin/sh\nsleep 60 </dev/null >/dev/null 2>&1 &\n");
	add("hang", "#!/bin/sh\nexec sleep 1000\n");
	add("fds", "#!/bin/sh\nexec ls /proc/self/fd\n");
	EXPECT(filters_open(&filters, dir) == NULL);
	io_init();
	try_cases();
	EXPECT(unlink("words") == 0 && unlink("talk") == 0);
	EXPECT(unlink("daemon") == 0 && unlink("hang") == 0);
	EXPECT(unlink("fds") == 0 && rmdir(dir) == 0);
	return unit_end();
}
