/* page.c - see page.h */
#include "app/page.h"

#include "app/page_text.h"
#include "base/bytes.h"
#include "base/fs.h"
#include "export/ffv1.h"
#include "export/pack.h"
#include "export/tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 256 };

/* A clip in the order of the dataset. */
typedef struct entry {
    const char *dir, *id, *split;
    uint64_t index;
    reel_clip_place place;
} entry;

/* Words that occur, each once, in the order that they came. */
typedef struct names {
    int n;
    const char *at[MOST_NAMES];
} names;

typedef struct page {
    reel_arena arena;
    int n;
    int most; /* files that a clip puts into a folder */
    entry *entries;
    names families, splits;
    reel_controls controls; /* kinds that any clip has */
    bool colour;
    reel_bytes clips;               /* articles */
    int width, height, fps, frames; /* of the first clip */
    bool uniform;
} page;

static const struct {
    const char *name, *title;
} views[REEL_CONTROL_COUNT + 1] = {{"depth", "depth"}, {"seg", "instances"}, {"edge", "edges"},
                                   {"flow", "flow"},   {"force", "forces"},  {"rgb", "colour"}};

/* ---- text --------------------------------------------------------------------------------------
 */

static void put_text(reel_bytes *out, const char *text)
{
    for (const char *c = text ? text : ""; *c; c++) {
        switch (*c) {
        case '&': reel_bytes_text(out, "&amp;"); break;
        case '<': reel_bytes_text(out, "&lt;"); break;
        case '>': reel_bytes_text(out, "&gt;"); break;
        case '"': reel_bytes_text(out, "&quot;"); break;
        default: reel_bytes_put_u8(out, (uint8_t)*c); break;
        }
    }
}

/* A path relative to the page, as a link. */
static void put_url(reel_bytes *out, const char *path)
{
    for (const char *c = path; *c; c++) {
        const bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                           (*c >= '0' && *c <= '9') || strchr("-._~/", *c);
        if (plain) {
            reel_bytes_put_u8(out, (uint8_t)*c);
        } else {
            reel_bytes_printf(out, "%%%02X", (unsigned)(unsigned char)*c);
        }
    }
}

static void put_link(reel_bytes *out, const char *path, const char *text)
{
    reel_bytes_text(out, "<a href=\"");
    put_url(out, path);
    reel_bytes_text(out, "\">");
    put_text(out, text);
    reel_bytes_text(out, "</a>\n");
}

static void put_fact(reel_bytes *out, const char *name, const char *value)
{
    reel_bytes_printf(out, "<div><dt>%s</dt><dd>", name);
    put_text(out, value);
    reel_bytes_text(out, "</dd></div>\n");
}

static void put_count(reel_bytes *out, const char *name, int64_t v)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, v);
    put_fact(out, name, text);
}

/* ---- clips -------------------------------------------------------------------------------------
 */

static void put_video(reel_bytes *out, const reel_record *record, const char *path, int view,
                      const char *camera)
{
    const reel_scene *scene = record->scene;
    reel_bytes_printf(out, "<figure data-kind=\"%s\"><video src=\"", views[view].name);
    put_url(out, path);
    reel_bytes_printf(out,
                      "\" width=\"%d\" height=\"%d\" muted loop playsinline controls "
                      "preload=\"none\" aria-label=\"%s, %s",
                      scene->width, scene->height, record->clip_id, views[view].title);
    if (camera) {
        reel_bytes_printf(out, ", camera %s", camera);
    }
    reel_bytes_printf(out, "\"></video><figcaption>%s", views[view].title);
    if (camera) {
        reel_bytes_text(out, ", ");
        put_text(out, camera);
    }
    reel_bytes_text(out, "</figcaption></figure>\n");
}

static void put_videos(page *p, const reel_record *record, const reel_clip_place *place)
{
    char path[1024];
    reel_bytes_text(&p->clips, "<div class=\"views\">\n");
    for (int i = 0; i < record->n_streams; i++) {
        const reel_record_stream *s = &record->streams[i];
        const char *camera = record->n_streams > 1 ? s->camera : NULL;
        if (s->video) {
            p->colour = true;
            reel_place_video(place, s->video, path, sizeof path);
            put_video(&p->clips, record, path, REEL_CONTROL_COUNT, camera);
        }
        for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
            if (s->control[k]) {
                p->controls |= REEL_CONTROL_BIT(k);
                reel_place_control(place, s->control[k], path, sizeof path);
                put_video(&p->clips, record, path, k, camera);
            }
        }
    }
    reel_bytes_text(&p->clips, "</div>\n");
}

