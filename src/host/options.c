/* SPDX-License-Identifier: ISC */
/* What the command lines of all programs have in common. */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "log.h"

/* Ends a run that was only to print something; dies where it cannot be. */
static _Noreturn void
print(const char *text)
{
	log_to_caller();
	fputs(text, stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		log_die(EX_IOERR, "cannot write: %s", strerror(errno));
	exit(EX_OK);
}

int
options_next(const struct options *options, int argc, char *argv[])
{
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, options->letters, options->names, NULL);
	if (c == 'h')
		print(options->help);
	if (c == 'V')
		print(options->version);
	if (c == ':')
		log_die(EX_USAGE, "option -%c lacks its argument", optopt);
	if (c != '?')
		return c;
	/* Only a long option can be known and have what it does not take. */
	for (const struct option *o = options->names; o->name != NULL; o++)
		if (o->val == optopt)
			log_die(
			    EX_USAGE, "option --%s takes no argument", o->name);
	if (optopt > 0)
		log_die(EX_USAGE, "unknown option: -%c", optopt);
	log_die(EX_USAGE, "unknown option: %s", argv[optind - 1]);
}

unsigned long
options_number_or_die(const char *what, unsigned long min, unsigned long max)
{
	unsigned long value;

	if (!options_number(optarg, min, max, &value))
		log_die(EX_USAGE, "%s must be a number from %lu to %lu", what,
		    min, max);
	return value;
}

bool
options_number(const char *text, unsigned long min, unsigned long max,
    unsigned long *ret_value)
{
	unsigned long value = 0;
	size_t digits = 0;

	for (; text[digits] >= '0' && text[digits] <= '9'; digits++) {
		value = value * 10 + (unsigned long)(text[digits] - '0');
		if (value > max)
			return false;
	}
	if (digits == 0 || text[digits] != '\0' || value < min)
		return false;
	*ret_value = value;
	return true;
}
