/*
 * fuzz.h - what a fuzz target defines: libFuzzer calls it, and so does replay.c.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** Run the target on one input; aborts if something does not hold. @return 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