static void put_facts(reel_bytes *out, const reel_record *record)
{
    const reel_scene *scene = record->scene;
    char text[64];
    int impacts = 0;
    for (int i = 0; i < record->take->n_events; i++) {
        impacts += record->take->events[i].kind == REEL_EVENT_IMPACT;
    }
    reel_bytes_text(out, "<dl>\n");
    put_fact(out, "family", record->family);
    put_fact(out, "split", record->split);
    snprintf(text, sizeof text, "%" PRIu64, record->seed);
    put_fact(out, "seed", text);
    put_count(out, "objects", reel_scene_n_instances(scene));
    put_count(out, "contacts", record->take->n_events);
    put_count(out, "impacts", impacts);
    snprintf(text, sizeof text, "%d at %d/s, %d×%d", scene->frames, scene->fps, scene->width,
             scene->height);
    put_fact(out, "frames", text);
    put_fact(out, "quality", record->quality);
    reel_bytes_text(out, "</dl>\n");
}

/* The label store of a stream, or each of its videos. */
static void put_labels(reel_bytes *out, const reel_record *record, int stream,
                       const reel_clip_place *place)
{
    char path[1024], name[1024];
    const char *store = record->streams[stream].planes;
    const char *camera = record->n_streams > 1 ? record->streams[stream].camera : "labels";
    if (!reel_ffv1_is_name(store)) {
        reel_place_planes(place, store, path, sizeof path);
        put_link(out, path, camera);
        return;
    }
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (record->labels & REEL_PLANE_BIT(p)) {
            reel_ffv1_file(store, (reel_plane)p, name, sizeof name);
            reel_place_planes(place, name, path, sizeof path);
            snprintf(name, sizeof name, "%s %s", camera, reel_plane_get_info((reel_plane)p)->name);
            put_link(out, path, name);
        }
    }
}

static void put_files(reel_bytes *out, const reel_record *record, const reel_clip_place *place)
{
    char path[1024];
    reel_bytes_text(out, "<p class=\"files\">\n");
    for (int i = 0; i < record->n_streams; i++) {
        if (record->streams[i].planes) {
            put_labels(out, record, i, place);
        }
    }
    reel_place_record(place, record->clip_id, "scene.json", path, sizeof path);
    put_link(out, path, "scene");
    reel_place_record(place, record->clip_id, "take.npz", path, sizeof path);
    put_link(out, path, "take");
    reel_place_record(place, record->clip_id, "manifest.json", path, sizeof path);
    put_link(out, path, "manifest");
    reel_bytes_text(out, "</p>\n");
}

static void put_clip(page *p, const reel_record *record, const reel_clip_place *place)
{
    const reel_scene *scene = record->scene;
    reel_bytes *out = &p->clips;
    reel_bytes_printf(out,
                      "<article class=\"clip\" data-family=\"%s\" data-split=\"%s\" "
                      "data-fps=\"%d\" data-frames=\"%d\">\n",
                      record->family, record->split, scene->fps, scene->frames);
    put_videos(p, record, place);
    reel_bytes_printf(out, "<h2>%s</h2>\n<p>", record->clip_id);
    if (scene->caption && scene->caption[0]) {
        put_text(out, scene->caption);
    } else {
        reel_bytes_text(out, "<span class=\"none\">no caption</span>");
    }
    reel_bytes_text(out, "</p>\n");
    put_facts(out, record);
    put_files(out, record, place);
    reel_bytes_text(out, "</article>\n");
}

/* ---- gathering ---------------------------------------------------------------------------------
 */

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory");
}

static bool learn_name(page *p, names *all, const char *name)
{
    for (int i = 0; i < all->n; i++) {
        if (strcmp(all->at[i], name) == 0) {
            return true;
        }
    }
    if (all->n == MOST_NAMES) {
        return true; /* there is just no choice of it */
    }
    all->at[all->n] = reel_arena_strdup(&p->arena, name);
    return all->at[all->n++] != NULL;
}

