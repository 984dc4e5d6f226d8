/* record_views.c - what cameras see beside pictures, kept frame by frame until it is written into
 * views.npz: matrices, boxes, amodal figures, masks, states of tracks. */
#include "base/fs.h"
#include "export/npz.h"
#include "export/record_internal.h"

#include <stdio.h>
#include <string.h>

static reel_status no_memory(const reel_record_writer *w, reel_error *err)
{
    return reel_fail_at(err, REEL_E_NOMEM, w->dir, 0, NULL, "out of memory");
}

reel_status reel_record_views_init(reel_record_writer *w, reel_record_camera *c, reel_error *err)
{
    const size_t frames = (size_t)w->scene->frames, n = (size_t)w->n_instances;
    reel_arena *a = &w->arena;
    c->k = REEL_ARENA_NEW(a, double, 9 * frames);
    c->cam_from_world = REEL_ARENA_NEW(a, double, 16 * frames);
    c->boxes = REEL_ARENA_NEW(a, int32_t, 4 * frames * n);
    c->visible_pixels = REEL_ARENA_NEW(a, int32_t, frames * n);
    bool ok = c->k && c->cam_from_world && c->boxes && c->visible_pixels;
    if (ok && w->options.amodal) {
        c->amodal_boxes = REEL_ARENA_NEW(a, int32_t, 4 * frames * n);
        c->amodal_pixels = REEL_ARENA_NEW(a, int32_t, frames * n);
        c->extents = REEL_ARENA_NEW(a, double, 4 * frames * n);
        ok = c->amodal_boxes && c->amodal_pixels && c->extents;
    }
    for (int m = 0; ok && w->options.masks && m < REEL_MASK_KINDS; m++) {
        c->mask_ends[m] = REEL_ARENA_NEW(a, int64_t, frames * n);
        ok = c->mask_ends[m] != NULL;
    }
    if (ok && w->n_tracks > 0) {
        c->track_state = REEL_ARENA_NEW(a, uint8_t, frames * (size_t)w->n_tracks);
        ok = c->track_state != NULL;
    }
    return ok ? REEL_OK : no_memory(w, err);
}

static void keep_view(reel_record_camera *c, int f, const reel_view *view)
{
    double *k = c->k + 9 * f, *m = c->cam_from_world + 16 * f;
    const double t[3] = {view->translation.x, view->translation.y, view->translation.z};
    k[0] = view->fx;
    k[2] = view->cx;
    k[4] = view->fy;
    k[5] = view->cy;
    k[8] = 1;
    for (int r = 0; r < 3; r++) {
        for (int s = 0; s < 3; s++) {
            m[4 * r + s] = view->cam_from_world.m[r][s];
        }
        m[4 * r + 3] = t[r];
    }
    m[15] = 1;
}

static void keep_boxes(reel_record_camera *c, int f, int n, const reel_box *boxes)
{
    for (int i = 0; i < n; i++) {
        const reel_box *b = &boxes[i + 1]; /* instance ids count from 1 */
        int32_t *to = c->boxes + 4 * ((ptrdiff_t)f * n + i);
        to[0] = b->x0;
        to[1] = b->y0;
        to[2] = b->x1;
        to[3] = b->y1;
        c->visible_pixels[(ptrdiff_t)f * n + i] = b->pixels;
    }
}

static void keep_amodal(reel_record_camera *c, int f, int n, const reel_amodal *amodal)
{
    for (int i = 0; i < n; i++) {
        const reel_amodal *a = &amodal[i + 1];
        const ptrdiff_t at = (ptrdiff_t)f * n + i;
        int32_t *to = c->amodal_boxes + 4 * at;
        to[0] = a->x0;
        to[1] = a->y0;
        to[2] = a->x1;
        to[3] = a->y1;
        c->amodal_pixels[at] = a->pixels;
        memcpy(c->extents + 4 * at, a->extent, sizeof a->extent);
    }
}

