/* SPDX-License-Identifier: ISC */
/* What versed-pool's options mean. */
#ifndef POOL_OPTIONS_H
#define POOL_OPTIONS_H

struct pool;

/*
 * Reads the command line into pool.  Returns COMMAND and its arguments, or NULL
 * where there is none; or prints what was asked for, or says what is wrong, and
 * ends the process.
 */
char *const *pool_options_parse(int argc, char *argv[], struct pool *pool);

#endif
