/* annot_masks.c - what coco and ytvis share; see annot.h. */
#include "export/layout/annot.h"
#include "export/picture_png.h"
#include <stdio.h>
#include <string.h>

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

/* ---- the writer ------------------------------------------------------------------------------ */

reel_status reel_annot_open(const reel_layout_options *options, void **writer, reel_error *err)
{
    reel_annot_writer *w = reel_calloc(1, sizeof *w);
    if (!w) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    w->options = options;
    const reel_status status = reel_annot_get_settings(options, &w->set, err);
    if (status) {
        reel_annot_destroy(w);
        return status;
    }
    *writer = w;
    return REEL_OK;
}

void reel_annot_destroy(void *writer)
{
    reel_annot_writer *w = writer;
    if (w) {
        reel_annot_splits_finish(&w->splits);
        reel_annot_words_finish(&w->categories);
        reel_free(w);
    }
}

reel_status reel_annot_open_masks(const reel_annot_writer *w, reel_annot_split *split, int kind,
                                  const char *name, reel_error *err)
{
    reel_bytes head = {0};
    reel_status status = reel_annot_file_open(w->options, name, &split->masks[kind], err);
    reel_bytes_text(&head, "{\"annotations\":[");
    status = status ? status : reel_annot_file_put(split->masks[kind], &head, err);
    reel_bytes_finish(&head);
    return status;
}

static void put_end(reel_bytes *out, const reel_layout_options *options,
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

reel_status reel_annot_end(reel_annot_writer *w, const char *listed, reel_error *err)
{
    static const char *const kinds[2] = {
        [REEL_MASK_VISIBLE] = "visible", [REEL_MASK_AMODAL] = "amodal"};
    reel_bytes tail = {0};
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < w->splits.n; i++) {
        reel_annot_split *split = &w->splits.at[i];
        for (int k = 0; !status && k < 2; k++) {
            if (split->masks[k]) {
                reel_bytes_printf(&tail, "\n],\n\"%s\":[", listed);
                reel_bytes_put(&tail, split->listed.data, split->listed.size);
                tail.failed |= split->listed.failed;
                put_end(&tail, w->options, &w->categories, kinds[k]);
                status = reel_annot_file_put(split->masks[k], &tail, err);
                status = status ? status : reel_annot_file_end(split->masks[k], err);
            }
        }
    }
    reel_bytes_finish(&tail);
    return status ? status : reel_annot_end_rows(&w->splits, err);
}

/* ---- pictures -------------------------------------------------------------------------------- */

static void picture_name(const reel_record *record, int stream, int number,
                         char out[REEL_ANNOT_NAME])
{
    snprintf(out, REEL_ANNOT_NAME, "%.400s_%05d.png", record->streams[stream].id, number);
}

reel_status reel_annot_leave_picture(const reel_annot_frames *frames, int number, const char *dir,
                                     reel_error *err)
{
    const reel_record *record = frames->clip->record;
    char name[REEL_ANNOT_NAME];
    reel_bytes png = {0};
    picture_name(record, frames->stream, number, name);
    reel_status status = reel_png_encode(frames->frame->plane[REEL_PLANE_RGB], record->scene->width,
                                         record->scene->height, &png, err);
    status = status ? status : reel_annot_leave(dir, name, &png, err);
    reel_bytes_finish(&png);
    return status;
}

reel_status reel_annot_put_pictures(const reel_annot_writer *w, const reel_record *record,
                                    int stream, int step, const char *dir, const char *folder,
                                    reel_error *err)
{
    const int n = reel_annot_n_frames(record, w->set.every);
    reel_status status = REEL_OK;
    for (int k = 0; !status && k < n; k++) {
        char name[REEL_ANNOT_NAME], from[REEL_PATH_MAX], to[2 * REEL_ANNOT_NAME + 32];
        picture_name(record, stream, k * step, name);
        reel_fs_join(from, sizeof from, dir, name);
        snprintf(to, sizeof to, "%s/%05d.png", folder, k * step);
        status = reel_layout_copy(w->options, from, to, err);
    }
    return status;
}

const char *reel_annot_card(const reel_annot_writer *w, const char *config, const char *pattern,
                            reel_layout_card *out)
{
    reel_bytes_printf(&out->configs, "- config_name: %s\n  default: true\n  data_files:\n", config);
    for (int i = 0; i < w->splits.n; i++) {
        const char *split = w->splits.at[i].name;
        reel_bytes_printf(&out->configs, "  - split: %s\n    path: \"%s/%s\"\n", split, split,
                          pattern);
        out->examples += reel_annot_file_count(w->splits.at[i].rows);
    }
    reel_bytes_text(&out->tasks, "- object-detection\n- image-segmentation\n");
    out->conventions = true;
    return w->splits.n > 0 ? w->splits.at[0].name : "train";
}
