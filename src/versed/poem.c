/* SPDX-License-Identifier: ISC */
/* A poem for whoever connects. */
#include "poem.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "host/io.h"

static const char *
read_all(int fd, unsigned char *ret_text, size_t max, size_t *ret_len)
{
	struct stat st;
	size_t n, len = 0;
	enum io_result result;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "it is no regular file";
	while ((result = io_read(fd, ret_text + len, max + 1 - len, &n)) ==
	       IO_OK) {
		len += n;
		if (len > max)
			return "it is longer than the maximum length (-m)";
	}
	if (result != IO_EOF)
		return strerror(errno);
	*ret_len = len;
	return NULL;
}

const char *
poem_read(
    const char *path, unsigned char *ret_text, size_t max, size_t *ret_len)
{
	/* Without waiting for the other end of what is no file but a pipe. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *reason;

	if (fd < 0)
		return strerror(errno);
	reason = read_all(fd, ret_text, max, ret_len);
	close(fd);
	return reason;
}
