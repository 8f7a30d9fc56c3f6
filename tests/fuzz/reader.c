/* SPDX-License-Identifier: ISC */
/* The netstring reader, byte by byte, and the writer. */
#include "property.h"
#include "wire/netstring.h"

/* Once it is not MORE it stays what it is; the bytes behind do not matter. */
static enum netstring_result
read_as_it_comes(const uint8_t *data, size_t size, size_t max, size_t *ret_len)
{
	enum netstring_result result = NETSTRING_MORE;
	size_t start = 0, content = 0, len;

	for (len = 0; result == NETSTRING_MORE && len <= size; len++) {
		unsigned char *piece = property_copy(data, len);

		result = netstring_decode(piece, len, max, &start, &content);
		if (result == NETSTRING_BAD)
			PROPERTY(netstring_error(piece, len) != NULL);
		free(piece);
	}
	*ret_len = len - 1;
	if (result == NETSTRING_OK)
		PROPERTY(content <= max && start + content + 1 == *ret_len);
	return result;
}

static void
write_and_read(const uint8_t *data, size_t size)
{
	unsigned char *room = property_room(NETSTRING_HEADER_MAX + size + 1);
	unsigned char *content = room + NETSTRING_HEADER_MAX;
	size_t header, start, len;

	memcpy(content, data, size);
	header = netstring_encode(content, size);
	PROPERTY(netstring_decode(content - header, header + size + 1, size,
		     &start, &len) == NETSTRING_OK);
	PROPERTY(start == header && len == size);
	PROPERTY(memcmp(content, data, size) == 0);
	free(room);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t limits[] = {0, 1, 9, 10, 99, 99999, 999999999};
	size_t max, len, start, content;

	if (size == 0 || size > 4096)
		return 0;
	max = limits[data[0] % (sizeof(limits) / sizeof(limits[0]))];
	data++;
	size--;
	if (read_as_it_comes(data, size, max, &len) == NETSTRING_OK)
		PROPERTY(netstring_decode(data, size, max, &start, &content) ==
			 NETSTRING_OK);
	if (size > 0)
		write_and_read(data, size);
	return 0;
}
