/* annot.c - see annot.h. */
#include "export/layout/annot.h"
#include "export/text_file.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

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

void reel_annot_splits_finish(reel_annot_splits *splits)
{
    for (int i = 0; i < splits->n; i++) {
        reel_annot_split *split = &splits->at[i];
        reel_annot_file_destroy(&split->rows);
        reel_annot_file_destroy(&split->masks[0]);
        reel_annot_file_destroy(&split->masks[1]);
        reel_bytes_finish(&split->listed);
    }
    reel_free(splits->at);
    *splits = (reel_annot_splits){0};
}

reel_status reel_annot_open_rows(const reel_layout_options *options, reel_annot_split *split,
                                 const char *name, reel_error *err)
{
    char path[REEL_ANNOT_NAME];
    if (split->rows) {
        return REEL_OK;
    }
    snprintf(path, sizeof path, "%s/%s", split->name, name);
    return reel_annot_file_open(options, path, &split->rows, err);
}

reel_status reel_annot_end_rows(const reel_annot_splits *splits, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < splits->n; i++) {
        status = reel_annot_file_end(splits->at[i].rows, err);
    }
    return status;
}

void reel_annot_place(int64_t stream, const char *id, char out[REEL_ANNOT_NAME])
{
    const int n = snprintf(out, REEL_ANNOT_NAME, "%03lld/%s",
                           (long long)(stream / REEL_ANNOT_PER_FOLDER), id);
    assert(n < REEL_ANNOT_NAME);
    (void)n;
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

struct reel_annot_file {
    const reel_layout_options *options;
    char name[REEL_ANNOT_NAME];
    reel_text_file text;
    int64_t n;
};

reel_status reel_annot_file_open(const reel_layout_options *options, const char *name,
                                 reel_annot_file **out, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_annot_file *file = reel_calloc(1, sizeof *file);
    if (!file) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for %s", name);
    }
    file->options = options;
    snprintf(file->name, sizeof file->name, "%s", name);
    reel_fs_join(path, sizeof path, options->root, name);
    const reel_status status = reel_text_file_open(&file->text, path, err);
    if (status) {
        reel_annot_file_destroy(&file);
        return status;
    }
    *out = file;
    return REEL_OK;
}

reel_status reel_annot_file_put(reel_annot_file *file, reel_bytes *text, reel_error *err)
{
    reel_bytes_put(&file->text.pending, text->data, text->size);
    file->text.pending.failed |= text->failed;
    reel_bytes_clear(text);
    file->n++;
    return reel_text_file_flow(&file->text, err);
}

int64_t reel_annot_file_count(const reel_annot_file *file)
{
    return file->n;
}

reel_status reel_annot_file_end(reel_annot_file *file, reel_error *err)
{
    const reel_status status = reel_text_file_close(&file->text, err);
    return status ? status : reel_layout_file_done(file->options, file->name, err);
}

void reel_annot_file_destroy(reel_annot_file **file)
{
    if (*file) {
        reel_text_file_finish(&(*file)->text);
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
