/* SPDX-License-Identifier: ISC */
/*
 * versify: has a text transformed by a server, and writes all of the result
 * or nothing.
 */
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cause.h"
#include "clock.h"
#include "handler.h"
#include "host/io.h"
#include "host/memory.h"
#include "host/printable.h"
#include "options.h"
#include "say.h"
#include "text.h"
#include "wire/netstring.h"

/* What we have begun ends with us. */
static void
on_end(int signo)
{
	handler_kill(signo);
	text_drop();
	signal(signo, SIG_DFL);
	raise(signo);
}

/* A file's limit, or a reader that leaves, is not to kill us. */
static void
set_signals(sigset_t *ret_changed)
{
	static const int ends[] = {SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM};

	sigemptyset(ret_changed);
	sigaddset(ret_changed, SIGPIPE);
	sigaddset(ret_changed, SIGXFSZ);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_DFL); /* children must be waited for */
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		/* Who ignored it goes on ignoring it. */
		if (signal(ends[i], on_end) == SIG_IGN)
			signal(ends[i], SIG_IGN);
		else
			sigaddset(ret_changed, ends[i]);
	}
}

/* What we open must not be a standard stream. */
static void
check_streams(const struct versify_options *options)
{
	if (options->output == NULL && fcntl(STDOUT_FILENO, F_GETFD) < 0)
		say_die(EX_IOERR, "cannot write: standard output is closed");
	/* From what takes the place of standard input nothing can be read. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_WRONLY) < 0)
			say_die(EX_OSERR, "cannot open /dev/null: %s",
			    strerror(errno));
}

/* Returns room for a netstring with a content of at most max bytes. */
static unsigned char *
reserve(size_t max)
{
	unsigned char *room = memory_reserve(NETSTRING_HEADER_MAX + max + 1);

	if (room == NULL)
		say_die(EX_OSERR, "cannot make a request: %s", strerror(errno));
	return room;
}

static _Noreturn void
fail_input(const struct versify_options *options)
{
	say_die(cause_is_ours(errno) ? EX_OSERR : EX_NOINPUT,
	    "cannot read %s: %s",
	    options->file != NULL ? options->file : "standard input",
	    strerror(errno));
}

/* Tells whether fd and standard output are the same regular file. */
static bool
is_output(int fd)
{
	struct stat in, out;

	return fstat(fd, &in) == 0 && fstat(STDOUT_FILENO, &out) == 0 &&
	       S_ISREG(in.st_mode) && in.st_dev == out.st_dev &&
	       in.st_ino == out.st_ino;
}

/* Returns where the text comes from. */
static int
open_input(const struct versify_options *options)
{
	const int fd = options->file != NULL
			   ? open(options->file, O_RDONLY | O_CLOEXEC)
			   : STDIN_FILENO;

	if (fd < 0)
		fail_input(options);
	if (options->output == NULL && is_output(fd))
		say_die(
		    EX_USAGE, "the input is the output: -o replaces a file");
	if (isatty(fd))
		say(SAY_FAILURES, "reading the text from the terminal");
	return fd;
}

/*
 * Makes a request, of the text that is read for it where one is wanted.
 * Returns EX_OK, or why there is none, with what is to be known of the text.
 */
static int
make_request(struct versify_options *options, struct text *ret_text)
{
	struct exchange *exchange = &options->client.exchange;
	const size_t max = options->request_max;
	const int fd = options->list ? -1 : open_input(options);
	unsigned char *content = reserve(max) + NETSTRING_HEADER_MAX;
	size_t len, n;
	enum io_result result = options->list ? IO_EOF : IO_OK;

	len =
	    (size_t)sprintf((char *)content, "%s.", options->client.transform);
	ret_text->start = content + len;
	/* One byte more, in the comma's place, tells that it is too long. */
	while (result == IO_OK && len <= max) {
		result = io_read(fd, content + len, max + 1 - len, &n);
		if (result == IO_OK)
			len += n;
	}
	if (result != IO_OK && result != IO_EOF)
		fail_input(options);
	ret_text->len = (size_t)(content + len - ret_text->start);
	ret_text->rest_fd = result == IO_OK ? fd : -1;
	if (result == IO_OK) {
		say(SAY_FAILURES,
		    "the text cannot fit: a request has at most %zu bytes "
		    "(see -%c)",
		    max, options->client.dial.type == SOCK_DGRAM ? 'u' : 'm');
		return EX_DATAERR;
	}
	n = netstring_encode(content, len);
	exchange->request = content - n;
	exchange->request_len = n + len + 1;
	return EX_OK;
}

static int
write_text(const struct versify_options *options, const struct text *text)
{
	if (text_write(text, options->output))
		return EX_OK;
	/* Who leaves, as head(1) does, knows. */
	if (errno != EPIPE)
		say(SAY_FAILURES, "cannot write%s%s: %s",
		    options->output != NULL ? " " : "",
		    options->output != NULL ? options->output : "",
		    strerror(errno));
	return EX_IOERR;
}

/* A list is read by a person, and written by a stranger. */
static void
make_printable(struct text *list)
{
	char *shown = malloc(list->len * PRINTABLE_MAX + 1);

	if (shown == NULL)
		say_die(EX_OSERR, "cannot list: %s", strerror(errno));
	list->len =
	    printable_write(list->start, list->len, PRINTABLE_LINES, shown);
	list->start = (unsigned char *)shown;
}

int
main(int argc, char *argv[])
{
	static struct versify_options options;
	struct client *client = &options.client;
	struct exchange *exchange = &client->exchange;
	struct text text = {.rest_fd = -1};
	int status = EX_OK;

	setlinebuf(stderr); /* a message is one write */
	versify_options_parse(argc, argv, &options);
	set_signals(&client->signals);
	check_streams(&options);
	exchange->reply = reserve(exchange->max);
	if (client->transform != NULL)
		status = make_request(&options, &text);
	if (status == EX_OK) {
		clock_set_deadline(clock_after(options.timeout_ms));
		status = client_ask(client);
	}
	if (status != EX_OK && !options.fallback)
		return status;
	if (status != EX_OK)
		say(SAY_FAILURES, "the text is written as it is");
	else
		text = (struct text){
		    exchange->reply + exchange->start, exchange->size, -1};
	if (options.list)
		make_printable(&text);
	return write_text(&options, &text);
}
