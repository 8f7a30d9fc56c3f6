/* SPDX-License-Identifier: ISC */
/* How filters start: what surrounds them, and what is in their way. */
#include "host/spawn.h"

#include <sys/resource.h>

#include "filters.h"
#include "service/filter.h"

/* What the filter called name gives of nothing is want. */
static void
expect_given(const char *name, const char *want)
{
	unsigned char room[1024] = "";
	size_t len = 77;

	EXPECT(ask(name, room, 0, room, sizeof(room), &len) == SERVICE_OK);
	EXPECT(len == strlen(want) && memcmp(room, want, len) == 0);
}

/* Its signals, session, folder and name, whatever those of its parent are. */
static void
test_surroundings(void)
{
	char name[FILTER_NAME_MAX + 1], path[PATH_MAX + 128];
	sigset_t all, before;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	for (int i = 1; i < 32; i++)
		if (i != SIGCHLD)
			signal(i, SIG_IGN);
	expect_given("signals", "SigBlk:\t0000000000000000\n"
				"SigIgn:\t0000000000000000\n");
	for (int i = 1; i < 32; i++)
		signal(i, i == SIGPIPE ? SIG_IGN : SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	expect_given("session", "own /");
	memset(name, 'n', FILTER_NAME_MAX);
	name[FILTER_NAME_MAX] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	EXPECT(symlink("name", path) == 0);
	expect_given(name, name);
	EXPECT(unlink(path) == 0);
}

/* One that cannot run says why. */
static void
test_lost(void)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("lost", room, 0, room, 4, &len) == SERVICE_BROKEN);
	EXPECT(
	    strcmp(said, "lost: cannot start it: its interpreter /nonexistent: "
			 "No such file or directory\n") == 0);
}

/* Closes the standard streams; returns the first of three copies in a row. */
static int
put_streams_aside(void)
{
	int copy = 500;

	for (int i = 0; i < 3; i++)
		EXPECT(dup2(i, copy + i) == copy + i && close(i) == 0);
	return copy;
}

static void
put_streams_back(int copy)
{
	bool is_closed = true;

	for (int i = 0; i < 3; i++)
		is_closed &= fcntl(i, F_GETFD) < 0;
	for (int i = 0; i < 3; i++)
		is_closed &= dup2(copy + i, i) == i && close(copy + i) == 0;
	EXPECT(is_closed);
}

/* Descriptors 0 to 2 are as good as any, not mixed up, and given back. */
static void
test_without_streams(void)
{
	unsigned char text[4] = "abcd", room[4];
	size_t len = 77;
	int copy = put_streams_aside();
	enum service_result cat = ask("cat", text, 4, room, 4, &len);
	enum service_result closing = ask("closing", text, 4, room, 4, &len);
	enum service_result fail = ask("fail", text, 4, room, 4, &len);

	put_streams_back(copy);
	EXPECT(cat == SERVICE_OK && len == 4);
	EXPECT(closing == SERVICE_FAILED && fail == SERVICE_FAILED);
	EXPECT(strcmp(said, "fail: a\nfail: b\nfail: it exited with status 9"
			    "\n") == 0);
}

/* Asks for cat with all descriptors below limit; says whether it started. */
static bool
starts_below(int limit)
{
	static const char reason[] = "cat: cannot start it: ";
	struct rlimit all, few;
	unsigned char room[4];
	size_t len = 77;
	enum service_result result;

	getrlimit(RLIMIT_NOFILE, &all);
	few = all;
	few.rlim_cur = (rlim_t)limit;
	setrlimit(RLIMIT_NOFILE, &few);
	result = ask("cat", room, 0, room, 4, &len);
	setrlimit(RLIMIT_NOFILE, &all);
	if (strncmp(said, reason, strlen(reason)) != 0)
		return true;
	EXPECT(result == SERVICE_BROKEN && len == 77);
	EXPECT(strchr(said, '\n') == said + strlen(said) - 1);
	return false;
}

