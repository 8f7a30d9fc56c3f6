/* SPDX-License-Identifier: ISC */
/*
 * versify: has a text transformed by a server, and writes all of the result
 * or nothing.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/io.h"
#include "host/memory.h"
#include "options.h"
#include "text.h"
#include "wire/netstring.h"

/* What we open must not be a standard stream, nor a file's limit kill us. */
static void
check_streams(void)
{
	signal(SIGXFSZ, SIG_IGN);
	if (fcntl(STDOUT_FILENO, F_GETFD) < 0)
		errx(EX_IOERR, "cannot write: standard output is closed");
	while (fcntl(STDERR_FILENO, F_GETFD) < 0)
		if (open("/dev/null", O_RDWR) < 0)
			exit(EX_OSERR);
}

/* Reserves what only the options say the size of. */
static void
reserve(struct versify_options *options, struct text *text)
{
	struct client *client = &options->client;

	client->reply =
	    memory_reserve(NETSTRING_HEADER_MAX + client->reply_max + 1);
	if (client->reply != NULL &&
	    text_open(text, client->transform, options->request_max))
		return;
	err(errno == ENAMETOOLONG ? EX_USAGE : EX_OSERR,
	    "cannot make a request");
}

static _Noreturn void
fail_input(const struct versify_options *options)
{
	err(EX_NOINPUT, "cannot read %s",
	    options->file != NULL ? options->file : "standard input");
}

static int
open_input(const struct versify_options *options)
{
	const char *file = options->list ? "/dev/null" : options->file;
	int fd;

	if (file == NULL || strcmp(file, "-") == 0)
		return STDIN_FILENO;
	do
		fd = open(file, O_RDONLY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR && !io_is_late());
	if (fd >= 0)
		return fd;
	if (!io_is_late())
		fail_input(options);
	errx(EX_TEMPFAIL, "out of time: cannot open %s", file);
}

/* Returns EX_OK, or why there is no request to be made of the text. */
static int
read_text(const struct versify_options *options, struct text *text, int fd)
{
	switch (text_read(text, fd)) {
	case IO_EOF:
		return EX_OK;
	case IO_OK:
		warnx("the text cannot fit: a request has at most %zu bytes "
		      "(see -m)",
		    text->name_len + text->max);
		return EX_DATAERR;
	case IO_TIMEOUT:
		warnx("out of time: the text is not whole");
		return EX_TEMPFAIL;
	default:
		fail_input(options);
	}
}

static int
write_text(const unsigned char *buf, size_t len, int rest_fd)
{
	switch (text_write(buf, len, rest_fd)) {
	case IO_OK:
		return EX_OK;
	case IO_TIMEOUT:
		warnx("out of time: the output was not taken");
		return EX_TEMPFAIL;
	default:
		warn("cannot write");
		return EX_IOERR;
	}
}

/* Returns the exit status. */
static int
transform(struct versify_options *options, struct text *text)
{
	struct client *client = &options->client;
	size_t start = 0, size = 0;
	int fd = open_input(options), status = read_text(options, text, fd);

	if (status == EX_OK) {
		text_make_request(text, &client->request, &client->request_len);
		status = client_ask(client, &start, &size);
	}
	if (status == EX_OK)
		return write_text(client->reply + start, size, -1);
	if (!options->fallback)
		return status;
	warnx("the text is written as it is");
	io_set_deadline(0); /* half of it would be worse */
	return write_text(text->start, text->len, text->is_whole ? -1 : fd);
}

int
main(int argc, char *argv[])
{
	struct versify_options options;
	struct text text = {.len = 0};

	setlinebuf(stderr); /* a message is one write */
	versify_options_parse(argc, argv, &options);
	check_streams();
	reserve(&options, &text);
	io_init();
	io_set_deadline(options.timeout_s);
	return transform(&options, &text);
}
