/* SPDX-License-Identifier: ISC */
/* The request splitter. */
#include "request.h"

#include <stddef.h>

enum request_result
request_split(const unsigned char *content, size_t len, size_t *ret_name_len)
{
	/*@
	  loop invariant 0 <= i <= len;
	  loop invariant \forall integer j; 0 <= j < i ==> content[j] != '.';
	  loop assigns i;
	  loop variant len - i;
	*/
	for (size_t i = 0; i < len; i++) {
		if (content[i] == '.') {
			*ret_name_len = i;
			return REQUEST_OK;
		}
	}
	return REQUEST_BAD;
}
