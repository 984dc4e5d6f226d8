/* annot.c - see annot.h. */
#include "export/layout/annot.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ---- splits ---------------------------------------------------------------------------------- */

reel_annot_split *reel_annot_split_of(reel_annot_splits *splits, const char *name)
{
    for (int i = 0; i < splits->n; i++) {
        if (strcmp(splits->at[i].name, name) == 0) {
            return &splits->at[i];
        }
    }
    reel_annot_split *more = reel_realloc(splits->at, ((size_t)splits->n + 1) * sizeof *splits->at);
    if (!more) {
        return NULL;
    }
    splits->at = more;
    reel_annot_split *split = &more[splits->n++];
    *split = (reel_annot_split){0};
    const int n = snprintf(split->name, sizeof split->name, "%s", name);
    assert(n < (int)sizeof split->name);
    (void)n;
    return split;
}

void reel_annot_place(int64_t stream, const char *id, char out[REEL_ANNOT_NAME])
{
    const int n = snprintf(out, REEL_ANNOT_NAME, "%03lld/%s",
                           (long long)(stream / REEL_ANNOT_PER_FOLDER), id);
    assert(n < REEL_ANNOT_NAME / 2);
    (void)n;
}

const reel_layout_setting reel_annot_settings_rows[] = {
    {"images", "png", "png: frames are written as pictures; none: annotations alone"},
    {"every", "1", "take every n-th frame"},
    {"amodal", "yes", "yes: a second file with all of each object, hidden or not; or no"},
    {0},
};

reel_status reel_annot_get_settings(const reel_layout_options *options, reel_annot_settings *out,
                                    reel_error *err)
{
    const char *images = reel_layout_get(options, "images");
    reel_annot_settings set = {.images = images[0] == 'p'};
    int64_t every = 1;
    if (strcmp(images, "png") != 0 && strcmp(images, "none") != 0) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "images", "\"%s\" is not png or none",
                            images);
    }
    reel_status status = reel_layout_get_bool(options, "amodal", &set.amodal, err);
    status =
        status ? status : reel_layout_get_int(options, "every", 1, REEL_MAX_FRAMES, &every, err);
    if (!status) {
        set.every = (int)every;
        *out = set;
    }
    return status;
}

int reel_annot_n_frames(const reel_record *record, int every)
{
    return (record->scene->frames - 1) / every + 1;
}

static const char *category_of(const reel_scene *scene, int instance)
{
    for (int i = 0; i < scene->n_objects; i++) {
        if (scene->objects[i].instance_id == instance) {
            return scene->objects[i].category;
        }
    }
    assert(!"no object has this instance id");
    return "";
}

int reel_annot_category(reel_annot_words *categories, const reel_scene *scene, int instance)
{
    const char *name = category_of(scene, instance);
    for (int i = 0; i < categories->n; i++) {
        if (strcmp(categories->at[i], name) == 0) {
            return i + 1;
        }
    }
    const size_t size = strlen(name) + 1;
    char **more = reel_realloc(categories->at, ((size_t)categories->n + 1) * sizeof *more);
    if (!more) {
        return 0;
    }
    categories->at = more;
    more[categories->n] = reel_alloc(size);
    if (!more[categories->n]) {
        return 0;
    }
    memcpy(more[categories->n], name, size);
    return ++categories->n;
}

void reel_annot_words_finish(reel_annot_words *words)
{
    for (int i = 0; i < words->n; i++) {
        reel_free(words->at[i]);
    }
    reel_free(words->at);
    *words = (reel_annot_words){0};
}

/* ---- text ------------------------------------------------------------------------------------ */

void reel_annot_put_string(reel_bytes *out, const char *text)
{
    reel_bytes_put_u8(out, '"');
    for (const char *c = text; *c; c++) {
        const unsigned char u = (unsigned char)*c;
        if (u == '"' || u == '\\') {
            reel_bytes_printf(out, "\\%c", u);
        } else if (u < 0x20) {
            reel_bytes_printf(out, "\\u%04x", u);
        } else {
            reel_bytes_put_u8(out, u);
        }
    }
    reel_bytes_put_u8(out, '"');
}

void reel_annot_put_box(reel_bytes *out, const int32_t box[4])
{
    reel_bytes_printf(out, "[%d,%d,%d,%d]", (int)box[0], (int)box[1], (int)(box[2] - box[0]),
                      (int)(box[3] - box[1]));
}

