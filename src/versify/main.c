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
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "handler.h"
#include "host/io.h"
#include "host/log.h"
#include "host/memory.h"
#include "host/printable.h"
#include "options.h"
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

/*
 * A reader that leaves is not to kill us, nor what log_open sees to, and
 * nothing that we open is to be a standard stream: one that was closed cannot
 * be used.
 */
static void
prepare(sigset_t *ret_changed)
{
	static const int ends[] = {SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	int error = 0;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null",
			fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY) < 0)
			error = errno;
	log_open("versify", -1, -1);
	log_up_to(LOG_NOTICE);
	if (error != 0)
		log_die(EX_OSERR, "cannot open /dev/null: %s", strerror(error));
	sigemptyset(ret_changed);
	sigaddset(ret_changed, SIGPIPE);
	sigaddset(ret_changed, SIGXFSZ);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL); /* children must be waited for */
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		/* Who ignored it goes on ignoring it. */
		if (signal(ends[i], on_end) == SIG_IGN)
			signal(ends[i], SIG_IGN);
		else
			sigaddset(ret_changed, ends[i]);
	}
}

/* Returns room for a netstring with a content of at most max bytes. */
static unsigned char *
reserve(size_t max)
{
	unsigned char *room = memory_reserve(NETSTRING_HEADER_MAX + max + 1);

	if (room == NULL)
		log_die(EX_OSERR, "cannot make a request: %s", strerror(errno));
	return room;
}

static _Noreturn void
fail_input(const struct client *client)
{
	log_die(exchange_is_ours(errno) ? EX_OSERR : EX_NOINPUT,
	    "cannot read %s: %s",
	    client->file != NULL ? client->file : "standard input",
	    strerror(errno));
}

/* Returns where the text comes from, which is not where it goes. */
static int
open_input(const struct client *client)
{
	const int fd = client->file != NULL
			   ? open(client->file, O_RDONLY | O_CLOEXEC)
			   : STDIN_FILENO;
	struct stat in, out;

	if (fd < 0 || fstat(fd, &in) < 0)
		fail_input(client);
	if (client->output == NULL && fstat(STDOUT_FILENO, &out) == 0 &&
	    S_ISREG(in.st_mode) && in.st_dev == out.st_dev &&
	    in.st_ino == out.st_ino)
		log_die(
		    EX_USAGE, "the input is the output: -o replaces a file");
	if (isatty(fd))
		log_message(LOG_NOTICE, "reading the text from the terminal");
	return fd;
}

/*
 * Makes a request, of the text that is read for it, but for a list.  Returns
 * EX_OK, or why there is none, with what is known of the text.
 */
static int
make_request(struct client *client, struct text *ret_text)
{
	struct exchange *exchange = &client->exchange;
	const size_t max = client->request_max;
	unsigned char *content = reserve(max) + NETSTRING_HEADER_MAX;
	size_t len, n;
	enum io_result result = IO_EOF;

	len = (size_t)sprintf((char *)content, "%s.", client->transform);
	ret_text->start = content + len;
	if (client->mode != 'l') {
		ret_text->rest_fd = open_input(client);
		/* One byte more, in the comma's place, says it is too long. */
		while (len <= max &&
		       (result = io_read(ret_text->rest_fd, content + len,
			    max + 1 - len, &n)) == IO_OK)
			len += n;
	}
	ret_text->len = (size_t)(content + len - ret_text->start);
	if (result == IO_OK) {
		log_message(LOG_ERR,
		    "the text cannot fit: a request has at most %zu bytes "
		    "(see -%c)",
		    max, client->dial.type == SOCK_DGRAM ? 'u' : 'm');
		return EX_DATAERR;
	}
	if (result != IO_EOF)
		fail_input(client);
	ret_text->rest_fd = -1;
	n = netstring_encode(content, len);
	exchange->request = content - n;
	exchange->request_len = n + len + 1;
	return EX_OK;
}

/* A list is read by a person, and written by a stranger. */
static void
make_printable(struct text *list)
{
	char *shown = (char *)reserve(list->len * PRINTABLE_MAX);

	list->len =
	    printable_write(list->start, list->len, PRINTABLE_LINES, shown);
	list->start = (unsigned char *)shown;
}

int
main(int argc, char *argv[])
{
	static struct client client;
	struct exchange *exchange = &client.exchange;
	struct text text = {.rest_fd = -1};
	int status = EX_OK;

	prepare(&client.signals);
	versify_options_parse(argc, argv, &client);
	exchange->reply = reserve(exchange->max);
	if (client.transform != NULL)
		status = make_request(&client, &text);
	if (status == EX_OK) {
		exchange->deadline = exchange_now() + client.timeout_ms;
		status = client_ask(&client);
	}
	if (status == EX_OK)
		text = (struct text){
		    exchange->reply + exchange->start, exchange->size, -1};
	else if (client.mode == 'f')
		log_message(LOG_ERR, "the text is written as it is");
	else
		return status;
	if (client.mode == 'l')
		make_printable(&text);
	return text_write(&text, client.output);
}
