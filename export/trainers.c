/* trainers.c - see trainers.h */
#include "export/trainers.h"
#include "export/text_file.h"
#include <stdio.h>
#include <string.h>

typedef enum list_id { LTX = 0, DIFFSYNTH, MUSUBI, COSMOS, VJEPA, PROMPTS, VIDEOS, LISTS } list_id;

enum { PLAIN = REEL_CONTROL_COUNT, VARIANTS }; /* a list without control videos, and how many */

/* Where a list stands: the split, then "" or ".control_<kind>", go into it. */
static const struct {
    const char *path;
    bool has_controls;
    const char *to_root; /* what leads from the file to the root, in front of its paths */
} lists[LISTS] = {
    [LTX] = {"clips/%s/ltx%s.jsonl", true, ""},
    [DIFFSYNTH] = {"trainers/diffsynth/%s%s.csv", true, ""},
    [MUSUBI] = {"trainers/musubi/%s%s.jsonl", true, ""},
    [COSMOS] = {"trainers/cosmos/%s%s.jsonl", true, "../../"},
    [VJEPA] = {"trainers/vjepa/%s%s.csv", false, ""},
    [PROMPTS] = {"trainers/finetrainers/%s%s/prompts.txt", false, ""},
    [VIDEOS] = {"trainers/finetrainers/%s%s/videos.txt", false, "../../../"},
};

#define LABELS "trainers/vjepa/labels.txt"

typedef struct split_files {
    reel_text_file files[LISTS][VARIANTS];
} split_files;

struct reel_trainers {
    const char *root;
    int n_splits, n_families;
    const char *const *splits, *const *families;
    reel_controls controls;
    split_files **files; /* [n_splits] */
};

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory");
}

static bool has_list(const reel_trainers *t, int list, int variant)
{
    return variant == PLAIN ||
           (lists[list].has_controls && (t->controls & REEL_CONTROL_BIT(variant)));
}

static void name_list(const reel_trainers *t, int split, int list, int variant, char *out,
                      size_t size)
{
    char kind[32] = "";
    if (variant != PLAIN) {
        snprintf(kind, sizeof(kind), ".control_%s", reel_control_name((reel_control)variant));
    }
    const char *form = lists[list].path, *a = strstr(form, "%s"), *b = strstr(a + 2, "%s");
    const int n = snprintf(out, size, "%.*s%s%.*s%s%s", (int)(a - form), form, t->splits[split],
                           (int)(b - a - 2), a + 2, kind, b + 2);
    assert(n > 0 && (size_t)n < size);
}

/* ---- texts ------------------------------------------------------------------------------------
 */

static void put_json(reel_bytes *out, const char *text)
{
    reel_json *v = reel_json_string(text);
    char *quoted = v ? reel_json_canonical(v, NULL) : NULL;
    out->failed |= !quoted;
    if (quoted) {
        reel_bytes_text(out, quoted);
    }
    reel_free(quoted);
    reel_json_destroy(&v);
}

/* A member of an object: comma, name, text with what leads to the root in front. */
static void put_member(reel_bytes *out, const char *name, const char *lead, const char *text)
{
    char path[2048];
    reel_bytes_printf(out, "%s\"%s\": ", out->size && out->data[out->size - 1] != '{' ? ", " : "",
                      name);
    if (lead[0]) {
        snprintf(path, sizeof(path), "%s%s", lead, text);
        put_json(out, path);
    } else {
        put_json(out, text);
    }
}

/* RFC 4180 */
static void put_csv(reel_bytes *out, const char *text)
{
    reel_bytes_text(out, "\"");
    for (const char *c = text; *c; c++) {
        reel_bytes_text(out, *c == '"' ? "\"" : "");
        reel_bytes_put_u8(out, (uint8_t)*c);
    }
    reel_bytes_text(out, "\"");
}

