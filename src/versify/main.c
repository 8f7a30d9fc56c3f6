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
#include "host/memory.h"
#include "host/printable.h"
#include "options.h"
#include "say.h"
#include "text.h"
#include "wire/netstring.h"

/*
 * What we open must not be a standard stream, nor a file's limit or a reader
 * that leaves kill us.  Returns whether standard input was open.
 */
static bool
check_streams(const struct versify_options *options)
{
	const bool has_input = fcntl(STDIN_FILENO, F_GETFD) >= 0;

	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (options->output == NULL && fcntl(STDOUT_FILENO, F_GETFD) < 0)
		say_die(EX_IOERR, "cannot write: standard output is closed");
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			say_die(EX_OSERR, "cannot open /dev/null: %s",
			    strerror(errno));
	return has_input;
}

/* Reserves what only the options say the size of. */
static void
reserve(struct versify_options *options, struct text *text)
{
	struct client *client = &options->client;

	client->exchange.reply =
	    memory_reserve(NETSTRING_HEADER_MAX + client->exchange.max + 1);
	if (client->exchange.reply != NULL &&
	    (client->transform == NULL ||
		text_open(text, client->transform, options->request_max)))
		return;
	say_die(errno == ENAMETOOLONG ? EX_USAGE : EX_OSERR,
	    "cannot make a request: %s", strerror(errno));
}

static _Noreturn void
fail_input(const struct versify_options *options, int error)
{
	say_die(cause_is_ours(error) ? EX_OSERR : EX_NOINPUT,
	    "cannot read %s: %s",
	    options->file != NULL ? options->file : "standard input",
	    strerror(error));
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
open_input(const struct versify_options *options, bool has_input)
{
	int fd = STDIN_FILENO;

	if (options->file != NULL)
		do
			fd = open(options->file, O_RDONLY | O_CLOEXEC);
		while (fd < 0 && errno == EINTR);
	else if (!has_input)
		fail_input(options, EBADF);
	if (fd < 0)
		fail_input(options, errno);
	if (options->output == NULL && is_output(fd))
		say_die(
		    EX_USAGE, "the input is the output: -o replaces a file");
	if (isatty(fd))
		say(SAY_FAILURES, "reading the text from the terminal");
	return fd;
}

/* Returns EX_OK, or why there is no request to be made of the text. */
static int
read_text(const struct versify_options *options, struct text *text, int fd)
{
	switch (text_read(text, fd)) {
	case IO_EOF:
		return EX_OK;
	case IO_OK:
		say(SAY_FAILURES,
		    "the text cannot fit: a request has at most %zu bytes "
		    "(see -%c)",
		    text->name_len + text->max,
		    options->client.dial.type == SOCK_DGRAM ? 'u' : 'm');
		return EX_DATAERR;
	default:
		fail_input(options, errno);
	}
}

static int
write_text(const struct versify_options *options, const unsigned char *buf,
    size_t len, int rest_fd)
{
	if (text_write(options->output, buf, len, rest_fd))
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
static int
write_list(const struct versify_options *options, const unsigned char *list,
    size_t len)
{
	char *text = malloc(len * PRINTABLE_MAX + 1);
	int status;

	if (text == NULL)
		say_die(EX_OSERR, "cannot list: %s", strerror(errno));
	len = printable_write(list, len, PRINTABLE_LINES, text);
	status = write_text(options, (unsigned char *)text, len, -1);
	free(text);
	return status;
}

/* Returns the exit status. */
static int
transform(struct versify_options *options, struct text *text, bool has_input)
{
	struct client *client = &options->client;
	struct exchange *exchange = &client->exchange;
	int fd = -1, status = EX_OK;

	if (!options->list && client->transform != NULL) {
		fd = open_input(options, has_input);
		status = read_text(options, text, fd);
	}
	if (status == EX_OK) {
		if (client->transform != NULL)
			text_make_request(
			    text, &exchange->request, &exchange->request_len);
		clock_set_deadline(clock_after(options->timeout_ms));
		status = client_ask(client);
	}
	if (status == EX_OK && options->list)
		return write_list(
		    options, exchange->reply + exchange->start, exchange->size);
	if (status == EX_OK)
		return write_text(options, exchange->reply + exchange->start,
		    exchange->size, -1);
	if (!options->fallback)
		return status;
	say(SAY_FAILURES, "the text is written as it is");
	return write_text(
	    options, text->start, text->len, text->is_whole ? -1 : fd);
}

int
main(int argc, char *argv[])
{
	struct versify_options options;
	struct text text = {.len = 0};
	bool has_input;

	setlinebuf(stderr); /* a message is one write */
	versify_options_parse(argc, argv, &options);
	has_input = check_streams(&options);
	reserve(&options, &text);
	return transform(&options, &text, has_input);
}
