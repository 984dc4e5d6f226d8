/*
 * coco.c - COCO's detection and instance annotations: frames as images, masks as compressed RLE.
 *
 *   annotations/instances_<split>.json   what is seen of each object
 *   annotations/amodal_<split>.json      all of each object within the image, hidden or not; an
 *                                        annotation has the id of its visible counterpart
 *   <split>/<nnn>/<stream>/<frame>.png   images, as drawn, before any encoding
 *   <split>/metadata.jsonl               the boxes again, a line an image, for ImageFolder; without
 *                                        images: images.jsonl
 *
 * `make` leaves the images as <stream>_<frame>.png and their annotations in NOTES: lines of a kind,
 * a number and JSON without the ids, which depend on the clips before and are given by `put`.
 */
#include "export/layout/annot.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- make ------------------------------------------------------------------------------------ */

static const char notes_name[] = "notes";

/* What both files say of an object in an image. */
static void put_shares(reel_bytes *out, int instance, const reel_annot_mask *seen,
                       const reel_annot_mask *all)
{
    reel_bytes_printf(out, ",\"instance_id\":%d,\"iscrowd\":0,\"occlusion\":", instance);
    reel_bytes_real(out, 1 - (double)seen->pixels / all->pixels);
}

static void note_object(reel_bytes *out, const reel_annot_frames *frames, int instance, bool amodal)
{
    const reel_scene *scene = frames->clip->record->scene;
    const reel_annot_mask seen = reel_annot_mask_of(frames, REEL_MASK_VISIBLE, instance);
    const reel_annot_mask all = reel_annot_mask_of(frames, REEL_MASK_AMODAL, instance);
    if (seen.pixels > 0) {
        reel_bytes_printf(out, "V %d \"bbox\":", instance);
        reel_annot_put_box(out, seen.box);
        reel_bytes_printf(out, ",\"area\":%d", (int)seen.pixels);
        put_shares(out, instance, &seen, &all);
        reel_bytes_text(out, ",\"amodal_bbox\":");
        reel_annot_put_box(out, all.box);
        reel_bytes_printf(out, ",\"amodal_area\":%d,\"segmentation\":", (int)all.pixels);
        reel_annot_put_rle(out, &seen, scene);
        reel_bytes_text(out, "\n");
    }
    if (amodal && all.pixels > 0) {
        reel_bytes_printf(out, "A %d \"bbox\":", instance);
        reel_annot_put_box(out, all.box);
        reel_bytes_printf(out, ",\"area\":%d", (int)all.pixels);
        put_shares(out, instance, &seen, &all);
        reel_bytes_printf(out, ",\"visible_area\":%d,\"segmentation\":", (int)seen.pixels);
        reel_annot_put_rle(out, &all, scene);
        reel_bytes_text(out, "\n");
    }
}

static reel_status note_frame(reel_bytes *out, reel_annot_frames *frames, int stream, int frame,
                              const reel_annot_settings *set, const char *dir, reel_error *err)
{
    const reel_scene *scene = frames->clip->record->scene;
    reel_status status = reel_annot_frames_go(frames, stream, frame, err);
    if (status) {
        return status;
    }
    reel_bytes_printf(out, "I %d %d\n", stream, frame);
    for (int i = 1; i <= reel_scene_n_instances(scene); i++) {
        note_object(out, frames, i, set->amodal);
    }
    return set->images ? reel_annot_leave_picture(frames, frame, dir, err) : REEL_OK;
}

static reel_status coco_make(const reel_layout_options *options, const reel_layout_clip *clip,
                             const char *dir, reel_error *err)
{
    const reel_record *record = clip->record;
    reel_annot_settings set;
    reel_annot_frames frames = {0};
    reel_bytes notes = {0};
    reel_status status = reel_annot_get_settings(options, &set, err);
    status = status ? status : reel_annot_frames_init(&frames, clip, set.images, err);
    for (int s = 0; !status && s < record->n_streams; s++) {
        for (int f = 0; !status && f < record->scene->frames; f += set.every) {
            status = note_frame(&notes, &frames, s, f, &set, dir, err);
        }
    }
    status = status ? status : reel_annot_leave(dir, notes_name, &notes, err);
    reel_annot_frames_finish(&frames);
    reel_bytes_finish(&notes);
    return status;
}

/* ---- put ------------------------------------------------------------------------------------- */

/* The image whose notes are being read. */
typedef struct coco_image {
    const reel_layout_clip *clip;
    reel_annot_split *split;
    int64_t first_stream;               /* the split's number of the clip's first */
    int64_t annotation;                 /* of the object last noted */
    int object;                         /* instance last noted */
    int n;                              /* annotations so far */
    reel_bytes boxes, areas, names, id; /* of its row */
    reel_bytes text;                    /* scratch */
} coco_image;

/* Without images nobody is to look for files by it. */
static const char *rows_name(const reel_annot_writer *w)
{
    return w->set.images ? "metadata.jsonl" : "images.jsonl";
}

