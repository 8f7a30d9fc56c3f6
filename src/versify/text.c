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
#include <sysexits.h>
#include <unistd.h>

#include "host/io.h"
#include "host/log.h"

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

	while (result == IO_OK && text->rest_fd >= 0 &&
	       (result = io_read(text->rest_fd, rest, sizeof(rest), &len)) ==
		   IO_OK)
		result = io_write(fd, rest, len);
	return result == IO_OK || result == IO_EOF;
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
	int error, fd;
	char *name;

	if (asprintf(&name, "%.*s.versify-XXXXXX",
		slash != NULL ? (int)(slash + 1 - path) : 0, path) < 0)
		return false;
	substitute = name;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0 && write_all(fd, text) && set_mode(fd, like) &&
	    fsync(fd) == 0 && close(fd) == 0 && rename(name, path) == 0)
		return true;
	error = errno;
	unlink(name);
	errno = error;
	return false;
}

static bool
write_output(const struct text *text)
{
	struct stat before = {.st_mode = 0}, now;
	int error;

	fstat(STDOUT_FILENO, &before);
	/* Some failures are known only once it is closed. */
	if (write_all(STDOUT_FILENO, text) && close(dup(STDOUT_FILENO)) == 0)
		return true;
	error = errno;
	/* What was added to the end of a file, by us alone, is taken back. */
	if (S_ISREG(before.st_mode) && fstat(STDOUT_FILENO, &now) == 0 &&
	    now.st_size > before.st_size &&
	    now.st_size == lseek(STDOUT_FILENO, 0, SEEK_CUR) &&
	    ftruncate(STDOUT_FILENO, before.st_size) == 0)
		lseek(STDOUT_FILENO, before.st_size, SEEK_SET);
	errno = error;
	return false;
}

static bool
write_file(const struct text *text, const char *file)
{
	struct stat link, like = {.st_uid = (uid_t)-1, .st_gid = (gid_t)-1};
	char path[PATH_MAX];
	mode_t mask;
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
	return fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0 && write_output(text);
}

int
text_write(const struct text *text, const char *file)
{
	if (file != NULL ? write_file(text, file) : write_output(text))
		return EX_OK;
	/* Who leaves, as head(1) does, knows. */
	if (errno != EPIPE)
		log_message(LOG_ERR, "cannot write%s%s: %s",
		    file != NULL ? " " : "", file != NULL ? file : "",
		    strerror(errno));
	return EX_IOERR;
}
