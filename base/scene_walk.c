/* scene_walk.c - see the header. */
#include "base/scene_walk.h"

#include <stdio.h>
#include <string.h>

size_t walk_enter(scene_walk *w, const char *name)
{
    const size_t mark = strlen(w->path);
    snprintf(w->path + mark, sizeof(w->path) - mark, "%s%s", mark ? "." : "", name);
    return mark;
}

size_t walk_enter_item(scene_walk *w, int i)
{
    const size_t mark = strlen(w->path);
    snprintf(w->path + mark, sizeof(w->path) - mark, "[%d]", i);
    return mark;
}

void walk_leave(scene_walk *w, size_t mark)
{
    w->path[mark] = '\0';
}

bool walk_fail(scene_walk *w, reel_status status, const char *msg)
{
    w->status = reel_fail_at(w->err, status, w->file, 0, w->path, "%s", msg);
    return false;
}

bool walk_no_memory(scene_walk *w)
{
    return walk_fail(w, REEL_E_NOMEM, "out of memory");
}

int field_count(const void *base, const reel_field *f)
{
    int n;
    memcpy(&n, (const char *)base + f->count_offset, sizeof(n));
    return n;
}

void *field_items(const void *base, const reel_field *f)
{
    void *items;
    memcpy(&items, (const char *)base + f->offset, sizeof(items));
    return items;
}

bool walk_is_scalar(const reel_json *v)
{
    const reel_json_type type = reel_json_type_of(v);
    return type == REEL_JSON_BOOL || type == REEL_JSON_INT || type == REEL_JSON_REAL ||
           type == REEL_JSON_STRING;
}
