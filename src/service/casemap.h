/* SPDX-License-Identifier: ISC */
/* Case mapping of UTF-8 texts. */
#ifndef CASEMAP_H
#define CASEMAP_H

#include "transforms.h"

/* Lower case. */
transform_fn casemap_lower;

#endif
