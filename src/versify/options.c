/* SPDX-License-Identifier: ISC */
/* What versify's words and options mean. */
#include "options.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/log.h"
#include "host/options.h"
#include "wire/protocol.h"

#define CONNECT_MS_DEFAULT   10000
#define REPLY_MAX_DEFAULT    999999
#define RETRIES_MAX	     999
#define DATAGRAM_REQUEST_MAX (EXCHANGE_DATAGRAM_MAX - sizeof("65500:"))

static const char help[] =
    "usage: versify [-46fhquvV] [-c SECONDS] [-m BYTES] [-o FILE] [-r RETRIES]\n"
    "               [-t SECONDS] SERVER TRANSFORM [FILE]\n"
    "       versify [OPTIONS] -e COMMAND TRANSFORM [FILE]\n"
    "       versify [OPTIONS] -l|-g SERVER, or -e COMMAND -l|-g\n"
    "Has SERVER transform FILE or standard input, and writes the result.\n"
    "SERVER is HOST, HOST:PORT, [IPV6]:PORT, a UNIX socket's PATH or @NAME; or some\n"
    "of these with commas between; or - for $VERSIFY_SERVER.  The port is 11000.\n"
    "  -4, --ipv4, -6, --ipv6         use addresses of this kind only\n"
    "  -c, --connect-timeout SECONDS  bound each attempt to connect (10; 0: never)\n"
    "  -e, --execute COMMAND          start this handler, ask no server\n"
    "  -f, --fallback                 write the text as it is if there is no reply\n"
    "  -g, --get                      get the poem that SERVER sends to anybody\n"
    "  -l, --list                     list the server's transforms\n"
    "  -m, --max-length BYTES         accept no longer reply (999999)\n"
    "  -o, --output FILE              replace FILE by the result\n"
    "  -q, --quiet                    say nothing: the exit status tells\n"
    "  -r, --retries RETRIES          ask again so often after a failure (0)\n"
    "  -t, --timeout SECONDS          bound the exchange (30; 0: never)\n"
    "  -u, --udp                      ask by datagrams, each second anew\n"
    "  -v, --verbose                  say what is tried, each failure, and why\n"
    "  -h, --help, -V, --version      show this help, or the version\n";

