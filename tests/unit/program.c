/* SPDX-License-Identifier: ISC */
/* Filters at work: their room, their time, their messages, and signals. */
#include "service/filter.h"

#include <sys/resource.h>
#include <sys/time.h>

#include "filters.h"

#define TEXT_LEN 1000000

static void
test_room(void)
{
	unsigned char text[4] = "abcd", *room = unit_room(4);
	size_t len = 77;

	EXPECT(ask("cat", text, 4, room, 4, &len) == SERVICE_OK);
	EXPECT(len == 4 && memcmp(room, "abcd", 4) == 0);
	len = 77;
	EXPECT(ask("cat", text, 4, room + 1, 3, &len) == SERVICE_FAILED);
	EXPECT(len == 77 && memcmp(room + 1, "\0\0\0", 3) == 0);
	EXPECT(strcmp(said, "cat: it wrote more than 3 bytes\n") == 0);
	EXPECT(ask("cat", text, 1, room, 4, &len) == SERVICE_OK);
	EXPECT(len == 1 && room[0] == 'a');
	EXPECT(ask("cat", text, 0, room + 4, 0, &len) == SERVICE_OK);
	EXPECT(len == 0);
	EXPECT(ask("fail", text, 4, room, 4, &len) == SERVICE_FAILED);
	EXPECT(memcmp(room, "\0\0\0\0", 4) == 0);
	EXPECT(strcmp(said, "fail: a\nfail: b\nfail: it exited with status 9"
			    "\n") == 0);
}

/* Not a byte past the room, however much comes at once, or in how many. */
static void
test_room_is_kept(void)
{
	static unsigned char text[300000], room[400000];
	size_t len = 77, touched = 0;

	for (size_t cap = 100000; cap < 100002; cap++) {
		memset(room, 0xaa, sizeof(room));
		EXPECT(ask("cat", text, sizeof(text), room, cap, &len) ==
		       SERVICE_FAILED);
		for (size_t i = cap; i < sizeof(room); i++)
			touched += room[i] != 0xaa;
		EXPECT(touched == 0 && len == 77);
	}
}

/* Says how long it took, in milliseconds, until the filter was late. */
static long long
late_after_ms(const char *name, unsigned long timeout_s)
{
	unsigned char room[64];
	struct timespec start, end;
	size_t len = 77;

	clock_gettime(CLOCK_MONOTONIC, &start);
	io_set_deadline(timeout_s);
	EXPECT(ask(name, room, 0, room, 64, &len) == SERVICE_LATE);
	EXPECT(len == 77);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return (end.tv_sec - start.tv_sec) * 1000LL +
	       (end.tv_nsec - start.tv_nsec) / 1000000;
}

static void
test_deadline(void)
{
	unsigned char text[4] = "abcd", room[4];
	size_t len = 77;

	EXPECT(late_after_ms("hang", 1) >= 999);
	EXPECT(strcmp(said, "hang: it ran past the deadline\n") == 0);
	/* It has passed already. */
	EXPECT(ask("cat", text, 0, room, 4, &len) == SERVICE_LATE);
	EXPECT(ask("cat", text, 4, room, 4, &len) == SERVICE_LATE && len == 77);
	EXPECT(strcmp(said, "cat: it ran past the deadline\n") == 0);
	EXPECT(strcmp(filters.reason, "it ran past the deadline") == 0);
	/* The line that it has begun is shown, too. */
	late_after_ms("partly", 3);
	EXPECT(strcmp(said, "partly: one\npartly: it ran past the deadline\n"
			    "partly: two\n") == 0);
	late_after_ms("held", 3);
	EXPECT(strcmp(said, "held: it exited, but a process that it started "
			    "holds its output\n") == 0);
	io_set_deadline(0);
	EXPECT(ask("cat", text, 4, room, 4, &len) == SERVICE_OK && len == 4);
	io_set_deadline(50);
}

static void
test_killed(void)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("die", room, 0, room, 4, &len) == SERVICE_FAILED);
	EXPECT(strcmp(said, "die: it was killed by signal 11: Segmentation "
			    "fault\n") == 0);
	EXPECT(len == 77);
}

