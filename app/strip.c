/* strip.c - see strip.h */
#include "app/strip.h"
#include "app/drawer.h"
#include "app/picture.h"
#include "export/mp4_read.h"
#include "export/picture_webp.h"
#include <string.h>

/* Panels of one size for all clips, at most SECONDS of each, no faster than RATE a second. */
enum { PANELS = 4, WIDTH = 208, GAP = 4, HEAD = 20, SECONDS = 2, RATE = 12 };

static const reel_plane panels[PANELS] = {REEL_PLANE_RGB, REEL_PLANE_DEPTH, REEL_PLANE_INSTANCE,
                                          REEL_PLANE_FLOW_FWD};

typedef struct strip {
    reel_picture picture;
    int height; /* of a panel */
    reel_webp *webp;
    reel_drawer_state *drawer_state;
    reel_drawer drawer;
} strip;

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for a picture");
}

static reel_status begin(strip *s, const reel_scene *first, reel_error *err)
{
    static const char *const heads[PANELS] = {"rgb", "depth", "instances", "flow"};
    s->height = WIDTH * first->height / first->width;
    s->height = s->height < 1 ? 1 : s->height;
    s->drawer_state = reel_drawer_create();
    if (!s->drawer_state || !reel_picture_init(&s->picture, GAP + PANELS * (WIDTH + GAP),
                                               HEAD + s->height + GAP, 255)) {
        return no_memory(err);
    }
    s->drawer = reel_drawer_of(s->drawer_state);
    for (int p = 0; p < PANELS; p++) {
        reel_picture_write(&s->picture, GAP + p * (WIDTH + GAP), 3, 2, heads[p], 64);
    }
    return reel_webp_create(s->picture.width, s->picture.height, &s->webp, err);
}

static void place(strip *s, int panel, const reel_picture *cell)
{
    int width = WIDTH, height = s->height;
    if (cell->width * height > cell->height * width) {
        height = cell->height * width / cell->width;
    } else {
        width = cell->width * height / cell->height;
    }
    const int x = GAP + panel * (WIDTH + GAP) + (WIDTH - width) / 2;
    reel_picture_place(&s->picture, x, HEAD + (s->height - height) / 2, width, height, cell);
}

/* What one clip is drawn with. */
typedef struct clip_tools {
    reel_record *record;
    reel_mp4_reader *video;
    reel_picture cell;
    double flow; /* px, drawn at full strength */
    int every, last;
} clip_tools;

static reel_status open_clip(clip_tools *t, const char *dir, reel_error *err)
{
    reel_status status = reel_record_open(dir, &t->record, err);
    status = status ? status : reel_record_load_data(t->record, err);
    if (status) {
        return status;
    }
    const reel_scene *scene = t->record->scene;
    t->every = (scene->fps + RATE - 1) / RATE;
    t->last = SECONDS * scene->fps < scene->frames ? SECONDS * scene->fps : scene->frames;
    if (!reel_picture_init(&t->cell, scene->width, scene->height, 0)) {
        return no_memory(err);
    }
    if (t->record->streams[0].video) {
        char path[REEL_PATH_MAX];
        reel_fs_join(path, sizeof path, dir, t->record->streams[0].video);
        status = reel_mp4_open(path, &t->video, err);
    }
    return status;
}

static void close_clip(clip_tools *t)
{
    reel_mp4_close(&t->video);
    reel_picture_finish(&t->cell);
    reel_record_close(&t->record);
}

/* A label that does not fit its plane in this clip is left blank: no more than a picture. */
static reel_status draw_label(strip *s, clip_tools *t, int frame, int panel, reel_error *err)
{
    const reel_frame *drawn = NULL;
    const reel_planes planes = REEL_PLANE_BIT(panels[panel]);
    const reel_status status =
        s->drawer.draw(s->drawer.ctx, t->record, 0, frame, planes, NULL, &drawn, err);
    if (status) {
        memset(t->cell.rgb, 0, (size_t)t->cell.width * (size_t)t->cell.height * 3);
    } else {
        if (panels[panel] == REEL_PLANE_FLOW_FWD && t->flow == 0) {
            t->flow = reel_flow_largest(drawn, REEL_PLANE_FLOW_FWD);
        }
        reel_picture_of_plane(&t->cell, drawn, panels[panel], t->flow);
    }
    place(s, panel, &t->cell);
    return status == REEL_E_REFUSED ? REEL_OK : status;
}

static reel_status draw_clip(strip *s, clip_tools *t, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int k = 0; !status && k < t->last; k++) {
        const bool shown = k % t->every == 0;
        if (t->video) {
            status = reel_mp4_next(t->video, shown ? t->cell.rgb : NULL, err);
        }
        if (status || !shown) {
            continue;
        }
        place(s, 0, &t->cell);
        for (int p = 1; !status && p < PANELS; p++) {
            status = draw_label(s, t, k, p, err);
        }
        status = status ? status : reel_webp_add(s->webp, s->picture.rgb, 1000 / RATE, err);
    }
    reel_drawer_forget(s->drawer_state);
    return status;
}

reel_status reel_strip_make(const char *const *record_dirs, int n, const char *path,
                            reel_error *err)
{
    strip s = {0};
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < n; i++) {
        clip_tools t = {0};
        status = open_clip(&t, record_dirs[i], err);
        status = status || i > 0 ? status : begin(&s, t.record->scene, err);
        status = status ? status : draw_clip(&s, &t, err);
        close_clip(&t);
    }
    status = status ? status : reel_webp_publish(s.webp, path, err);
    reel_webp_destroy(&s.webp);
    reel_drawer_destroy(&s.drawer_state);
    reel_picture_finish(&s.picture);
    return status;
}