static int by_index(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    return x->index != y->index ? (x->index > y->index) - (x->index < y->index)
                                : strcmp(x->id, y->id);
}

/* All clips in order, with their places. */
static reel_status gather(page *p, const char *const *dirs, int n, reel_error *err)
{
    reel_status status = REEL_OK;
    p->n = n;
    p->entries = REEL_ARENA_NEW(&p->arena, entry, n + 1);
    int *count = REEL_ARENA_NEW(&p->arena, int, MOST_NAMES);
    if (!p->entries || !count) {
        return no_memory(err);
    }
    for (int i = 0; !status && i < n; i++) {
        reel_record *record = NULL;
        entry *e = &p->entries[i];
        status = reel_record_open(dirs[i], &record, err);
        if (!status) {
            *e = (entry){.dir = dirs[i],
                         .id = reel_arena_strdup(&p->arena, record->clip_id),
                         .split = reel_arena_strdup(&p->arena, record->split),
                         .index = record->index};
            const int most = reel_place_entries(record);
            p->most = most > p->most ? most : p->most;
            const bool ok = e->id && e->split && learn_name(p, &p->splits, record->split) &&
                            learn_name(p, &p->families, record->family);
            status = ok ? REEL_OK : no_memory(err);
        }
        reel_record_close(&record);
    }
    if (status) {
        return status;
    }
    qsort(p->entries, (size_t)n, sizeof *p->entries, by_index);
    const int per_folder = reel_place_per_folder(p->most, REEL_FOLDER_ENTRIES);
    for (int i = 0; i < n; i++) {
        int s = 0;
        while (s < p->splits.n - 1 && strcmp(p->splits.at[s], p->entries[i].split) != 0) {
            s++;
        }
        p->entries[i].place = (reel_clip_place){p->entries[i].split, count[s]++ / per_folder};
    }
    return REEL_OK;
}

static reel_status put_clips(page *p, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < p->n && i < REEL_PAGE_CLIPS; i++) {
        reel_record *record = NULL;
        status = reel_record_open(p->entries[i].dir, &record, err);
        status = status ? status : reel_record_load_data(record, err);
        if (!status) {
            const reel_scene *s = record->scene;
            if (i == 0) {
                p->width = s->width;
                p->height = s->height;
                p->fps = s->fps;
                p->frames = s->frames;
                p->uniform = true;
            }
            p->uniform &= s->width == p->width && s->height == p->height && s->fps == p->fps &&
                          s->frames == p->frames;
            put_clip(p, record, &p->entries[i].place);
        }
        reel_record_close(&record);
    }
    return status;
}

/* ---- the page ----------------------------------------------------------------------------------
 */

static void put_tables(const page *p, reel_bytes *out)
{
    reel_bytes_text(out, "<details class=\"tables\"><summary>Tables (Parquet)</summary>\n<ul>\n");
    for (int s = 0; s < p->splits.n; s++) {
        for (int t = 0; t < REEL_TABLE_COUNT; t++) {
            char path[1024];
            reel_place_table((reel_table_id)t, p->splits.at[s], path, sizeof path);
            reel_bytes_text(out, "<li>");
            put_link(out, path, path);
            reel_bytes_text(out, "</li>\n");
        }
    }
    reel_bytes_text(out, "</ul>\n</details>\n");
}

static void put_header(const page *p, const char *name, reel_bytes *out)
{
    reel_bytes_text(out, "<header>\n<h1>");
    put_text(out, name);
    reel_bytes_printf(out, "</h1>\n<p>%d clip%s", p->n, p->n == 1 ? "" : "s");
    reel_bytes_printf(out, " of %d famil%s", p->families.n, p->families.n == 1 ? "y" : "ies");
    if (p->uniform) {
        reel_bytes_printf(out, ", %d frames at %d/s, %d×%d", p->frames, p->fps, p->width,
                          p->height);
    }
    if (p->n > REEL_PAGE_CLIPS) {
        reel_bytes_printf(out, "; here are the first %d, the tables list all", REEL_PAGE_CLIPS);
    }
    reel_bytes_text(out, "</p>\n<nav aria-label=\"Files\">\n");
    put_link(out, "README.md", "what is in it");
    put_link(out, "contact_sheet.png", "contact sheet");
    put_link(out, "plan.json", "how it was made");
    put_link(out, "manifest.json", "all files");
    reel_bytes_text(out, "</nav>\n");
    put_tables(p, out);
    reel_bytes_text(out, "</header>\n");
}

