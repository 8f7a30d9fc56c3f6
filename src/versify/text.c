/* SPDX-License-Identifier: ISC */
/* Reading and writing texts. */
#include "text.h"

#include <sys/stat.h>

#include <errno.h>
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
    struct text *text, const unsigned char **ret_request, size_t *ret_len)
{
	unsigned char *content = text->start - text->name_len;
	size_t size = text->name_len + text->len;
	size_t header = netstring_encode(content, size);

	*ret_request = content - header;
	*ret_len = header + size + 1;
}

static enum io_result
copy(int from_fd, int to_fd)
{
	unsigned char buf[65536];
	enum io_result result;
	size_t n;

	while ((result = io_read(from_fd, buf, sizeof(buf), &n)) == IO_OK) {
		result = io_write(to_fd, buf, n);
		if (result != IO_OK)
			return result;
	}
	return result == IO_EOF ? IO_OK : result;
}

/* What a close(2) finds out late, while there is still something to be done. */
static enum io_result
flush(int fd)
{
	int twin = dup(fd);

	return twin >= 0 && close(twin) == 0 ? IO_OK : IO_ERROR;
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

enum io_result
text_write(const unsigned char *buf, size_t len, int rest_fd)
{
	struct stat before = {.st_mode = 0};
	enum io_result result;
	int error;

	fstat(STDOUT_FILENO, &before);
	result = io_write(STDOUT_FILENO, buf, len);
	if (result == IO_OK && rest_fd >= 0)
		result = copy(rest_fd, STDOUT_FILENO);
	if (result == IO_OK)
		result = flush(STDOUT_FILENO);
	if (result == IO_OK)
		return IO_OK;
	error = errno;
	take_back(STDOUT_FILENO, &before);
	errno = error;
	return result;
}