static bool keep_masks(reel_record_camera *c, int kind, int f, int n, const reel_masks *masks)
{
    const size_t before = c->mask_text[kind].size;
    if (masks->end[n] > 0) {
        reel_bytes_put(&c->mask_text[kind], masks->text, masks->end[n]);
    }
    for (int i = 0; i < n; i++) {
        c->mask_ends[kind][(ptrdiff_t)f * n + i] = (int64_t)(before + masks->end[i + 1]);
    }
    return !c->mask_text[kind].failed;
}

reel_status reel_record_views_keep(reel_record_writer *w, reel_record_camera *c, int f,
                                   const reel_frame *frame, const reel_view *view, reel_error *err)
{
    const reel_objects *o = frame->objects;
    const int n = w->n_instances;
    bool ok = true;
    keep_view(c, f, view);
    keep_boxes(c, f, n, frame->boxes);
    assert(o || (!w->options.amodal && !w->options.masks && w->n_tracks == 0));
    if (w->options.amodal) {
        keep_amodal(c, f, n, o->amodal);
    }
    if (w->options.masks) {
        assert(o->has_masks);
        ok = keep_masks(c, REEL_MASK_VISIBLE, f, n, &o->visible_masks) &&
             keep_masks(c, REEL_MASK_AMODAL, f, n, &o->amodal_masks);
    }
    if (w->n_tracks > 0) {
        assert(o->n_tracks == w->n_tracks);
        memcpy(c->track_state + (size_t)f * (size_t)w->n_tracks, o->track_state,
               (size_t)w->n_tracks);
    }
    return ok ? REEL_OK : no_memory(w, err);
}

void reel_record_views_finish(reel_record_camera *c)
{
    for (int m = 0; m < REEL_MASK_KINDS; m++) {
        reel_bytes_finish(&c->mask_text[m]);
    }
}

reel_status reel_record_init_objects(const reel_record_writer *w, reel_objects *out,
                                     reel_error *err)
{
    return reel_objects_init(out, w->scene->width, w->scene->height, w->n_instances,
                             w->options.masks, w->tracks, w->n_tracks, err);
}

/* ---- views.npz ------------------------------------------------------------------------------ */

static reel_status add(reel_npz_writer *npz, int camera, const char *name, reel_npz_array array,
                       reel_error *err)
{
    char path[64];
    if (camera < 0) {
        snprintf(path, sizeof path, "tracks/%s", name);
    } else {
        snprintf(path, sizeof path, "%d/%s", camera, name);
    }
    return reel_npz_add(npz, path, &array, err);
}

static reel_status add_amodal(const reel_record_writer *w, int i, reel_npz_writer *npz,
                              reel_error *err)
{
    const reel_record_camera *c = &w->cameras[i];
    const int64_t frames = w->scene->frames, n = w->n_instances;
    const size_t all = (size_t)frames * (size_t)n;
    reel_status status =
        add(npz, i, "amodal_boxes",
            (reel_npz_array){"<i4", 3, {frames, n, 4}, 16 * all, c->amodal_boxes}, err);
    if (!status) {
        status = add(npz, i, "amodal_pixels",
                     (reel_npz_array){"<i4", 2, {frames, n}, 4 * all, c->amodal_pixels}, err);
    }
    if (!status) {
        status = add(npz, i, "extents",
                     (reel_npz_array){"<f8", 3, {frames, n, 4}, 32 * all, c->extents}, err);
    }
    return status;
}

static reel_status add_masks(const reel_record_writer *w, int i, reel_npz_writer *npz,
                             reel_error *err)
{
    static const char *const names[REEL_MASK_KINDS][2] = {{"visible_masks", "visible_mask_ends"},
                                                          {"amodal_masks", "amodal_mask_ends"}};
    const reel_record_camera *c = &w->cameras[i];
    const int64_t frames = w->scene->frames, n = w->n_instances;
    uint8_t none[1] = {0};
    reel_status status = REEL_OK;
    for (int m = 0; !status && m < REEL_MASK_KINDS; m++) {
        const reel_bytes *text = &c->mask_text[m];
        status =
            add(npz, i, names[m][0],
                (reel_npz_array){
                    "|u1", 1, {(int64_t)text->size}, text->size, text->data ? text->data : none},
                err);
        if (!status) {
            status =
                add(npz, i, names[m][1],
                    (reel_npz_array){
                        "<i8", 2, {frames, n}, 8 * (size_t)frames * (size_t)n, c->mask_ends[m]},
                    err);
        }
    }
    return status;
}

