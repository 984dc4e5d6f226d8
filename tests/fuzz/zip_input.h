/*
 * zip_input.h - a fuzz input as a file: taken whole if it looks like a zip, or else as entries of
 * one that is made around it, so that mutations are not all stopped by a CRC.
 */
#pragma once

#include "export/zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Not assert: a build without it must still find things. */
static inline void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

/** The input up to its first NUL is entry `first` (if not NULL), the rest is entry `second`. The
 * file is in memory; close the descriptor to release it. */
static inline int zip_input(const uint8_t *data, size_t size, const char *first, const char *second,
                            char path[64])
{
    const int fd = memfd_create("fuzz", 0);
    must(fd >= 0, "memory for the input");
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    if (size >= 2 && memcmp(data, "PK", 2) == 0) {
        must(write(fd, data, size) == (ssize_t)size, "the input is written");
        return fd;
    }
    const uint8_t *nul = first ? memchr(data, 0, size) : NULL;
    const size_t n = nul ? (size_t)(nul - data) : first ? size : 0;
    const size_t from = n + (nul != NULL);
    reel_zip_writer *zip = NULL;
    must(reel_zip_create(path, &zip, NULL) == REEL_OK, "a zip is made");
    if (first) {
        must(reel_zip_add(zip, first, data, n, NULL) == REEL_OK, "the first entry is added");
    }
    must(reel_zip_add(zip, second, data + from, size - from, NULL) == REEL_OK, "the second, too");
    must(reel_zip_finish(zip, NULL) == REEL_OK, "the zip is whole");
    reel_zip_writer_destroy(&zip);
    return fd;
}
