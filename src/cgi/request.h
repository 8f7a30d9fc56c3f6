/* SPDX-License-Identifier: ISC */
/*
 * What a web server says of a request in the environment of a CGI program
 * (RFC 3875, section 4.1).  The values are strings that end at their NUL, or
 * NULL where the variable is not set; a stranger chose their bytes.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>

/* The most bytes of a peer's name, its NUL included. */
#define CGI_PEER_MAX 64

enum cgi_method {
	CGI_GET,
	CGI_HEAD,
	CGI_OPTIONS,
	CGI_POST,
	CGI_OTHER, /* any other, however it looks */
	CGI_NONE,  /* not set, or empty */
};

enum cgi_length {
	CGI_LENGTH_OK,
	CGI_LENGTH_NONE,     /* not set, or empty */
	CGI_LENGTH_BAD,	     /* not digits only */
	CGI_LENGTH_TOO_LONG, /* digits only, past the limit */
};

/* Reads REQUEST_METHOD; case matters. */
enum cgi_method cgi_method(const char *method);

/*
 * Reads PATH_INFO, which the web server has percent-decoded: "/NAME" names a
 * transform; nothing, or "/", is the program itself.  Returns true with a
 * view into path_info and its length, 0 for the program itself; returns false
 * and writes nothing where there is no slash in front.
 */
bool cgi_name(
    const char *path_info, const unsigned char **ret_name, size_t *ret_len);

/* Reads CONTENT_LENGTH.  CGI_LENGTH_OK writes it, at most max, to ret_size. */
enum cgi_length cgi_content_length(
    const char *text, size_t max, size_t *ret_size);

/*
 * Writes "ADDR:PORT" to ret_peer, "[ADDR]:PORT" where ADDR has a colon, "ADDR"
 * without a port, "-" without an address.  What is not part of an address
 * becomes a question mark; what does not fit is cut.
 */
void cgi_peer(const char *addr, const char *port, char ret_peer[CGI_PEER_MAX]);

#endif