/* Spaces for what Python's str.splitlines() parts at. */
static void put_line(reel_bytes *out, const char *text)
{
    static const char *const ends[] = {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
    while (*text) {
        size_t cut = (unsigned char)*text < 0x20 ? 1 : 0;
        for (size_t i = 0; cut == 0 && i < sizeof(ends) / sizeof(ends[0]); i++) {
            cut = strncmp(text, ends[i], strlen(ends[i])) == 0 ? strlen(ends[i]) : 0;
        }
        reel_bytes_put_u8(out, cut ? ' ' : (uint8_t)*text);
        text += cut ? cut : 1;
    }
    reel_bytes_text(out, "\n");
}

/* ---- Cosmos -----------------------------------------------------------------------------------
 */

/* Those of `keys` that the object has, with their values. NULL: out of memory. */
static reel_json *only(const reel_json *object, const char *const *keys)
{
    reel_json *o = reel_json_object();
    bool ok = o != NULL;
    for (; ok && *keys; keys++) {
        const reel_json *v = reel_json_get(object, *keys);
        ok = !v || reel_json_put(o, *keys, reel_json_copy(v));
    }
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

static reel_json *only_of_all(const reel_json *array, const char *const *keys)
{
    reel_json *a = reel_json_array();
    bool ok = a != NULL;
    for (size_t i = 0; ok && i < reel_json_count(array); i++) {
        ok = reel_json_push(a, only(reel_json_at(array, i), keys));
    }
    if (!ok) {
        reel_json_destroy(&a);
    }
    return a;
}

/* The caption in the keys of its schema alone: the text is what the model is given, word for word,
 * and is cut at 1024 tokens. */
static reel_json *cosmos_caption(const reel_json *caption)
{
    static const char *const top[] = {"background_setting",
                                      "lighting",
                                      "cinematography",
                                      "style_medium",
                                      "artistic_style",
                                      "context",
                                      "temporal_caption",
                                      "resolution",
                                      "aspect_ratio",
                                      "duration",
                                      "fps",
                                      NULL};
    static const char *const subject[] = {"description",   "location",           "relative_size",
                                          "state_changes", "number_of_subjects", NULL};
    static const char *const action[] = {"time", "description", NULL};
    reel_json *o = only(caption, top);
    bool ok =
        o && reel_json_put(o, "subjects", only_of_all(reel_json_get(caption, "subjects"), subject));
    ok = ok && reel_json_put(o, "actions", only_of_all(reel_json_get(caption, "actions"), action));
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

static reel_json *cosmos_window(const reel_trainer_row *row)
{
    const reel_json *dense =
        row->caption_json ? reel_json_get(row->caption_json, "temporal_caption") : NULL;
    const char *text = dense ? reel_json_to_string(dense) : NULL;
    reel_json *o = reel_json_object();
    bool ok = o && reel_json_put(o, "start_frame", reel_json_int(0)) &&
              reel_json_put(o, "end_frame", reel_json_int(row->frames - 1)) &&
              reel_json_put(o, "temporal_interval", reel_json_int(1)) &&
              reel_json_put(o, "caption", reel_json_string(text ? text : row->caption));
    ok = ok && (!row->caption_json ||
                reel_json_put(o, "caption_json", cosmos_caption(row->caption_json)));
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

void reel_trainers_cosmos_line(const reel_trainer_row *row, const char *video, const char *control,
                               reel_bytes *out)
{
    reel_json *windows = reel_json_array(), *o = reel_json_object();
    bool ok = windows && o && reel_json_push(windows, cosmos_window(row));
    if (!ok) {
        reel_json_destroy(&windows);
    }
    ok = ok && reel_json_put(o, "t2w_windows", windows);
    ok = ok && reel_json_put(o, "uuid", reel_json_string(row->stream)) &&
         reel_json_put(o, "vision_path", reel_json_string(video)) &&
         reel_json_put(o, "width", reel_json_int(row->width)) &&
         reel_json_put(o, "height", reel_json_int(row->height)) &&
         reel_json_put(o, "nb_frames", reel_json_int(row->frames)) &&
         reel_json_put(o, "framerate", reel_json_real(row->fps)) &&
         reel_json_put(o, "duration", reel_json_real((double)row->frames / row->fps));
    ok = ok && (!control || reel_json_put(o, "control_path", reel_json_string(control)));
    char *text = ok ? reel_json_canonical(o, NULL) : NULL;
    out->failed |= !text;
    if (text) {
        reel_bytes_text(out, text);
        reel_bytes_text(out, "\n");
    }
    reel_free(text);
    reel_json_destroy(&o);
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static int label_of(const reel_trainers *t, const char *family)
{
    int i = 0;
    while (i < t->n_families && strcmp(t->families[i], family) != 0) {
        i++;
    }
    return i;
}

/* From the folder of the split's videos: less "clips/<split>/". */
static const char *below_split(const reel_trainers *t, int split, const char *path)
{
    const size_t n = strlen("clips/") + strlen(t->splits[split]) + 1;
    assert(strncmp(path, "clips/", 6) == 0 && strlen(path) > n);
    return path + n;
}

static void put_row(const reel_trainers *t, int split, int list, int variant,
                    const reel_trainer_row *row, reel_bytes *out)
{
    const char *lead = lists[list].to_root;
    const char *control = variant == PLAIN ? NULL : row->control[variant];
    char video_path[2048], control_path[2048];
    snprintf(video_path, sizeof(video_path), "%s%s", lead, row->video);
    snprintf(control_path, sizeof(control_path), "%s%s", lead, control ? control : "");
    switch ((list_id)list) {
    case LTX:
        reel_bytes_text(out, "{");
        put_member(out, "caption", "", row->caption);
        put_member(out, "video", "", below_split(t, split, row->video));
        if (control) {
            put_member(out, "reference_video", "", below_split(t, split, control));
        }
        reel_bytes_text(out, "}\n");
        break;
    case MUSUBI:
        reel_bytes_text(out, "{");
        put_member(out, "caption", "", row->caption);
        put_member(out, "video_path", lead, row->video);
        if (control) {
            put_member(out, "control_path", lead, control);
        }
        reel_bytes_text(out, "}\n");
        break;
    case DIFFSYNTH:
        reel_bytes_printf(out, "%s,", video_path);
        put_csv(out, row->caption);
        if (control) {
            reel_bytes_printf(out, ",%s,%s", control_path, control_path);
        }
        reel_bytes_text(out, "\n");
        break;
    case COSMOS:
        reel_trainers_cosmos_line(row, video_path, control ? control_path : NULL, out);
        break;
    case VJEPA: reel_bytes_printf(out, "%s %d\n", video_path, label_of(t, row->family)); break;
    case PROMPTS: put_line(out, row->caption); break;
    case VIDEOS: reel_bytes_printf(out, "%s\n", video_path); break;
    case LISTS: assert(!"a list");
    }
}

reel_status reel_trainers_put(reel_trainers *t, int split, const reel_trainer_row *row,
                              reel_error *err)
{
    for (int list = 0; list < LISTS; list++) {
        for (int v = 0; v < VARIANTS; v++) {
            reel_text_file *file = &t->files[split]->files[list][v];
            if (!has_list(t, list, v)) {
                continue;
            }
            put_row(t, split, list, v, row, &file->pending);
            const reel_status status = reel_text_file_flow(file, err);
            if (status) {
                return status;
            }
        }
    }
    return REEL_OK;
}

/* ---- open, close ------------------------------------------------------------------------------
 */

static reel_status open_split(reel_trainers *t, int split, reel_error *err)
{
    t->files[split] = reel_calloc(1, sizeof(*t->files[split]));
    reel_status status = t->files[split] ? REEL_OK : no_memory(err);
    for (int list = 0; !status && list < LISTS; list++) {
        for (int v = 0; !status && v < VARIANTS; v++) {
            char name[1024], path[REEL_PATH_MAX];
            reel_text_file *file = &t->files[split]->files[list][v];
            if (!has_list(t, list, v)) {
                continue;
            }
            name_list(t, split, list, v, name, sizeof(name));
            reel_fs_join(path, sizeof(path), t->root, name);
            status = reel_text_file_open(file, path, err);
            if (list == DIFFSYNTH) {
                reel_bytes_text(&file->pending, v == PLAIN
                                                    ? "video,prompt\n"
                                                    : "video,prompt,control_video,vace_video\n");
            }
        }
    }
    return status;
}

reel_status reel_trainers_open(const char *root, int n_splits, const char *const *splits,
                               int n_families, const char *const *families, reel_controls controls,
                               reel_trainers **out, reel_error *err)
{
    reel_trainers *t = reel_calloc(1, sizeof(*t));
    if (!t) {
        return no_memory(err);
    }
    *t = (reel_trainers){.root = root,
                         .splits = splits,
                         .n_families = n_families,
                         .families = families,
                         .controls = controls};
    t->files = reel_calloc((size_t)n_splits + 1, sizeof(*t->files));
    reel_status status = t->files ? REEL_OK : no_memory(err);
    for (; !status && t->n_splits < n_splits; t->n_splits++) {
        status = open_split(t, t->n_splits, err);
    }
    if (status) {
        reel_trainers_destroy(&t);
        return status;
    }
    *out = t;
    return REEL_OK;
}

static reel_status write_labels(const reel_trainers *t, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_bytes text = {0};
    for (int i = 0; i < t->n_families; i++) {
        reel_bytes_printf(&text, "%d %s\n", i, t->families[i]);
    }
    reel_fs_join(path, sizeof(path), t->root, LABELS);
    reel_status status =
        text.failed ? no_memory(err) : reel_fs_publish(path, text.data, text.size, err);
    reel_bytes_finish(&text);
    return status;
}

reel_status reel_trainers_close(reel_trainers *t,
                                reel_status (*done)(void *ctx, const char *name, reel_error *err),
                                void *ctx, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < t->n_splits * LISTS * VARIANTS; i++) {
        const int split = i / (LISTS * VARIANTS), list = i / VARIANTS % LISTS, v = i % VARIANTS;
        char name[1024];
        if (has_list(t, list, v)) {
            name_list(t, split, list, v, name, sizeof(name));
            status = reel_text_file_close(&t->files[split]->files[list][v], err);
            status = status ? status : done(ctx, name, err);
        }
    }
    status = status ? status : write_labels(t, err);
    return status ? status : done(ctx, LABELS, err);
}

void reel_trainers_destroy(reel_trainers **trainers)
{
    reel_trainers *t = *trainers;
    if (!t) {
        return;
    }
    for (int s = 0; t->files && s < t->n_splits + 1; s++) {
        for (int i = 0; t->files[s] && i < LISTS * VARIANTS; i++) {
            reel_text_file_finish(&t->files[s]->files[i / VARIANTS][i % VARIANTS]);
        }
        reel_free(t->files[s]);
    }
    reel_free(t->files);
    reel_free(t);
    *trainers = NULL;
}