/* What a shell, env(1) and others say of what they cannot run. */
static void
test_cannot_run(void)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("noexec", room, 0, room, 4, &len) == SERVICE_BROKEN);
	EXPECT(strstr(said, "noexec: it exited with status 126: ") != NULL);
	EXPECT(ask("nofile", room, 0, room, 4, &len) == SERVICE_BROKEN);
	EXPECT(strcmp(filters.reason, "it exited with status 127: what it "
				      "wants to run cannot be") == 0);
	EXPECT(len == 77);
}

/* It can be read twice, and by whom it starts, but not written to. */
static void
test_text(void)
{
	unsigned char text[4] = "abcd", room[16];
	size_t len = 77;

	EXPECT(ask("twice", text, 4, room, 16, &len) == SERVICE_OK);
	EXPECT(len == 8 && memcmp(room, "abcdabcd", 8) == 0);
	EXPECT(ask("writes", text, 4, room, 16, &len) == SERVICE_OK);
	EXPECT(len == 4 && memcmp(room, "abcd", 4) == 0);
}

/* Where files may have two bytes the server is at fault. */
static void
test_file_size(void)
{
	unsigned char text[4] = "abcd", room[4];
	struct rlimit all, few;
	size_t len = 77;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &all);
	few = all;
	few.rlim_cur = 2;
	setrlimit(RLIMIT_FSIZE, &few);
	EXPECT(ask("cat", text, 4, room, 4, &len) == SERVICE_BROKEN);
	setrlimit(RLIMIT_FSIZE, &all);
	EXPECT(len == 77 &&
	       strcmp(said, "cat: cannot start it: File too large\n") == 0);
}

/* What "say" is given it says; expects what is to be heard of it. */
static void
expect_said(const char *text, const char *want)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("say", (const unsigned char *)text, strlen(text), room, 4,
		   &len) == SERVICE_OK);
	EXPECT(len == 0);
	EXPECT(strcmp(said, want) == 0);
}

/* Lines of up to 200 bytes, and 100 of them, as filter.h's caller gets them. */
static void
test_messages(void)
{
	char text[8192], want[8192], line[256];

	expect_said("", "");
	expect_said("one\ntwo three\n\n\nlast", "say: one\nsay: two three\n"
						"say: last\n");
	for (int size = 198; size < 203; size++) {
		snprintf(text, sizeof(text), "%0*d\n%0*d", size, 0, size, 1);
		snprintf(want, sizeof(want), "say: %0*d\n",
		    size < 200 ? size : 200, 0);
		if (size > 200)
			snprintf(want + strlen(want), 300, "say: %0*d\n",
			    size - 200, 0);
		snprintf(want + strlen(want), 300, "say: %0*d\n",
		    size < 200 ? size : 200, size > 200 ? 0 : 1);
		if (size > 200)
			snprintf(want + strlen(want), 300, "say: %0*d\n",
			    size - 200, 1);
		expect_said(text, want);
	}
	for (int lines = 98; lines < 103; lines++) {
		text[0] = want[0] = '\0';
		for (int i = 0; i < lines; i++) {
			snprintf(line, sizeof(line), "line %d\n", i);
			strcat(text, line);
			snprintf(line, sizeof(line), "say: line %d\n", i);
			if (i < 100)
				strcat(want, line);
		}
		if (lines >= 100)
			strcat(want, "say: more lines are not logged\n");
		expect_said(text, want);
	}
}

/* Those who still hold its output are heard, too. */
static void
test_late_words(void)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("late", room, 0, room, 4, &len) == SERVICE_OK && len == 0);
	EXPECT(strcmp(said, "late: first\nlate: late\nlate: last\n") == 0);
}

static long long
cpu_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec * 1000LL + used.tv_nsec / 1000000;
}

/* One that takes no text, and speaks late; waiting for it is no work. */
static void
test_deaf(void)
{
	static unsigned char text[TEXT_LEN];
	unsigned char room[4];
	long long before = cpu_ms();
	size_t len = 77;

	EXPECT(ask("deaf", text, TEXT_LEN, room, 4, &len) == SERVICE_OK);
	EXPECT(len == 4 && memcmp(room, "good", 4) == 0);
	EXPECT(strcmp(said, "deaf: one\ndeaf: two\n") == 0);
	EXPECT(cpu_ms() - before < 100);
}

