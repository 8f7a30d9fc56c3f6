/* SPDX-License-Identifier: ISC */
/* The children of this process, few and many. */
#include "service/filter.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "unit.h"

#define MANY (CHILDREN_MAX + 6)

static pid_t pids[MANY];

/* Starts child number i; it does nothing until it, or its parent, is killed. */
static void
start(size_t i)
{
	pids[i] = fork();
	EXPECT(pids[i] >= 0);
	if (pids[i] == 0)
		prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	while (pids[i] == 0)
		pause();
}

static void
end(size_t i)
{
	EXPECT(kill(pids[i], SIGKILL) == 0);
	EXPECT(waitpid(pids[i], NULL, 0) == pids[i]);
}

/* Leaves blanks on the stack, where a buffer will be. */
__attribute__((noinline)) static void
leave_blanks(void)
{
	volatile char blanks[8192];

	for (size_t i = 0; i < sizeof(blanks); i++)
		blanks[i] = ' ';
}

static void
check_read(size_t count)
{
	struct children children;

	leave_blanks();
	memset(&children, 0xaa, sizeof(children));
	EXPECT(process_children(&children));
	EXPECT(children.count == count);
	EXPECT(memcmp(children.pids, pids, count * sizeof(pids[0])) == 0);
}

static void
test_read(void)
{
	check_read(0);
	for (size_t i = 0; i < MANY; i++) {
		start(i);
		check_read(i < CHILDREN_MAX ? i + 1 : CHILDREN_MAX);
	}
}

/* All but the first three, however many passes that takes. */
static void
test_kill(void)
{
	struct children keep;

	for (size_t i = 3; i < MANY - 1; i++)
		end(i);
	EXPECT(process_children(&keep) && keep.count == 4);
	keep.count = 3;
	for (size_t i = 4; i < MANY; i++)
		start(i);
	EXPECT(process_kill_children(&keep));
	check_read(3);
	EXPECT(process_kill_children(&keep));
	check_read(3);
	for (size_t i = 0; i < 3; i++)
		end(i);
	EXPECT(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

/* A child's child, which becomes this process's, dies too. */
static void
test_kill_orphan(void)
{
	struct children none = {.count = 0};

	EXPECT(prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == 0);
	pids[0] = fork();
	if (pids[0] == 0) {
		start(1);
		pause();
	}
	EXPECT(pids[0] > 0);
	EXPECT(process_kill_children(&none));
	EXPECT(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

/* Descriptor 0 is as good as any, and given back. */
static void
test_descriptor_0(void)
{
	struct children children;
	int copy = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

	EXPECT(copy >= 3 && close(STDIN_FILENO) == 0);
	EXPECT(process_children(&children) && children.count == 0);
	EXPECT(fcntl(STDIN_FILENO, F_GETFD) < 0);
	EXPECT(dup2(copy, STDIN_FILENO) == STDIN_FILENO && close(copy) == 0);
}

/* What is to run it is not there, but where that is no matter. */
static void
test_explain(void)
{
	EXPECT(strcmp(process_explain("/nonexistent", ENOENT),
		   "what is to load it is not there") == 0);
	EXPECT(strcmp(process_explain("/dev/null", EACCES),
		   "Permission denied") == 0);
}

int
main(void)
{
	alarm(60);
	test_explain();
	test_descriptor_0();
	test_read();
	test_kill();
	test_kill_orphan();
	return unit_end();
}
