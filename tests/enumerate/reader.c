/* SPDX-License-Identifier: ISC */
/*
 * Puts every string of at most LENGTH bytes of ALPHABET, in the order of
 * their lengths and of the alphabet, through the netstring reader, as a
 * conversation that breaks it at every set of places would.
 *
 *     reader ALPHABET LENGTH MAX
 *
 * Writes a byte for each string: 'm', 'b' or 't' for MORE, BAD, TOO_LONG, or
 * 128 + 16 * start + size.  A string with splits of two minds ends the run.
 */
#include <stdbool.h>
#include <stdint.h>

#include "unit.h"
#include "wire/netstring.h"

#define LENGTH_MAX 16

static unsigned long long splits;

static int
read_prefix(const unsigned char *text, size_t len, size_t max)
{
	size_t start = 99, size = 99;

	switch (netstring_decode(text, len, max, &start, &size)) {
	case NETSTRING_OK:
		return (int)(128 + 16 * start + size);
	case NETSTRING_MORE:
		return 'm';
	case NETSTRING_BAD:
		return 'b';
	case NETSTRING_TOO_LONG:
		return 't';
	}
	return 0;
}

/*
 * Reads text as it comes in pieces, a piece ending after byte i where bit i of
 * cuts is set; the last always does.
 */
static int
read_pieces(const int *results, size_t len, uint32_t cuts)
{
	splits++;
	for (size_t i = 0; i + 1 < len; i++)
		if (cuts >> i & 1 && results[i + 1] != 'm')
			return results[i + 1];
	return results[len];
}

static int
read_all_ways(
    unsigned char *room_end, const unsigned char *text, size_t len, size_t max)
{
	int results[LENGTH_MAX + 1];
	uint32_t ways = len < 2 ? 1 : (uint32_t)1 << (len - 1);

	for (size_t i = 0; i <= len; i++) {
		memcpy(room_end - i, text, i);
		results[i] = read_prefix(room_end - i, i, max);
	}
	for (uint32_t cuts = 0; cuts < ways; cuts++) {
		if (read_pieces(results, len, cuts) != results[len]) {
			fprintf(stderr, "%.*s: cut at %x it reads otherwise\n",
			    (int)len, (const char *)text, cuts);
			exit(EXIT_FAILURE);
		}
	}
	return results[len];
}

/* Moves text on to the next of its length; false after the last. */
static bool
next_text(unsigned char *text, size_t len, const char *alphabet)
{
	for (size_t i = len; i-- > 0;) {
		const char *next = strchr(alphabet, text[i]) + 1;

		if (*next != '\0') {
			text[i] = (unsigned char)*next;
			return true;
		}
		text[i] = (unsigned char)alphabet[0];
	}
	return false;
}

int
main(int argc, char *argv[])
{
	unsigned char text[LENGTH_MAX], *room_end = unit_room(64) + 64;
	size_t length, max;

	if (argc != 4)
		return EXIT_FAILURE;
	length = strtoul(argv[2], NULL, 10);
	max = strtoul(argv[3], NULL, 10);
	if (length > LENGTH_MAX)
		return EXIT_FAILURE;
	for (size_t len = 0; len <= length; len++) {
		memset(text, argv[1][0], len);
		do
			putchar(read_all_ways(room_end, text, len, max));
		while (next_text(text, len, argv[1]));
	}
	fprintf(stderr, "%llu\n", splits);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
