/*
 * scene_walk.h - what writing, reading and checking the frozen form share: where a walk over the
 * table of fields stands, and its first failure. Internal to base/.
 */
#pragma once

#include "base/scene_fields.h"
#include "base/scene_json.h"

/* For messages such as "bodies[3].mass: ...". */
typedef struct scene_walk {
    char path[160];
    const char *file; /* as the user named it; NULL while encoding */
    reel_scene *scene;
    reel_status status;
    reel_error *err;
} scene_walk;

size_t walk_enter(scene_walk *w, const char *name); /* the mark for walk_leave() */
size_t walk_enter_item(scene_walk *w, int i);       /* the same */
void walk_leave(scene_walk *w, size_t mark);        /* back to where `mark` was taken */
/* Notes the first failure, at the field where the walk stands; always false. */
bool walk_fail(scene_walk *w, reel_status status, const char *msg);
bool walk_no_memory(scene_walk *w);

/* Number of entries of a list, and the pointer to them (all object pointers have one form here). */
int field_count(const void *base, const reel_field *f);
void *field_items(const void *base, const reel_field *f);

/* A value of a JSON object that may be a parameter. */
bool walk_is_scalar(const reel_json *v);

/* scene_check.c: references between the parts of a decoded scene. */
bool scene_check(scene_walk *w);