void reel_annot_put_end(reel_bytes *out, const reel_layout_options *options,
                        const reel_annot_words *categories, const char *masks)
{
    reel_bytes_text(out, "\n],\n\"categories\":[");
    for (int i = 0; i < categories->n; i++) {
        reel_bytes_printf(out, "%s\n{\"id\":%d,\"name\":", i ? "," : "", i + 1);
        reel_annot_put_string(out, categories->at[i]);
        reel_bytes_text(out, ",\"supercategory\":\"object\"}");
    }
    reel_bytes_text(out, "\n],\n\"licenses\":[{\"id\":1,\"name\":");
    reel_annot_put_string(out, options->license);
    reel_bytes_text(out, ",\"url\":\"\"}],\n\"info\":{\"description\":");
    reel_annot_put_string(out, options->name);
    reel_bytes_printf(out, ",\"version\":\"1.0\",\"masks\":\"%s\"}}\n", masks);
}

struct reel_annot_file {
    const reel_layout_options *options;
    FILE *file;
    char name[REEL_ANNOT_NAME];
    char path[REEL_PATH_MAX], temporary[REEL_PATH_MAX];
};

static reel_status write_error(const reel_annot_file *file, reel_error *err)
{
    return reel_fail_at(err, REEL_E_IO, file->path, 0, NULL, "cannot write: %s", strerror(errno));
}

reel_status reel_annot_file_open(const reel_layout_options *options, const char *name,
                                 reel_annot_file **out, reel_error *err)
{
    reel_annot_file *file = reel_calloc(1, sizeof *file);
    if (!file) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for %s", name);
    }
    file->options = options;
    snprintf(file->name, sizeof file->name, "%s", name);
    reel_status status = reel_layout_prepare(options, name, file->path, err);
    if (!status) {
        const char *base = strrchr(file->path, '/') + 1;
        const int n = snprintf(file->temporary, sizeof file->temporary, "%.*s.tmp-%s",
                               (int)(base - file->path), file->path, base);
        assert(n < (int)sizeof file->temporary);
        (void)n;
        file->file = fopen(file->temporary, "wbe");
        status = file->file ? REEL_OK : write_error(file, err);
    }
    if (status) {
        reel_annot_file_destroy(&file);
        return status;
    }
    *out = file;
    return REEL_OK;
}

reel_status reel_annot_file_put(reel_annot_file *file, reel_bytes *text, reel_error *err)
{
    if (text->failed) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for %s", file->name);
    }
    if (text->size > 0 && fwrite(text->data, 1, text->size, file->file) != text->size) {
        return write_error(file, err);
    }
    reel_bytes_clear(text);
    return REEL_OK;
}

reel_status reel_annot_file_end(reel_annot_file *file, reel_error *err)
{
    char dir[REEL_PATH_MAX];
    FILE *f = file->file;
    file->file = NULL;
    const bool is_written = fflush(f) == 0 && fsync(fileno(f)) == 0;
    if (fclose(f) != 0 || !is_written || rename(file->temporary, file->path) != 0) {
        const reel_status status = write_error(file, err);
        unlink(file->temporary);
        return status;
    }
    snprintf(dir, sizeof dir, "%s", file->path);
    *strrchr(dir, '/') = 0;
    const reel_status status = reel_fs_sync(dir, err);
    return status ? status : reel_layout_file_done(file->options, file->name, err);
}

void reel_annot_file_destroy(reel_annot_file **file)
{
    if (*file) {
        if ((*file)->file) {
            fclose((*file)->file);
            unlink((*file)->temporary);
        }
        reel_free(*file);
        *file = NULL;
    }
}

reel_status reel_annot_leave(const char *dir, const char *name, reel_bytes *data, reel_error *err)
{
    char path[REEL_PATH_MAX];
    if (data->failed) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for %s", name);
    }
    reel_fs_join(path, sizeof path, dir, name);
    FILE *file = fopen(path, "wbe");
    const bool is_written = file && fwrite(data->data, 1, data->size, file) == data->size;
    reel_bytes_clear(data);
    if (file && fclose(file) == 0 && is_written) {
        return REEL_OK;
    }
    return reel_fail_at(err, REEL_E_IO, path, 0, NULL, "cannot write: %s", strerror(errno));
}

