/*
 * picture.c - images of files beside a script: textures, decals, skies.
 */
#include "scenes/picture.h"
#include "assets/image.h"
#include "base/fs.h"

#include <stdio.h>
#include <string.h>

enum { MAX_FILE_BYTES = 128 << 20 };

static bool has_ending(const char *name, const char *ending)
{
    const size_t n = strlen(name), k = strlen(ending);
    return n > k && strcmp(name + n - k, ending) == 0;
}

/* Path of a file beside or below the script: nothing else can be read. */
static void file_path(reel_fields *f, const char *field, const char *name, reel_image_kind kind,
                      char *out, size_t size)
{
    const char *folder = reel_script_of(f->L)->folder;
    const char *ending = kind == REEL_IMAGE_RADIANCE ? ".hdr" : ".png";
    if (!folder) {
        reel_fields_fail(f, field, "only a script that is a file itself can name one");
    }
    if (!has_ending(name, ending) || name[0] == '/' || strstr(name, "..")) {
        reel_fields_fail(f, field,
                         "must be a %s file beside the script or in a folder there, without '..'",
                         ending);
    }
    if ((size_t)snprintf(out, size, "%s%s", folder, name) >= size) {
        reel_fields_fail(f, field, "is too long a path");
    }
}

static void load(reel_fields *f, const char *field, const char *path, reel_image_kind kind,
                 reel_image *out)
{
    char *data = NULL;
    size_t size = 0;
    reel_error err = {0};
    reel_status st = reel_fs_read(path, &data, &size, &err);
    if (st == REEL_OK && size > MAX_FILE_BYTES) {
        st = reel_fail(&err, REEL_E_SCENE, "has more than %d bytes", MAX_FILE_BYTES);
    }
    if (st == REEL_OK) {
        st = reel_image_load(&reel_builder_of(f->L)->scene->arena, data, size, kind, out, &err);
    }
    reel_free(data);
    if (st != REEL_OK) {
        reel_fields_fail(f, field, "%s", err.msg);
    }
}

int reel_picture_read(reel_fields *f, const char *field, reel_image_kind kind)
{
    static const char *const as[] = {"", " (data)", ""};
    lua_State *L = f->L;
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    char path[600], title[700];
    const char *name = reel_fields_string(f, field);
    if (!name) {
        return -1;
    }
    file_path(f, field, name, kind, path, sizeof(path));
    snprintf(title, sizeof(title), "%s%s", name, as[kind]);
    for (int i = 0; i < s->n_images; i++) {
        if (strcmp(s->images[i].name, title) == 0) {
            return i;
        }
    }
    if (s->n_images >= REEL_MAX_IMAGES) {
        reel_fields_fail(f, field, "too many: a scene has at most %d images", REEL_MAX_IMAGES);
    }
    reel_image image = {0};
    load(f, field, path, kind, &image);
    image.name = reel_build_string(L, title);
    reel_script_charge(L, (uint64_t)image.n_bytes / 16);
    s->images = reel_build_grow(L, s->images, s->n_images, &b->image_cap, sizeof(*s->images));
    s->images[s->n_images] = image;
    return s->n_images++;
}