static const struct option long_options[] = {
    {"ipv4", no_argument, NULL, '4'},
    {"ipv6", no_argument, NULL, '6'},
    {"connect-timeout", required_argument, NULL, 'c'},
    {"execute", required_argument, NULL, 'e'},
    {"fallback", no_argument, NULL, 'f'},
    {"get", no_argument, NULL, 'g'},
    {"help", no_argument, NULL, 'h'},
    {"list", no_argument, NULL, 'l'},
    {"max-length", required_argument, NULL, 'm'},
    {"output", required_argument, NULL, 'o'},
    {"quiet", no_argument, NULL, 'q'},
    {"retries", required_argument, NULL, 'r'},
    {"timeout", required_argument, NULL, 't'},
    {"udp", no_argument, NULL, 'u'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static const struct options command_line = {
    .letters = ":46c:e:fghlm:o:qr:t:uvV",
    .names = long_options,
    .help = help,
    .version = "versify " VERSION "\n",
};

/* Returns a number of seconds, with digits after a point or not, as ms. */
static int64_t
seconds(const char *what)
{
	char *end;
	double s = strtod(optarg, &end);

	if (end == optarg || optarg[strspn(optarg, "0123456789.")] != '\0' ||
	    *end != '\0' || s > OPTIONS_SECONDS_MAX)
		log_die(EX_USAGE, "%s must be a number of seconds from 0 to %d",
		    what, OPTIONS_SECONDS_MAX);
	/* Less than a millisecond is not 0, which is any time. */
	return (int64_t)((s > 0 ? s : OPTIONS_SECONDS_MAX) * 1000 + 0.999);
}

static _Noreturn void
fail(const char *error)
{
	log_die(EX_USAGE, "%s: see versify --help", error);
}

static void
parse_options(int argc, char *argv[], struct client *client)
{
	int c;

	while ((c = options_next(&command_line, argc, argv)) != -1) {
		switch (c) {
		case '4':
		case '6':
			client->dial.family = c == '4' ? AF_INET : AF_INET6;
			break;
		case 'c':
			client->dial.timeout_ms =
			    seconds("the connection timeout");
			break;
		case 'e':
			client->command = optarg;
			client->dial.len = 1;
			client->dial.servers[0].failure.name = optarg;
			break;
		case 'f':
		case 'g':
		case 'l':
			if (client->mode != 0 && client->mode != c)
				fail("-f, -g and -l exclude each other");
			client->mode = c;
			break;
		case 'm':
			client->exchange.max = options_number_or_die(
			    "the maximum length", 1, OPTIONS_LENGTH_MAX);
			if (client->request_max < client->exchange.max)
				client->request_max = client->exchange.max;
			break;
		case 'o':
			client->output =
			    strcmp(optarg, "-") != 0 ? optarg : NULL;
			break;
		case 'q':
		case 'v':
			client->is_verbose = client->asks_why = c == 'v';
			log_up_to(c == 'v' ? LOG_INFO : -1);
			break;
		case 'r':
			client->retries = options_number_or_die(
			    "the number of retries", 0, RETRIES_MAX);
			break;
		case 't':
			client->timeout_ms = seconds("the timeout");
			break;
		case 'u':
			client->dial.type = SOCK_DGRAM;
			break;
		}
	}
}

/* Adds the servers that text, or else the environment, has with commas. */
static void
add_servers(struct dial *dial, char *text)
{
	const char *error;
	char *name;

	if (strcmp(text, "-") == 0) {
		text = getenv("VERSIFY_SERVER");
		if (text == NULL || text[0] == '\0')
			log_die(
			    EX_USAGE, "no server: VERSIFY_SERVER is not set");
	}
	while ((name = strsep(&text, ",")) != NULL) {
		if (dial->len == DIAL_SERVERS_MAX)
			log_die(
			    EX_USAGE, "more than %d servers", DIAL_SERVERS_MAX);
		error = dial_add(dial, name);
		if (error != NULL)
			log_die(EX_USAGE, "\"%s\": %s", name, error);
	}
}

static void
parse_operands(char **word, struct client *client)
{
	const bool is_udp = client->dial.type == SOCK_DGRAM;

	if (is_udp && (client->mode == 'g' || client->command != NULL))
		fail("-u goes with neither -e nor -g");
	if (is_udp && client->request_max > DATAGRAM_REQUEST_MAX)
		client->request_max = DATAGRAM_REQUEST_MAX;
	if (client->command == NULL && *word == NULL)
		fail("a server is missing");
	if (client->command == NULL)
		add_servers(&client->dial, *word++);
	if (client->mode == 'l')
		client->transform = "transforms";
	if (client->mode == 0 || client->mode == 'f') {
		if (*word == NULL)
			fail("a transform is missing");
		client->transform = *word++;
		if (strlen(client->transform) >= client->request_max)
			fail("the transform's name is too long");
		if (client->transform[0] == '\0' ||
		    strchr(client->transform, '.') != NULL)
			log_die(EX_USAGE,
			    "\"%s\" is no transform: a name is not empty and has no dot; "
			    "usage: versify SERVER TRANSFORM [FILE]: see versify --help",
			    client->transform);
		if (*word != NULL && strcmp(*word, "-") != 0)
			client->file = *word;
		word += *word != NULL;
	}
	if (*word != NULL)
		fail("there are too many arguments");
}

void
versify_options_parse(int argc, char *argv[], struct client *client)
{
	client->asks_why = isatty(STDERR_FILENO);
	client->dial.type = SOCK_STREAM;
	client->dial.timeout_ms = CONNECT_MS_DEFAULT;
	client->exchange.max = REPLY_MAX_DEFAULT;
	client->request_max = PROTOCOL_LENGTH_MAX;
	client->timeout_ms = PROTOCOL_TIMEOUT_S * 1000;
	parse_options(argc, argv, client);
	parse_operands(argv + optind, client);
}