/* One without messages; waiting for it is no work either. */
static void
test_mute(void)
{
	unsigned char room[4];
	long long before = cpu_ms();
	size_t len = 77;

	EXPECT(ask("mute", room, 0, room, 4, &len) == SERVICE_OK && len == 0);
	EXPECT(said_len == 0 && cpu_ms() - before < 100);
}

/* What holds on to its messages, and goes on, does not hold it up. */
static void
test_flood_of_messages(void)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("flood", room, 0, room, 4, &len) == SERVICE_OK && len == 0);
	EXPECT(strstr(said, "flood: more lines are not logged\n") != NULL);
}

/* What it says at its end is heard whole, however quickly it has ended. */
static void
test_last_words(void)
{
	char text[18001];

	for (int i = 0; i < 90; i++)
		snprintf(text + i * 200, 201, "%0199d\n", i);
	for (int i = 0; i < 20; i++) {
		unsigned char room[4];
		size_t len;

		EXPECT(ask("say", (const unsigned char *)text, 18000, room, 4,
			   &len) == SERVICE_OK);
		EXPECT(said_len == 90 * 205 &&
		       memcmp(said + 205 * 89 + 5, text + 200 * 89, 200) == 0);
	}
}

static void
on_alarm(int signal)
{
	(void)signal;
}

/* A timer that goes off every 200 microseconds, without SA_RESTART. */
static void
test_signals(void)
{
	const struct sigaction action = {.sa_handler = on_alarm};
	const struct itimerval storm = {{0, 200}, {0, 200}}, calm = {0};
	unsigned char *text = malloc(TEXT_LEN), *room = malloc(TEXT_LEN);
	size_t len = 0;

	EXPECT(text != NULL && room != NULL);
	for (size_t i = 0; i < TEXT_LEN; i++)
		text[i] = (unsigned char)(i % 251);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &storm, NULL);
	EXPECT(ask("cat", text, TEXT_LEN, room, TEXT_LEN, &len) == SERVICE_OK);
	EXPECT(ask("fail", text, 4, room, 4, &len) == SERVICE_FAILED);
	setitimer(ITIMER_REAL, &calm, NULL);
	io_init();
	io_set_deadline(50);
	EXPECT(len == TEXT_LEN && memcmp(text + 4, room + 4, len - 4) == 0);
	free(text);
	free(room);
}

int
main(void)
{
	filters_begin();
	add("cat", "#!/bin/sh\nexec cat\n");
	add("deaf", "#!/bin/sh\nexec <&-\nsleep 0.2; echo one >&2\n"
		    "sleep 0.2; echo two >&2; printf good\n");
	add("die", "#!/bin/sh\nkill -SEGV $$\n");
	add("fail", "#!/bin/sh\ncat; printf 'a\\n\\nb' >&2; exit 9\n");
	add("flood", "#!/bin/sh\nyes >&2 &\nsleep 0.1\n");
	add("hang", "#!/bin/sh\nsleep 1000 & sleep 1000\n");
	add("held", "#!/bin/sh\nsleep 1000 &\n");
	add("late", "#!/bin/sh\necho first >&2\n"
		    "(sleep 0.1; echo late >&2; sleep 0.1; echo last >&2) &\n");
	add("mute", "#!/bin/sh\nexec 2>&-\nsleep 0.3\n");
	add("noexec", "#!/bin/sh\nexec /dev/null\n");
	add("nofile", "#!/bin/sh\nexec /nonexistent/x\n");
	add("partly", "#!/bin/sh\nprintf 'one\\ntwo' >&2; sleep 1000\n");
	add("say", "#!/bin/sh\nexec cat >&2\n");
	add("twice", "#!/bin/sh\ncat /dev/stdin; exec cat /dev/stdin\n");
	add("writes", "#!/bin/sh\necho x 2>/dev/null >&0\n"
		      "exec cat /dev/stdin\n");
	test_room();
	test_room_is_kept();
	test_deadline();
	test_killed();
	test_cannot_run();
	test_text();
	test_file_size();
	test_messages();
	test_late_words();
	test_last_words();
	test_deaf();
	test_mute();
	test_flood_of_messages();
	test_signals();
	return filters_end();
}