static void put_choice(reel_bytes *out, const char *id, const char *title, const char *every,
                       const names *all)
{
    reel_bytes_printf(out, "<label%s>%s <select id=\"%s\"><option value=\"\">%s</option>\n",
                      all->n < 2 ? " hidden" : "", title, id, every);
    for (int i = 0; i < all->n; i++) {
        reel_bytes_text(out, "<option>");
        put_text(out, all->at[i]);
        reel_bytes_text(out, "</option>\n");
    }
    reel_bytes_text(out, "</select></label>\n");
}

static void put_kind(reel_bytes *out, int view)
{
    reel_bytes_printf(out, "<label><input type=\"checkbox\" value=\"%s\" checked> %s</label>\n",
                      views[view].name, views[view].title);
}

/* Shown by the script. */
static void put_bar(const page *p, reel_bytes *out)
{
    reel_bytes_text(
        out,
        "<section id=\"bar\" aria-label=\"Playback\" hidden><div>\n"
        "<button id=\"play\" class=\"main\" type=\"button\">Play</button>\n"
        "<button id=\"back\" type=\"button\" aria-label=\"one frame back\">−1</button>\n"
        "<button id=\"forward\" type=\"button\" aria-label=\"one frame on\">+1</button>\n"
        "<input id=\"time\" type=\"range\" min=\"0\" max=\"1\" step=\"0.001\" value=\"0\" "
        "aria-label=\"time\">\n"
        "<label>Speed <select id=\"rate\"><option value=\"0.25\">¼</option><option "
        "value=\"0.5\">½</option><option value=\"1\" selected>1</option><option "
        "value=\"2\">2</option></select></label>\n");
    put_choice(out, "family", "Family", "all", &p->families);
    put_choice(out, "split", "Split", "all", &p->splits);
    reel_bytes_printf(out, "<fieldset id=\"kinds\"%s><legend>Views</legend>\n",
                      p->controls ? "" : " hidden");
    if (p->colour) {
        put_kind(out, REEL_CONTROL_COUNT);
    }
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        if (p->controls & REEL_CONTROL_BIT(k)) {
            put_kind(out, k);
        }
    }
    reel_bytes_text(out, "</fieldset>\n</div></section>\n");
}

static void put_page(const page *p, const char *name, reel_bytes *out)
{
    reel_bytes_text(out,
                    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, "
                    "initial-scale=1\">\n<title>");
    put_text(out, name);
    reel_bytes_text(out, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n");
    reel_bytes_text(out, reel_page_css);
    reel_bytes_text(out, "</style>\n</head>\n<body>\n");
    put_header(p, name, out);
    put_bar(p, out);
    reel_bytes_text(out, "<main id=\"clips\">\n");
    reel_bytes_put(out, p->clips.data, p->clips.size);
    reel_bytes_text(out,
                    "</main>\n<div id=\"pages\" hidden>\n"
                    "<button id=\"previous\" type=\"button\">Previous</button>\n"
                    "<span id=\"where\" role=\"status\"></span>\n"
                    "<button id=\"next\" type=\"button\">Next</button>\n</div>\n"
                    "<footer><p>Simulated and drawn by physreel; every pixel has its labels."
                    "</p></footer>\n<script>\n");
    reel_bytes_text(out, reel_page_js);
    reel_bytes_text(out, "</script>\n</body>\n</html>\n");
}

reel_status reel_page_make(const char *const *record_dirs, int n, const char *name,
                           const char *path, reel_error *err)
{
    page p = {0};
    reel_bytes out = {0};
    reel_status status = gather(&p, record_dirs, n, err);
    status = status ? status : put_clips(&p, err);
    if (!status) {
        put_page(&p, name, &out);
        status = out.failed || p.clips.failed ? no_memory(err)
                                              : reel_fs_publish(path, out.data, out.size, err);
    }
    reel_bytes_finish(&out);
    reel_bytes_finish(&p.clips);
    reel_arena_finish(&p.arena);
    return status;
}