/* The points themselves: the same for all cameras. */
static reel_status add_tracks(const reel_record_writer *w, reel_npz_writer *npz, reel_error *err)
{
    static const char *const names[] = {"instance", "body", "geom"};
    const int64_t n = w->n_tracks;
    int32_t *column = reel_alloc(sizeof *column * (size_t)n);
    double *point = reel_alloc(3 * sizeof *point * (size_t)n);
    reel_status status = column && point ? REEL_OK : no_memory(w, err);
    for (int k = 0; !status && k < 3; k++) {
        for (int i = 0; i < n; i++) {
            const reel_track *t = &w->tracks[i];
            column[i] = k == 0 ? t->instance : k == 1 ? t->body : t->geom;
        }
        status =
            add(npz, -1, names[k], (reel_npz_array){"<i4", 1, {n}, 4 * (size_t)n, column}, err);
    }
    for (int k = 0; !status && k < 2; k++) {
        for (int i = 0; i < n; i++) {
            const reel_track *t = &w->tracks[i];
            memcpy(point + 3 * i, k ? t->normal : t->point, sizeof t->point);
        }
        status = add(npz, -1, k ? "normal" : "point",
                     (reel_npz_array){"<f8", 2, {n, 3}, 24 * (size_t)n, point}, err);
    }
    reel_free(column);
    reel_free(point);
    return status;
}

static reel_status add_camera(const reel_record_writer *w, int i, reel_npz_writer *npz,
                              reel_error *err)
{
    const reel_record_camera *c = &w->cameras[i];
    const int64_t frames = w->scene->frames, n = w->n_instances, tracks = w->n_tracks;
    const size_t f = (size_t)frames, all = f * (size_t)n;
    const struct {
        const char *name;
        reel_npz_array array;
    } views[] = {
        {"k", {"<f8", 3, {frames, 3, 3}, 8 * 9 * f, c->k}},
        {"cam_from_world", {"<f8", 3, {frames, 4, 4}, 8 * 16 * f, c->cam_from_world}},
        {"boxes", {"<i4", 3, {frames, n, 4}, 16 * all, c->boxes}},
        {"visible_pixels", {"<i4", 2, {frames, n}, 4 * all, c->visible_pixels}},
    };
    reel_status status = REEL_OK;
    for (size_t v = 0; !status && v < sizeof(views) / sizeof(views[0]); v++) {
        status = add(npz, i, views[v].name, views[v].array, err);
    }
    if (!status && w->options.amodal) {
        status = add_amodal(w, i, npz, err);
    }
    if (!status && w->options.masks) {
        status = add_masks(w, i, npz, err);
    }
    if (!status && tracks > 0) {
        status = add(
            npz, i, "track_state",
            (reel_npz_array){"|u1", 2, {frames, tracks}, f * (size_t)tracks, c->track_state}, err);
    }
    return status;
}

reel_status reel_record_views_write(reel_record_writer *w, reel_error *err)
{
    reel_npz_writer *npz = NULL;
    char path[REEL_PATH_MAX];
    reel_fs_join(path, sizeof(path), w->dir, "views.npz");
    reel_status status = reel_npz_create(path, &npz, err);
    for (int i = 0; status == REEL_OK && i < w->options.n_cameras; i++) {
        status = add_camera(w, i, npz, err);
    }
    if (status == REEL_OK && w->n_tracks > 0) {
        status = add_tracks(w, npz, err);
    }
    if (status == REEL_OK) {
        status = reel_npz_finish(npz, err);
    }
    reel_npz_writer_destroy(&npz);
    return status;
}
