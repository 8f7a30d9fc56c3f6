/* SPDX-License-Identifier: ISC */
/*
 * versify: has a text transformed by a server, and writes all of the result
 * or nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "client.h"
#include "host/io.h"
#include "host/memory.h"
#include "host/options.h"
#include "text.h"
#include "wire/netstring.h"

#define CONNECT_S_DEFAULT   10
#define REPLY_MAX_DEFAULT   999999
#define REQUEST_MAX_DEFAULT 99999 /* what every server takes */
#define MAX_LENGTH_MAX	    999999999
#define RETRIES_MAX	    999
#define TIMEOUT_S_DEFAULT   30
#define TIMEOUT_S_MAX	    999999999

static const char help[] =
    "usage: versify [-46fhvV] [-c SECONDS] [-m BYTES] [-r RETRIES] [-t SECONDS]\n"
    "               SERVER TRANSFORM [FILE]\n"
    "       versify [OPTIONS] -e COMMAND TRANSFORM [FILE]\n"
    "       versify [OPTIONS] -l SERVER\n"
    "\n"
    "Has SERVER transform FILE or standard input, and writes the result.\n"
    "SERVER is HOST, HOST:PORT, [IPV6]:PORT or the path of a UNIX socket; or\n"
    "several of these with commas between, tried in turn.  The port is 11000.\n"
    "\n"
    "  -4, --ipv4, -6, --ipv6         use addresses of this kind only\n"
    "  -c, --connect-timeout SECONDS  bound each attempt to connect (10; 0: never)\n"
    "  -e, --execute COMMAND          start this handler, ask no server\n"
    "  -f, --fallback                 write the text as it is if there is no reply\n"
    "  -h, --help                     show this help\n"
    "  -l, --list                     list the server's transforms\n"
    "  -m, --max-length BYTES         accept no longer reply (999999)\n"
    "  -r, --retries RETRIES          ask again so often after a failure (0)\n"
    "  -t, --timeout SECONDS          bound the whole run (30; 0: never)\n"
    "  -v, --verbose                  say what is tried, and each failure\n"
    "  -V, --version                  show the version\n";

static const struct option long_options[] = {
    {"ipv4", no_argument, NULL, '4'},
    {"ipv6", no_argument, NULL, '6'},
    {"connect-timeout", required_argument, NULL, 'c'},
    {"execute", required_argument, NULL, 'e'},
    {"fallback", no_argument, NULL, 'f'},
    {"help", no_argument, NULL, 'h'},
    {"list", no_argument, NULL, 'l'},
    {"max-length", required_argument, NULL, 'm'},
    {"retries", required_argument, NULL, 'r'},
    {"timeout", required_argument, NULL, 't'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

struct run {
	struct client client;
	const char *transform;
	const char *file; /* or NULL: standard input */
	bool fallback;
	bool list;
	size_t request_max;
	unsigned long timeout_s;
};

static void __attribute__((format(printf, 1, 2))) warn(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("versify: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
}

static unsigned long
number_or_exit(const char *what, unsigned long min, unsigned long max)
{
	unsigned long value;

	if (!options_number(optarg, min, max, &value)) {
		warn("%s must be a number from %lu to %lu", what, min, max);
		exit(EX_USAGE);
	}
	return value;
}

/* Ends a run that was only to print something. */
static _Noreturn void
print(const char *string)
{
	if (fputs(string, stdout) == EOF || fflush(stdout) == EOF) {
		warn("cannot write: %s", strerror(errno));
		exit(EX_IOERR);
	}
	exit(EX_OK);
}

static void
parse_options(int argc, char *argv[], struct run *run)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":46c:e:fhlm:r:t:vV", long_options,
		    NULL)) != -1) {
		switch (c) {
		case '4':
			run->client.family = AF_INET;
			break;
		case '6':
			run->client.family = AF_INET6;
			break;
		case 'c':
			run->client.connect_s = number_or_exit(
			    "the connection timeout", 0, TIMEOUT_S_MAX);
			break;
		case 'e':
			run->client.command = optarg;
			break;
		case 'f':
			run->fallback = true;
			break;
		case 'h':
			print(help);
		case 'l':
			run->list = true;
			break;
		case 'm':
			run->client.reply_max = number_or_exit(
			    "the maximum length", 1, MAX_LENGTH_MAX);
			if (run->request_max < run->client.reply_max)
				run->request_max = run->client.reply_max;
			break;
		case 'r':
			run->client.retries = number_or_exit(
			    "the number of retries", 0, RETRIES_MAX);
			break;
		case 't':
			run->timeout_s =
			    number_or_exit("the timeout", 0, TIMEOUT_S_MAX);
			break;
		case 'v':
			run->client.verbose = true;
			break;
		case 'V':
			print("versify " VERSION "\n");
		case ':':
			warn("an option lacks its argument: %s",
			    argv[optind - 1]);
			exit(EX_USAGE);
		default:
			warn("unknown option: %s", argv[optind - 1]);
			exit(EX_USAGE);
		}
	}
}

