/* SPDX-License-Identifier: ISC */
/* Texts: reading and writing them. */
#include "text.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/memory.h"
#include "wire/netstring.h"

bool
text_open(struct text *text, const char *name, size_t max)
{
	size_t name_len = strlen(name) + 1;

	if (name_len > max) {
		errno = ENAMETOOLONG;
		return false;
	}
	text->start = memory_reserve(NETSTRING_HEADER_MAX + max + 1);
	if (text->start == NULL)
		return false;
	text->start += NETSTRING_HEADER_MAX;
	memcpy(text->start, name, name_len - 1);
	text->start += name_len;
	text->start[-1] = '.';
	text->max = max - name_len;
	text->name_len = name_len;
	return true;
}

enum io_result
text_read(struct text *text, int fd)
{
	enum io_result result;
	size_t n;

	/* One byte more, in the comma's place, tells that it is too long. */
	while (text->len <= text->max) {
		result = io_read(
		    fd, text->start + text->len, text->max + 1 - text->len, &n);
		text->is_whole = result == IO_EOF;
		if (result != IO_OK)
			return result;
		text->len += n;
	}
	return IO_OK;
}

void
text_make_request(
    struct text *text, unsigned char **ret_request, size_t *ret_len)
{
	unsigned char *content = text->start - text->name_len;
	size_t size = text->name_len + text->len;
	size_t header = netstring_encode(content, size);

	*ret_request = content - header;
	*ret_len = header + size + 1;
}

static bool
write_all(int fd, const unsigned char *buf, size_t len, int rest_fd)
{
	unsigned char rest[65536];
	enum io_result result = io_write(fd, buf, len);

	while (result == IO_OK && rest_fd >= 0) {
		result = io_read(rest_fd, rest, sizeof(rest), &len);
		if (result == IO_EOF)
			return true;
		if (result == IO_OK)
			result = io_write(fd, rest, len);
	}
	return result == IO_OK;
}

/* What a close(2) finds out late, while there is still something to be done. */
static bool
flush(int fd)
{
	int twin = dup(fd);

	return twin >= 0 && close(twin) == 0;
}

/* Takes back what was added to the end of a file, by us alone. */
static void
take_back(int fd, const struct stat *before)
{
	off_t end = lseek(fd, 0, SEEK_CUR);
	struct stat now;

	if (!S_ISREG(before->st_mode) || fstat(fd, &now) < 0 ||
	    now.st_size != end || now.st_size <= before->st_size)
		return;
	if (ftruncate(fd, before->st_size) == 0)
		lseek(fd, before->st_size, SEEK_SET);
}

static bool
write_fd(int fd, const unsigned char *buf, size_t len, int rest_fd)
{
	struct stat before = {.st_mode = 0};
	int error;

	fstat(fd, &before);
	if (write_all(fd, buf, len, rest_fd) && flush(fd))
		return true;
	error = errno;
	take_back(fd, &before);
	errno = error;
	return false;
}

/* What it cannot be given to must not have more than it had. */
static bool
set_mode(int fd, const struct stat *like)
{
	mode_t mode = like->st_mode & 07777;

	if (fchown(fd, like->st_uid, like->st_gid) != 0)
		mode &= fchown(fd, (uid_t)-1, like->st_gid) == 0 ? 0777 : 0707;
	return fchmod(fd, mode) == 0;
}

/* Writes a new file beside that of the path, which then takes its place. */
static bool
replace(const char *path, const struct stat *like, const unsigned char *buf,
    size_t len, int rest_fd)
{
	const char *slash = strrchr(path, '/');
	char *name;
	bool done;
	int error, fd;

	if (asprintf(&name, "%.*s.versify-XXXXXX",
		slash != NULL ? (int)(slash + 1 - path) : 0, path) < 0)
		return false;
	fd = mkostemp(name, O_CLOEXEC);
	done = fd >= 0 && write_all(fd, buf, len, rest_fd) &&
	       set_mode(fd, like) && fsync(fd) == 0 && flush(fd) &&
	       rename(name, path) == 0;
	error = errno;
	if (fd >= 0) {
		close(fd);
		if (!done)
			unlink(name);
	}
	free(name);
	errno = error;
	return done;
}

static bool
write_file(const char *file, const unsigned char *buf, size_t len, int rest_fd)
{
	const mode_t mask = umask(0);
	struct stat like = {
	    .st_mode = 0666 & ~mask, .st_uid = (uid_t)-1, .st_gid = (gid_t)-1};
	struct stat link;
	char path[PATH_MAX];
	bool done;
	int fd;

	umask(mask);
	if (lstat(file, &link) < 0 && errno == ENOENT)
		return replace(file, &like, buf, len, rest_fd);
	if (stat(file, &like) == 0 && S_ISREG(like.st_mode)) {
		if (S_ISLNK(link.st_mode)) {
			if (realpath(file, path) == NULL)
				return false;
			file = path;
		}
		return replace(file, &like, buf, len, rest_fd);
	}
	/* No file, or a link that leads nowhere: it is not replaced. */
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
	if (fd < 0)
		return false;
	done = write_fd(fd, buf, len, rest_fd);
	close(fd);
	return done;
}

bool
text_write(const char *file, const unsigned char *buf, size_t len, int rest_fd)
{
	return file != NULL ? write_file(file, buf, len, rest_fd)
			    : write_fd(STDOUT_FILENO, buf, len, rest_fd);
}
