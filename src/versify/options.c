/* SPDX-License-Identifier: ISC */
/* What versify's words and options mean. */
#include "options.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "host/options.h"
#include "wire/protocol.h"

#define CONNECT_S_DEFAULT 10
#define REPLY_MAX_DEFAULT 999999
#define RETRIES_MAX	  999

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

static const struct options command_line = {
    .letters = ":46c:e:fhlm:r:t:vV",
    .names = long_options,
    .help = help,
    .version = "versify " VERSION "\n",
    .die = errx,
};

static unsigned long
number(const char *what, unsigned long min, unsigned long max)
{
	return options_number_or_die(&command_line, what, min, max);
}

static void
parse_options(int argc, char *argv[], struct versify_options *options)
{
	int c;

	while ((c = options_next(&command_line, argc, argv)) != -1) {
		switch (c) {
		case '4':
			options->client.family = AF_INET;
			break;
		case '6':
			options->client.family = AF_INET6;
			break;
		case 'c':
			options->client.connect_s = number(
			    "the connection timeout", 0, OPTIONS_SECONDS_MAX);
			break;
		case 'e':
			options->client.command = optarg;
			break;
		case 'f':
			options->fallback = true;
			break;
		case 'l':
			options->list = true;
			break;
		case 'm':
			options->client.reply_max =
			    number("the maximum length", 1, OPTIONS_LENGTH_MAX);
			if (options->request_max < options->client.reply_max)
				options->request_max =
				    options->client.reply_max;
			break;
		case 'r':
			options->client.retries =
			    number("the number of retries", 0, RETRIES_MAX);
			break;
		case 't':
			options->timeout_s =
			    number("the timeout", 0, OPTIONS_SECONDS_MAX);
			break;
		case 'v':
			options->client.verbose = true;
			break;
		}
	}
}

/* Returns NULL or what is wrong with the words after the options. */
static const char *
parse_operands(int argc, char *argv[], struct versify_options *options)
{
	struct client *client = &options->client;
	int i = optind;

	if (client->command != NULL)
		client->servers[client->servers_len++].name = client->command;
	else if (i == argc)
		return "a server is missing";
	else if (!client_add_servers(client, argv[i++]))
		exit(EX_USAGE);
	if (options->list && options->fallback)
		return "-f and -l exclude each other";
	if (options->list)
		client->transform = "transforms";
	else if (i == argc)
		return "a transform is missing";
	else
		client->transform = argv[i++];
	if (client->transform[0] == '\0' ||
	    strchr(client->transform, '.') != NULL)
		return "a transform's name is not empty and has no dot";
	if (i < argc && !options->list)
		options->file = argv[i++];
	return i < argc ? "there are too many arguments" : NULL;
}

void
versify_options_parse(
    int argc, char *argv[], struct versify_options *ret_options)
{
	const char *error;

	memset(ret_options, 0, sizeof(*ret_options));
	ret_options->client.family = AF_UNSPEC;
	ret_options->client.connect_s = CONNECT_S_DEFAULT;
	ret_options->client.reply_max = REPLY_MAX_DEFAULT;
	ret_options->request_max = PROTOCOL_LENGTH_MAX;
	ret_options->timeout_s = PROTOCOL_TIMEOUT_S;
	parse_options(argc, argv, ret_options);
	error = parse_operands(argc, argv, ret_options);
	if (error != NULL)
		errx(EX_USAGE, "%s: see versify --help", error);
}