static reel_status open_split(const reel_annot_writer *w, reel_annot_split *split, reel_error *err)
{
    static const char *const names[2] = {
        [REEL_MASK_VISIBLE] = "instances", [REEL_MASK_AMODAL] = "amodal"};
    reel_status status = REEL_OK;
    for (int k = 0; !status && k < (w->set.amodal ? 2 : 1); k++) {
        char name[REEL_ANNOT_NAME];
        snprintf(name, sizeof name, "annotations/%s_%s.json", names[k], split->name);
        status = reel_annot_open_masks(w, split, k, name, err);
    }
    return status ? status : reel_annot_open_rows(w->options, split, rows_name(w), err);
}

/* The row of the image before, if there is one. */
static reel_status end_image(coco_image *im, reel_error *err)
{
    if (im->id.size == 0) {
        return REEL_OK;
    }
    reel_bytes *row = &im->id;
    const reel_bytes *part[] = {&im->boxes, &im->areas, &im->names};
    static const char *const names[] = {"bbox", "area", "category"};
    for (int i = 0; i < 3; i++) {
        reel_bytes_printf(row, "%s\"%s\":[", i ? "," : ",\"objects\":{", names[i]);
        reel_bytes_put(row, part[i]->data, part[i]->size);
        reel_bytes_text(row, "]");
        row->failed |= part[i]->failed;
    }
    reel_bytes_text(row, "}}\n");
    return reel_annot_file_put(im->split->rows, row, err);
}

static void describe_image(reel_bytes *out, const reel_record *record, int s, int frame)
{
    const reel_scene *scene = record->scene;
    reel_bytes_printf(out, "\"width\":%d,\"height\":%d,\"clip_id\":\"%s\",\"camera\":\"%s\"",
                      scene->width, scene->height, record->clip_id, record->streams[s].camera);
    reel_bytes_printf(out, ",\"frame\":%d", frame);
}

static reel_status begin_image(reel_annot_writer *w, coco_image *im, int s, int frame,
                               reel_error *err)
{
    const reel_record *record = im->clip->record;
    char place[REEL_ANNOT_NAME], name[2 * REEL_ANNOT_NAME];
    reel_status status = end_image(im, err);
    if (status) {
        return status;
    }
    w->last_listed++;
    im->n = im->object = 0;
    reel_annot_place(im->first_stream + s, record->streams[s].id, place);
    snprintf(name, sizeof name, "%s/%s/%05d.png", im->split->name, place, frame);
    const char *file_name = name + strlen(im->split->name) + 1;
    reel_bytes *out = &im->split->listed;
    reel_bytes_printf(out, "%s\n{\"id\":%lld,\"file_name\":\"%s\",\"license\":1,",
                      out->size > 0 ? "," : "", (long long)w->last_listed, file_name);
    describe_image(out, record, s, frame);
    reel_bytes_text(out, "}");
    reel_bytes_clear(&im->boxes);
    reel_bytes_clear(&im->areas);
    reel_bytes_clear(&im->names);
    reel_bytes_text(&im->id, "{");
    if (w->set.images) {
        reel_bytes_printf(&im->id, "\"file_name\":\"%s\",", file_name);
    }
    describe_image(&im->id, record, s, frame);
    reel_bytes_printf(&im->id, ",\"image_id\":%lld", (long long)w->last_listed);
    return REEL_OK;
}

/* The box and area that `json` begins with, for the image's row. */
static void put_row_object(coco_image *im, const char *json, const char *category)
{
    const char *box = strchr(json, '['), *end = strchr(json, ']'), *area = strchr(end, ':') + 1;
    const char *comma = im->areas.size > 0 ? "," : "";
    reel_bytes_printf(&im->boxes, "%s%.*s", comma, (int)(end + 1 - box), box);
    reel_bytes_printf(&im->areas, "%s%d", comma, atoi(area));
    reel_bytes_text(&im->names, comma);
    reel_annot_put_string(&im->names, category);
}

static reel_status put_object(reel_annot_writer *w, coco_image *im, int kind, int instance,
                              const char *json, const char *end, reel_error *err)
{
    const reel_scene *scene = im->clip->record->scene;
    const int category = reel_annot_category(&w->categories, scene, instance);
    if (!category) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    if (instance != im->object) {
        im->object = instance;
        im->annotation = ++w->last_annotation;
    }
    if (kind == REEL_MASK_VISIBLE) {
        put_row_object(im, json, w->categories.at[category - 1]);
    }
    reel_bytes_printf(&im->text, "%s\n{\"id\":%lld,\"image_id\":%lld,\"category_id\":%d,",
                      im->split->annotations[kind]++ ? "," : "", (long long)im->annotation,
                      (long long)w->last_listed, category);
    reel_bytes_put(&im->text, json, (size_t)(end - json));
    reel_bytes_text(&im->text, "}");
    return reel_annot_file_put(im->split->masks[kind], &im->text, err);
}