/* Where descriptors run out there is a reason, and none is kept. */
static void
test_no_descriptors(void)
{
	int free_fd, started[13], copy, open_fds;

	free_fd = dup(STDERR_FILENO);
	close(free_fd);
	open_fds = count_open();
	/* The text and two pipes are open at the most, */
	for (int n = 0; n < 11; n++) {
		EXPECT(starts_below(free_fd + n) == (n >= 5));
		EXPECT(n >= 5 || strcmp(said, "cat: cannot start it: "
					      "Too many open files\n") == 0);
	}
	/* past the standard streams. */
	copy = put_streams_aside();
	for (int n = 0; n < 13; n++)
		started[n] = starts_below(n);
	put_streams_back(copy);
	for (int n = 0; n < 13; n++)
		EXPECT(started[n] == (n >= 5));
	EXPECT(count_open() == open_fds);
}

/* The path that is found of tool, or the reason why there is none. */
static const char *
find(const char *folders)
{
	static char path[PATH_MAX];

	return spawn_find("tool", folders, path) ? path : strerror(errno);
}

static void
test_find(void)
{
	char path[PATH_MAX] = "", name[PATH_MAX + 1];

	EXPECT(mkdir("one", 0755) == 0 && mkdir("one/tool", 0755) == 0);
	EXPECT(mkdir("two", 0755) == 0 && mkdir("three", 0755) == 0);
	EXPECT(mknod("two/tool", S_IFREG | 0644, 0) == 0);
	add("three/tool", "#!/bin/sh\n");
	add("tool", "#!/bin/sh\n");
	EXPECT(strcmp(find("three"), "three/tool") == 0);
	EXPECT(strcmp(find("one::two:gone:three:two"), "three/tool") == 0);
	EXPECT(strcmp(find("one:two"), strerror(EACCES)) == 0);
	EXPECT(strcmp(find("two:one"), strerror(EACCES)) == 0);
	EXPECT(strcmp(find("one:gone"), strerror(ENOENT)) == 0);
	/* An empty item is not the folder that this process is in. */
	EXPECT(strcmp(find(""), strerror(ENOENT)) == 0);
	EXPECT(strcmp(find("::"), strerror(ENOENT)) == 0);
	/* What has a slash is not looked for. */
	EXPECT(spawn_find("gone/x", "three", path));
	EXPECT(strcmp(path, "gone/x") == 0);
	memset(name, 'x', PATH_MAX);
	name[PATH_MAX] = '\0';
	EXPECT(!spawn_find(name, "three", path) && errno == ENOENT);
	name[1] = '/';
	EXPECT(!spawn_find(name, "three", path) && errno == ENAMETOOLONG);
	name[PATH_MAX - 1] = '\0';
	EXPECT(spawn_find(name, "three", path) && strcmp(path, name) == 0);
}

/* As many children as can be told from a filter's, and one more. */
static void
test_children_of_others(void)
{
	unsigned char room[4];
	pid_t pids[CHILDREN_MAX];
	size_t len = 77;

	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		if (i == CHILDREN_MAX - 1)
			EXPECT(
			    ask("cat", room, 0, room, 4, &len) == SERVICE_OK);
		pids[i] = fork();
		if (pids[i] == 0)
			prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
		while (pids[i] == 0)
			pause();
	}
	EXPECT(ask("cat", room, 0, room, 4, &len) == SERVICE_BROKEN);
	EXPECT(strcmp(said, "cat: cannot start it: Resource temporarily "
			    "unavailable\n") == 0);
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		EXPECT(kill(pids[i], SIGKILL) == 0);
		EXPECT(waitpid(pids[i], NULL, 0) == pids[i]);
	}
}

int
main(void)
{
	/* What whoever runs the test left open. */
	close_range(STDERR_FILENO + 1, ~0U, 0);
	filters_begin();
	add("cat", "#!/bin/sh\nexec cat\n");
	add("closing", "#!/bin/sh\nexec >&-; sleep 0.1; exit 1\n");
	add("fail", "#!/bin/sh\ncat; printf 'a\\n\\nb' >&2; exit 9\n");
	add("lost", "#!/nonexistent\n");
	add("name", "#!/bin/sh\nprintf %s \"$VERSED_TRANSFORM\"\n");
	add("session", "#!/bin/sh\n"
		       "read -r pid _ _ _ _ session _ </proc/$$/stat\n"
		       "[ $pid = $session ] && printf 'own %s' \"$(pwd)\"\n");
	add("signals", "#!/bin/sh\nexec grep -E '^Sig(Blk|Ign)' "
		       "/proc/self/status\n");
	test_surroundings();
	test_lost();
	test_without_streams();
	test_no_descriptors();
	test_children_of_others();
	test_find();
	return filters_end();
}
