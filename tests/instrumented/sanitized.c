/* SPDX-License-Identifier: ISC */
/*
 * The settings of the sanitizers, in the program: no launcher hands on an
 * environment.  REPORTS is the folder for what they find.
 */
#include <stdio.h>
#include <stdlib.h>

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
int __lsan_is_turned_off(void);

const char *
__asan_default_options(void)
{
	/* A fault is a fault of the program, and SIGSEGV may be sent. */
	return "log_path=" REPORTS "/asan:handle_segv=0:"
	       "detect_stack_use_after_return=1:strict_string_checks=1";
}

const char *
__ubsan_default_options(void)
{
	return "log_path=" REPORTS "/ubsan:print_stacktrace=1";
}

/*
 * Leaks are looked for through ptrace(2): not in a process that is traced
 * already, nor in a unit of systemd, which may forbid it, and which ends with
 * a SIGCONT that undoes the SIGSTOP by which ptrace(2) attaches.
 */
int
__lsan_is_turned_off(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[128];
	int tracer = 0;

	if (status == NULL || getenv("INVOCATION_ID") != NULL)
		return 1;
	while (fgets(line, sizeof(line), status) != NULL)
		if (sscanf(line, "TracerPid: %d", &tracer) == 1)
			break;
	fclose(status);
	return tracer != 0;
}
