/* SPDX-License-Identifier: ISC */
/*
 * Stands where a program would, and runs it, PROGRAM, under valgrind, which
 * writes what it finds to a file of REPORTS.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	static const char *const options[] = {
	    "/usr/bin/valgrind",
	    "--quiet",
	    "--error-exitcode=99",
	    "--leak-check=full",
	    "--show-leak-kinds=definite",
	    "--errors-for-leak-kinds=definite",
	    "--run-libc-freeres=no",
	    "--log-file=" REPORTS "/%p",
	    PROGRAM,
	};
	size_t count = sizeof(options) / sizeof(options[0]);
	const char **words = calloc(count + (size_t)argc + 1, sizeof(*words));

	if (words == NULL)
		return 125;
	memcpy(words, options, sizeof(options));
	for (int i = 1; i < argc; i++)
		words[count++] = argv[i];
	execv(words[0], (char **)(void *)words);
	perror(words[0]);
	return 125;
}
