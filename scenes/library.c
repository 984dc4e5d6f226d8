#include "scenes/library.h"

#include "scenes/scenes.h"

#include <string.h>

const char *const *reel_scenes_list(void)
{
    return reel_library_names;
}

const char *reel_scenes_library_text(const char *family, size_t *size)
{
    for (const reel_library_entry *e = reel_library; e->name; e++) {
        if (strcmp(e->name, family) == 0) {
            *size = e->size;
            return e->text;
        }
    }
    return NULL;
}