/* Returns NULL or what is wrong with the words after the options. */
static const char *
parse_operands(int argc, char *argv[], struct run *run)
{
	struct client *client = &run->client;
	int i = optind;

	if (client->command != NULL)
		client->servers[client->servers_len++].name = client->command;
	else if (i == argc)
		return "a server is missing";
	else if (!client_add_servers(client, argv[i++]))
		exit(EX_USAGE);
	if (run->list && run->fallback)
		return "-f and -l exclude each other";
	if (run->list)
		run->transform = "transforms";
	else if (i == argc)
		return "a transform is missing";
	else
		run->transform = argv[i++];
	if (run->transform[0] == '\0' || strchr(run->transform, '.') != NULL)
		return "a transform's name is not empty and has no dot";
	if (i < argc && !run->list)
		run->file = argv[i++];
	return i < argc ? "there are too many arguments" : NULL;
}

/* What we open must not become a standard stream, nor a file's limit kill us.
 */
static void
check_streams(void)
{
	signal(SIGXFSZ, SIG_IGN);
	if (fcntl(STDOUT_FILENO, F_GETFD) < 0) {
		warn("cannot write: standard output is closed");
		exit(EX_IOERR);
	}
	while (fcntl(STDERR_FILENO, F_GETFD) < 0)
		if (open("/dev/null", O_RDWR) < 0)
			exit(EX_OSERR);
}

/* Reserves what only the options say the size of. */
static void
reserve(struct run *run, struct text *text)
{
	struct client *client = &run->client;

	client->reply = memory_reserve(NETSTRING_HEADER_MAX + client->reply_max + 1);
	if (client->reply != NULL &&
	    text_open(text, run->transform, run->request_max))
		return;
	warn("cannot make a request: %s", strerror(errno));
	exit(errno == ENAMETOOLONG ? EX_USAGE : EX_OSERR);
}

static _Noreturn void
fail_input(const struct run *run)
{
	warn("cannot read %s: %s",
	    run->file != NULL ? run->file : "standard input", strerror(errno));
	exit(EX_NOINPUT);
}

static int
open_input(const struct run *run)
{
	const char *file = run->list ? "/dev/null" : run->file;
	int fd;

	if (file == NULL || strcmp(file, "-") == 0)
		return STDIN_FILENO;
	do
		fd = open(file, O_RDONLY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR && !io_is_late());
	if (fd >= 0)
		return fd;
	if (!io_is_late())
		fail_input(run);
	warn("out of time: cannot open %s", file);
	exit(EX_TEMPFAIL);
}

/* Returns EX_OK, or why there is no request to be made of the text. */
static int
read_text(const struct run *run, struct text *text, int fd)
{
	switch (text_read(text, fd)) {
	case IO_EOF:
		return EX_OK;
	case IO_OK:
		warn("the text cannot fit: a request has at most %zu bytes "
		     "(see -m)",
		    text->name_len + text->max);
		return EX_DATAERR;
	case IO_TIMEOUT:
		warn("out of time: the text is not whole");
		return EX_TEMPFAIL;
	default:
		fail_input(run);
	}
}

static int
write_text(const unsigned char *buf, size_t len, int rest_fd)
{
	switch (text_write(buf, len, rest_fd)) {
	case IO_OK:
		return EX_OK;
	case IO_TIMEOUT:
		warn("out of time: the output was not taken");
		return EX_TEMPFAIL;
	default:
		warn("cannot write: %s", strerror(errno));
		return EX_IOERR;
	}
}

/* Returns the exit status. */
static int
transform(struct run *run, struct text *text)
{
	struct client *client = &run->client;
	size_t start = 0, size = 0;
	int fd = open_input(run), status = read_text(run, text, fd);

	if (status == EX_OK) {
		text_make_request(text, &client->request, &client->request_len);
		status = client_ask(client, &start, &size);
	}
	if (status == EX_OK)
		return write_text(client->reply + start, size, -1);
	if (!run->fallback)
		return status;
	warn("the text is written as it is");
	io_set_deadline(0); /* half of it would be worse */
	return write_text(text->start, text->len, text->is_whole ? -1 : fd);
}

int
main(int argc, char *argv[])
{
	struct run run = {.client = {.family = AF_UNSPEC,
			      .connect_s = CONNECT_S_DEFAULT,
			      .reply_max = REPLY_MAX_DEFAULT},
	    .request_max = REQUEST_MAX_DEFAULT,
	    .timeout_s = TIMEOUT_S_DEFAULT};
	struct text text = {.len = 0};
	const char *error;

	parse_options(argc, argv, &run);
	error = parse_operands(argc, argv, &run);
	if (error != NULL) {
		warn("%s: see versify --help", error);
		return EX_USAGE;
	}
	check_streams();
	reserve(&run, &text);
	io_init();
	io_set_deadline(run.timeout_s);
	return transform(&run, &text);
}
