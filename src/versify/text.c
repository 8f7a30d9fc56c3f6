/* SPDX-License-Identifier: ISC */
/* Texts on their way out. */
#include "text.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/io.h"

/* The file that is to take another's place. */
static const char *volatile substitute;

void
text_drop(void)
{
	if (substitute != NULL)
		unlink(substitute);
}

static bool
write_all(int fd, const struct text *text)
{
	unsigned char rest[65536];
	enum io_result result = io_write(fd, text->start, text->len);
	size_t len;

	while (result == IO_OK && text->rest_fd >= 0) {
		result = io_read(text->rest_fd, rest, sizeof(rest), &len);
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

/* Takes back what was added to the end of a file, by us alone; keeps errno. */
static void
take_back(int fd, const struct stat *before)
{
	const int error = errno;
	struct stat now;

	if (S_ISREG(before->st_mode) && fstat(fd, &now) == 0 &&
	    now.st_size > before->st_size &&
	    now.st_size == lseek(fd, 0, SEEK_CUR) &&
	    ftruncate(fd, before->st_size) == 0)
		lseek(fd, before->st_size, SEEK_SET);
	errno = error;
}

static bool
write_fd(int fd, const struct text *text)
{
	struct stat before = {.st_mode = 0};

	fstat(fd, &before);
	if (write_all(fd, text) && flush(fd))
		return true;
	take_back(fd, &before);
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
replace(const struct text *text, const char *path, const struct stat *like)
{
	const char *slash = strrchr(path, '/');
	char *name;
	bool done;
	int error, fd;

	if (asprintf(&name, "%.*s.versify-XXXXXX",
		slash != NULL ? (int)(slash + 1 - path) : 0, path) < 0)
		return false;
	substitute = name;
	fd = mkostemp(name, O_CLOEXEC);
	done = fd >= 0 && write_all(fd, text) && set_mode(fd, like) &&
	       fsync(fd) == 0 && flush(fd) && rename(name, path) == 0;
	error = errno;
	if (!done)
		unlink(name);
	close(fd);
	substitute = NULL;
	free(name);
	errno = error;
	return done;
}

static bool
write_file(const struct text *text, const char *file)
{
	struct stat link, like = {.st_uid = (uid_t)-1, .st_gid = (gid_t)-1};
	char path[PATH_MAX];
	mode_t mask;
	bool done;
	int fd;

	if (lstat(file, &link) < 0 && errno == ENOENT) {
		mask = umask(0);
		umask(mask);
		like.st_mode = 0666 & ~mask;
		return replace(text, file, &like);
	}
	if (stat(file, &like) == 0 && S_ISREG(like.st_mode)) {
		if (S_ISLNK(link.st_mode))
			file = realpath(file, path);
		return file != NULL && replace(text, file, &like);
	}
	/* No file, or a link that leads nowhere: it is not replaced. */
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
	if (fd < 0)
		return false;
	done = write_fd(fd, text);
	close(fd);
	return done;
}

bool
text_write(const struct text *text, const char *file)
{
	return file != NULL ? write_file(text, file)
			    : write_fd(STDOUT_FILENO, text);
}
