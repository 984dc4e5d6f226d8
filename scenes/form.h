/*
 * form.h - shapes as a script says them: which there are, which fields they have, and the geoms
 * that they become. Internal to this folder.
 */
#pragma once

#include "assets/meshes.h"
#include "scenes/build.h"
#include "scenes/fields.h"

REEL_API_BEGIN

/** One geom of a form, in the frame of the form. */
typedef struct reel_form_piece {
    reel_shape shape;
    double size[3];
    int mesh; /**< or -1 */
    bool visible, collides;
    bool weighs; /**< its volume is the thing's, or part of it */
} reel_form_piece;

typedef struct reel_form {
    const char *word; /**< for captions, such as "cube" */
    double drag;      /**< usual drag coefficient */
    int n_pieces;
    reel_form_piece *pieces; /**< in the scene's arena */
} reel_form;

/** A kind of shape: world:WORD { } and a part's shape = "WORD". */
typedef struct reel_form_kind {
    const char *word;
    const char *const *fields; /**< NULL-terminated; NULL: those of `solid` */
    double drag;
    reel_form (*read)(reel_fields *f, const struct reel_form_kind *kind, bool moves);
    reel_shape shape;             /**< where the size says it all */
    const reel_solid_kind *solid; /**< of assets/meshes.h, or NULL */
} reel_form_kind;

enum { REEL_MAX_FORM_FIELDS = REEL_MAX_SOLID_PARAMS + 4 };

#define REEL_FORM_DRAG 0.9 /**< of what has no usual coefficient, tumbling */

/** `n` pieces without a mesh that are seen, collide and weigh. */
reel_form_piece *reel_form_pieces(lua_State *L, int n);

/* Readers of the kinds that are meshes (form_mesh.c). */
reel_form reel_form_read_solid(reel_fields *f, const reel_form_kind *kind, bool moves);
reel_form reel_form_read_list(reel_fields *f, const reel_form_kind *kind, bool moves);
reel_form reel_form_read_mesh(reel_fields *f, const reel_form_kind *kind, bool moves);

/** Kinds that this folder knows itself: i = 0, 1, ... until false. */
bool reel_form_kind_at(int i, reel_form_kind *out);
/** By its word. */
bool reel_form_find(const char *word, reel_form_kind *out);
/** Names of its fields into `out`, NULL-terminated. */
void reel_form_fields(const reel_form_kind *kind, const char *out[REEL_MAX_FORM_FIELDS]);
/** Read the fields. `moves`: whether its body does, which decides how meshes collide. */
reel_form reel_form_read(reel_fields *f, const reel_form_kind *kind, bool moves);

REEL_API_END
