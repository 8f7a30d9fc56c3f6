/* SPDX-License-Identifier: ISC */
/* Looking at another process through proc(5). */
#include "process.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 64

/* The length of "socket:[INODE]", and more. */
#define LINK_BYTES 64

bool
process_catches(pid_t pid, int signo)
{
	char path[PATH_BYTES], line[256];
	unsigned long long caught = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "SigCgt: %llx", &caught) == 1)
			break;
	fclose(file);
	return (caught >> (signo - 1) & 1) != 0;
}

/* What /proc/WHO/fd/FD stands for; "" where that cannot be told. */
static void
read_link(const char *who, const char *fd, char ret_link[LINK_BYTES])
{
	char path[3 * PATH_BYTES];
	ssize_t len = -1;

	if ((size_t)snprintf(path, sizeof(path), "/proc/%s/fd/%s", who, fd) <
	    sizeof(path))
		len = readlink(path, ret_link, LINK_BYTES - 1);
	ret_link[len > 0 ? len : 0] = '\0';
}

bool
process_has_other_socket(pid_t pid, int fd)
{
	char who[PATH_BYTES], path[2 * PATH_BYTES], number[PATH_BYTES];
	char own[LINK_BYTES], err[LINK_BYTES], link[LINK_BYTES];
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(number, sizeof(number), "%d", fd);
	read_link("self", number, own);
	read_link("self", "2", err);
	snprintf(who, sizeof(who), "%d", (int)pid);
	snprintf(path, sizeof(path), "/proc/%s/fd", who);
	dir = opendir(path);
	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL) {
		read_link(who, entry->d_name, link);
		found = strncmp(link, "socket:", 7) == 0 &&
			strcmp(link, own) != 0 && strcmp(link, err) != 0;
	}
	closedir(dir);
	return found;
}
