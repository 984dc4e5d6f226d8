/*
 * print.c - pictures of our own on things, and how wide pictures are where scripts do not say.
 */
#include "scenes/print.h"

#include "assets/print.h"
#include "scenes/picture.h"

#include <lua.h>
#include <stdio.h>
#include <string.h>

static void draw(reel_fields *f, const char *field, const char *words, const double ink[3],
                 reel_image *out)
{
    reel_error err = {0};
    const reel_status st =
        reel_image_print(&reel_builder_of(f->L)->scene->arena, words, ink, out, &err);
    if (st == REEL_E_NOMEM) {
        reel_script_fatal(reel_script_of(f->L), st, "%s", err.msg);
    }
    if (st != REEL_OK) {
        reel_fields_fail(f, field, "%s", err.msg);
    }
    reel_script_charge(f->L, (uint64_t)out->n_bytes * 4);
}

int reel_print_read(reel_fields *f, const char *field, const char *words, const double ink[3])
{
    lua_State *L = f->L;
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    reel_image image = {0};
    char name[200];
    /* the same words in another ink are another picture */
    snprintf(name, sizeof(name), "%.100s in %.4f %.4f %.4f", words, ink[0], ink[1], ink[2]);
    reel_script_charge(L, (uint64_t)s->n_images);
    for (int i = 0; i < s->n_images; i++) {
        if (strcmp(s->images[i].name, name) == 0) {
            return i;
        }
    }
    if (s->n_images >= REEL_MAX_IMAGES) {
        reel_fields_fail(f, field, "too many: a scene has at most %d images", REEL_MAX_IMAGES);
    }
    draw(f, field, words + strlen(REEL_PRINT_PREFIX), ink, &image);
    image.name = reel_build_string(L, name);
    s->images = reel_build_grow(L, s->images, s->n_images, &b->image_cap, sizeof(*s->images));
    s->images[s->n_images] = image;
    return s->n_images++;
}

void reel_print_fit(const reel_scene *scene, const reel_geom *geom, reel_material *material)
{
    double lo[3], hi[3];
    if (material->image_scale > 0 || (material->image < 0 && material->normal_image < 0)) {
        return;
    }
    material->image_scale = 1;
    if (geom->shape == REEL_SHAPE_PLANE || !reel_geom_box(scene, geom, lo, hi)) {
        return;
    }
    const double x = hi[0] - lo[0], y = hi[1] - lo[1];
    material->image_scale = material->mapping == REEL_MAPPING_X   ? y
                            : material->mapping == REEL_MAPPING_Y ? x
                            : material->mapping == REEL_MAPPING_Z ? x
                                                                  : fmax(x, y);
}