static reel_status read_notes(reel_annot_writer *w, coco_image *im, const char *text,
                              reel_error *err)
{
    reel_status status = REEL_OK;
    for (const char *line = text; !status && *line;) {
        const char *end = strchr(line, '\n');
        assert(end);
        char *rest = NULL;
        const int number = (int)strtol(line + 2, &rest, 10);
        if (line[0] == 'I') {
            status = begin_image(w, im, number, (int)strtol(rest, NULL, 10), err);
        } else {
            const int kind = line[0] == 'V' ? REEL_MASK_VISIBLE : REEL_MASK_AMODAL;
            status = put_object(w, im, kind, number, rest + 1, end, err);
        }
        line = end + 1;
    }
    return status ? status : end_image(im, err);
}

static reel_status coco_put(void *writer, const reel_layout_clip *clip, const char *dir,
                            reel_error *err)
{
    reel_annot_writer *w = writer;
    char path[REEL_PATH_MAX], *notes = NULL;
    size_t size = 0;
    coco_image im = {.clip = clip, .split = reel_annot_split_of(&w->splits, clip->record->split)};
    if (!im.split) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_status status = im.split->rows ? REEL_OK : open_split(w, im.split, err);
    im.first_stream = im.split->streams;
    reel_fs_join(path, sizeof path, dir, notes_name);
    status = status ? status : reel_fs_read(path, &notes, &size, err);
    status = status ? status : read_notes(w, &im, notes, err);
    for (int s = 0; !status && w->set.images && s < clip->record->n_streams; s++) {
        char place[REEL_ANNOT_NAME], folder[2 * REEL_ANNOT_NAME];
        reel_annot_place(im.first_stream + s, clip->record->streams[s].id, place);
        snprintf(folder, sizeof folder, "%s/%s", im.split->name, place);
        status = reel_annot_put_pictures(w, clip->record, s, w->set.every, dir, folder, err);
    }
    im.split->streams += clip->record->n_streams;
    reel_free(notes);
    reel_bytes_finish(&im.boxes);
    reel_bytes_finish(&im.areas);
    reel_bytes_finish(&im.names);
    reel_bytes_finish(&im.id);
    reel_bytes_finish(&im.text);
    return status;
}

/* ---- the end --------------------------------------------------------------------------------- */

static reel_status coco_finish(void *writer, reel_error *err)
{
    return reel_annot_end(writer, "images", err);
}

static void coco_card(void *writer, reel_layout_card *out)
{
    const reel_annot_writer *w = writer;
    const char *split = reel_annot_card(w, "images", w->set.images ? "**" : rows_name(w), out);
    reel_bytes_text(&out->tags, "- coco\n- instance-segmentation\n- amodal\n");
    reel_bytes_printf(&out->loading,
                      "```python\nfrom pycocotools.coco import COCO\n\n"
                      "coco = COCO(\"annotations/instances_%s.json\")\n"
                      "image = coco.loadImgs(coco.getImgIds())[0]\n"
                      "for a in coco.loadAnns(coco.getAnnIds(image[\"id\"])):\n"
                      "    print(a[\"bbox\"], coco.annToMask(a).sum() == a[\"area\"])\n```\n",
                      split);
    reel_bytes_text(&out->files, "| `annotations/instances_<split>.json` | COCO: what is seen |\n");
    if (w->set.amodal) {
        reel_bytes_text(&out->files,
                        "| `annotations/amodal_<split>.json` | COCO: the whole of each "
                        "object within the image, hidden or not |\n");
    }
    if (w->set.images) {
        reel_bytes_text(&out->files,
                        "| `<split>/<nnn>/<stream>/<frame>.png` | images as drawn |\n");
    }
    reel_bytes_printf(&out->files, "| `<split>/%s` | a line an image with its boxes |\n",
                      rows_name(w));
    reel_bytes_text(
        &out->notes,
        "### COCO\n\n`file_name` is relative to the split's folder. Ids begin at 1. "
        "`segmentation` is a compressed RLE, `area` its pixels, `bbox` x, y, width, "
        "height of its pixels, `iscrowd` 0. In the amodal file `segmentation`, `area` "
        "and `bbox` are those of the object with nothing else there; the same id is the "
        "same object in the same image, and objects that are wholly hidden are in this "
        "file alone. `occlusion` = 1 - visible / amodal pixels. Categories count from 1 "
        "in the order in which they occur.\n\n");
}

const reel_layout reel_layout_coco = {
    .name = "coco",
    .summary = "COCO: images, boxes and RLE masks, visible and amodal",
    .settings = reel_annot_settings_rows,
    .open = reel_annot_open,
    .make = coco_make,
    .put = coco_put,
    .card = coco_card,
    .finish = coco_finish,
    .destroy = reel_annot_destroy,
};
