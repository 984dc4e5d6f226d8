/*
 * form.c - see the header. Drag coefficients are of the area seen along the flow at Reynolds
 * numbers of 10^4..10^5: Hoerner, "Fluid-Dynamic Drag", 1965, chapter 3 (sphere 0.47, cube face on
 * 1.05 and edge on 0.80, short cylinders 0.6..1.0 across and 0.9 along, cones 0.5..1.1); as bodies
 * tumble, their means.
 */
#include "scenes/form.h"

#include <lua.h>
#include <stdio.h>
#include <string.h>

reel_form_piece *reel_form_pieces(lua_State *L, int n)
{
    reel_form_piece *p =
        reel_script_have(L, REEL_ARENA_NEW(&reel_builder_of(L)->scene->arena, reel_form_piece, n));
    for (int i = 0; i < n; i++) {
        p[i].mesh = -1;
        p[i].visible = p[i].collides = p[i].weighs = true;
    }
    return p;
}

static double need_positive(reel_fields *f, const char *name)
{
    double v;
    if (!reel_fields_positive(f, name, &v)) {
        reel_fields_fail(f, name, "is missing");
    }
    return v;
}

/* --- shapes that their size describes whole ------------------------------------------------------
 */

static void read_edges(reel_fields *f, double size[3])
{
    if (!reel_fields_push(f, "size")) {
        reel_fields_fail(f, "size", "is missing: {x, y, z}, or one number for a cube");
    }
    const bool cube = lua_type(f->L, -1) == LUA_TNUMBER;
    if (!cube) {
        reel_fields_vector_at(f, -1, "size", 3, 3, size);
    }
    lua_pop(f->L, 1);
    if (cube) {
        reel_fields_number(f, "size", -HUGE_VAL, HUGE_VAL, &size[0]);
        size[1] = size[2] = size[0];
    }
    for (int i = 0; i < 3; i++) {
        if (!(size[i] > 0)) {
            reel_fields_fail(f, "size", "edges must be > 0, is %.6g", size[i]);
        }
    }
}

static void read_radii(reel_fields *f, double size[3])
{
    if (reel_fields_vector(f, "radii", 3, 3, size) == 0) {
        reel_fields_fail(f, "radii", "is missing: {x, y, z}, half of the axes");
    }
    for (int i = 0; i < 3; i++) {
        if (!(size[i] > 0)) {
            reel_fields_fail(f, "radii", "must be > 0, is %.6g", size[i]);
        }
    }
}

static reel_form read_plain(reel_fields *f, const reel_form_kind *kind, bool moves)
{
    (void)moves;
    reel_form form = {.word = kind->word, .drag = kind->drag, .n_pieces = 1};
    form.pieces = reel_form_pieces(f->L, 1);
    form.pieces->shape = kind->shape;
    double *size = form.pieces->size;
    if (kind->shape == REEL_SHAPE_BOX) {
        read_edges(f, size);
        form.word = size[0] == size[1] && size[1] == size[2] ? "cube" : kind->word;
    } else if (kind->shape == REEL_SHAPE_ELLIPSOID) {
        read_radii(f, size);
    } else {
        size[0] = need_positive(f, "radius");
        if (kind->shape != REEL_SHAPE_SPHERE) {
            size[1] = need_positive(f, "length");
        }
    }
    return form;
}

/* --- the kinds -----------------------------------------------------------------------------------
 */

static const char *const box_fields[] = {"size", NULL};
static const char *const sphere_fields[] = {"radius", NULL};
static const char *const long_fields[] = {"radius", "length", NULL};
static const char *const ellipsoid_fields[] = {"radii", NULL};
static const char *const hull_fields[] = {"points", "crease", NULL};
static const char *const extrusion_fields[] = {"outline", "height", "crease", NULL};
static const char *const revolution_fields[] = {"profile", "segments", "crease", NULL};
static const char *const mesh_fields[] = {"vertices", "triangles", "parts",  "file",
                                          "scale",    "y_up",      "crease", NULL};

static const reel_form_kind own_kinds[] = {
    {"box", box_fields, 0.95, read_plain, REEL_SHAPE_BOX, NULL},
    {"sphere", sphere_fields, 0.47, read_plain, REEL_SHAPE_SPHERE, NULL},
    {"capsule", long_fields, 0.6, read_plain, REEL_SHAPE_CAPSULE, NULL},
    {"cylinder", long_fields, 0.85, read_plain, REEL_SHAPE_CYLINDER, NULL},
    {"cone", long_fields, 0.75, read_plain, REEL_SHAPE_CONE, NULL},
    {"ellipsoid", ellipsoid_fields, 0.5, read_plain, REEL_SHAPE_ELLIPSOID, NULL},
    {"hull", hull_fields, REEL_FORM_DRAG, reel_form_read_list, REEL_SHAPE_HULL, NULL},
    {"extrusion", extrusion_fields, REEL_FORM_DRAG, reel_form_read_list, REEL_SHAPE_MESH, NULL},
    {"revolution", revolution_fields, REEL_FORM_DRAG, reel_form_read_list, REEL_SHAPE_MESH, NULL},
    {"mesh", mesh_fields, REEL_FORM_DRAG, reel_form_read_mesh, REEL_SHAPE_MESH, NULL},
};

bool reel_form_kind_at(int i, reel_form_kind *out)
{
    const int n_own = (int)(sizeof(own_kinds) / sizeof(own_kinds[0]));
    if (i < n_own) {
        *out = own_kinds[i];
        return true;
    }
    if (i - n_own >= reel_solid_n_kinds()) {
        return false;
    }
    const reel_solid_kind *solid = reel_solid_kind_at(i - n_own);
    *out = (reel_form_kind){solid->name,     NULL, REEL_FORM_DRAG, reel_form_read_solid,
                            REEL_SHAPE_MESH, solid};
    return true;
}

bool reel_form_find(const char *word, reel_form_kind *out)
{
    for (int i = 0; reel_form_kind_at(i, out); i++) {
        if (strcmp(out->word, word) == 0) {
            return true;
        }
    }
    return false;
}

void reel_form_fields(const reel_form_kind *kind, const char *out[REEL_MAX_FORM_FIELDS])
{
    int n = 0;
    for (; kind->fields && kind->fields[n]; n++) {
        out[n] = kind->fields[n];
    }
    for (; kind->solid && n < kind->solid->n_params; n++) {
        out[n] = kind->solid->params[n].name;
    }
    out[n] = NULL;
}

reel_form reel_form_read(reel_fields *f, const reel_form_kind *kind, bool moves)
{
    return kind->read(f, kind, moves);
}