/* ---- frames ---------------------------------------------------------------------------------- */

reel_status reel_annot_frames_init(reel_annot_frames *out, const reel_layout_clip *clip,
                                   bool colour, reel_error *err)
{
    const reel_record *record = clip->record;
    const reel_scene *scene = record->scene;
    if (colour && !record->colour) {
        return reel_fail(err, REEL_E_USAGE, "%s was made without colour: add --set images=none",
                         record->clip_id);
    }
    reel_annot_frames frames = {
        .clip = clip,
        .planes = colour ? REEL_PLANE_BIT(REEL_PLANE_RGB) : 0,
        .draws_objects = !record->masks || !record->amodal,
    };
    if (frames.draws_objects) {
        frames.planes |= REEL_PLANE_BIT(REEL_PLANE_INSTANCE);
        const reel_status status =
            reel_objects_init(&frames.objects, scene->width, scene->height,
                              reel_scene_n_instances(scene), true, NULL, 0, err);
        if (status) {
            return status;
        }
    }
    *out = frames;
    return REEL_OK;
}

void reel_annot_frames_finish(reel_annot_frames *frames)
{
    reel_objects_finish(&frames->objects);
    *frames = (reel_annot_frames){0};
}

reel_status reel_annot_frames_go(reel_annot_frames *frames, int stream, int number, reel_error *err)
{
    frames->stream = stream;
    frames->number = number;
    if (!frames->planes) {
        return REEL_OK;
    }
    const reel_drawer *drawer = frames->clip->drawer;
    return drawer->draw(drawer->ctx, frames->clip->record, stream, number, frames->planes,
                        frames->draws_objects ? &frames->objects : NULL, &frames->frame, err);
}

static reel_annot_mask stored_mask(const reel_annot_frames *frames, int kind, int instance)
{
    const reel_record *record = frames->clip->record;
    const int s = frames->stream;
    const size_t at = (size_t)frames->number * (size_t)reel_scene_n_instances(record->scene) +
                      (size_t)instance - 1;
    const bool is_visible = kind == REEL_MASK_VISIBLE;
    const int64_t *ends = record->mask_ends[kind][s];
    const int64_t from = at > 0 ? ends[at - 1] : 0;
    const int32_t *box = (is_visible ? record->boxes : record->amodal_boxes)[s] + 4 * at;
    reel_annot_mask mask = {
        .text = record->mask_text[kind][s] + from,
        .size = (size_t)(ends[at] - from),
        .pixels = (is_visible ? record->visible_pixels : record->amodal_pixels)[s][at],
    };
    memcpy(mask.box, box, sizeof mask.box);
    return mask;
}

reel_annot_mask reel_annot_mask_of(const reel_annot_frames *frames, int kind, int instance)
{
    if (!frames->draws_objects) {
        return stored_mask(frames, kind, instance);
    }
    const reel_objects *o = &frames->objects;
    const bool is_visible = kind == REEL_MASK_VISIBLE;
    const reel_masks *m = is_visible ? &o->visible_masks : &o->amodal_masks;
    const reel_box *b = &frames->frame->boxes[instance];
    const reel_amodal *a = &o->amodal[instance];
    const size_t from = m->end[instance - 1];
    reel_annot_mask mask = {
        .text = m->text + from,
        .size = m->end[instance] - from,
        .pixels = is_visible ? b->pixels : a->pixels,
    };
    const int32_t box[2][4] = {{b->x0, b->y0, b->x1, b->y1}, {a->x0, a->y0, a->x1, a->y1}};
    memcpy(mask.box, box[is_visible ? 0 : 1], sizeof mask.box);
    return mask;
}

void reel_annot_put_rle(reel_bytes *out, const reel_annot_mask *mask, const reel_scene *scene)
{
    reel_bytes_printf(out, "{\"size\":[%d,%d],\"counts\":\"", scene->height, scene->width);
    for (size_t i = 0; i < mask->size; i++) {
        /* of the characters '0' to 'o' JSON escapes one */
        if (mask->text[i] == '\\') {
            reel_bytes_put_u8(out, '\\');
        }
        reel_bytes_put_u8(out, (uint8_t)mask->text[i]);
    }
    reel_bytes_text(out, "\"}");
}
