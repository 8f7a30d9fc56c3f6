/* SPDX-License-Identifier: ISC */
/* What the command lines of all programs have in common. */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "log.h"

/* Dies for what getopt_long returned c, at the argument word. */
static _Noreturn void
refuse(const struct options *options, int c, const char *word)
{
	if (c == ':')
		options->die(EX_USAGE, "option -%c lacks its argument", optopt);
	/* Only a long option can be known and have what it does not take. */
	for (const struct option *o = options->names; o->name != NULL; o++) {
		if (o->val == optopt)
			options->die(
			    EX_USAGE, "option --%s takes no argument", o->name);
	}
	if (optopt > 0)
		options->die(EX_USAGE, "unknown option: -%c", optopt);
	options->die(EX_USAGE, "unknown option: %s", word);
}

int
options_next(const struct options *options, int argc, char *argv[])
{
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, options->letters, options->names, NULL);
	switch (c) {
	case 'h':
		fputs(options->help, stdout);
		options_finish_printing(options);
	case 'V':
		fputs(options->version, stdout);
		options_finish_printing(options);
	case ':':
	case '?':
		refuse(options, c, argv[optind - 1]);
	}
	return c;
}

unsigned long
options_number_or_die(const struct options *options, const char *what,
    unsigned long min, unsigned long max)
{
	unsigned long value;

	if (!options_number(optarg, min, max, &value))
		options->die(EX_USAGE, "%s must be a number from %lu to %lu",
		    what, min, max);
	return value;
}

void
options_finish_printing(const struct options *options)
{
	log_to_caller();
	if (fflush(stdout) != 0 || ferror(stdout))
		options->die(EX_IOERR, "cannot write: %s", strerror(errno));
	exit(EX_OK);
}

bool
options_number(const char *text, unsigned long min, unsigned long max,
    unsigned long *ret_value)
{
	unsigned long value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned long)(*text - '0');
		if (value > max)
			return false;
	}
	if (value < min)
		return false;
	*ret_value = value;
	return true;
}
