/*
 * library.h - the table of shipped scripts, which base/embed.py writes. Internal.
 */
#pragma once

#include <stddef.h>

typedef struct reel_library_entry {
    const char *name;
    const char *text; /**< NUL-terminated */
    size_t size;
} reel_library_entry;

extern const reel_library_entry reel_library[]; /**< ends with a NULL name */
extern const char *const reel_library_names[];  /**< ends with NULL */
extern const char reel_light_set_lua[];         /**< scenes/light_set.lua */
