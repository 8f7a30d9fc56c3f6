/* SPDX-License-Identifier: ISC */
/* The numbers of versed-protocol(7), each where no option says otherwise. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#define PROTOCOL_PORT	    11000
#define PROTOCOL_LENGTH_MAX 99999 /* bytes of a request's content */
#define PROTOCOL_TIMEOUT_S  30	  /* from its start to its reply's last byte */

#endif
