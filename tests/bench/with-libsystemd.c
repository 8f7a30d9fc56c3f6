/* SPDX-License-Identifier: ISC */
/*
 * Linked to versed, makes it do what a program does that takes its sockets
 * from systemd's own library: load it and ask it.  For comparison only.
 */
#include <systemd/sd-daemon.h>

static void ask_libsystemd(void) __attribute__((constructor));

static void
ask_libsystemd(void)
{
	sd_listen_fds(0);
}
