/*
 * glb.c - an animated GLB (glTF 2.0, binary) of each clip, for 3D programs, engines and viewers.
 *
 *   glb/<split>/<nnn>/<clip id>.glb      at most 1000 in a folder
 *   tables/clips/<split>-00000-of-00001.parquet   a row each
 *
 * Nothing is simulated: bodies and cameras are keyed from the take, textures are drawn by the
 * renderer (glb_bake.c). How a file is laid out: docs/glb.md.
 */
#include "export/layout/glb_internal.h"
#include "export/pack_internal.h"
#include "export/parquet_write.h"
#include "export/record_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const reel_layout_setting settings[] = {
    {"detail", "12", "edges on a quarter of a circle, 2 to 128"},
    {"texture", "256", "px: most of the side of a texture, even, 32 to 2048; 0: mean colours"},
    {"rate", "frames", "keys at frames, or at samples: all stored states"},
    {"lux", "1", "lux of one unit of irradiance; 683 for programs that divide by it"},
    {0},
};

static reel_status read_settings(const reel_layout_options *options, reel_glb_settings *out,
                                 reel_error *err)
{
    int64_t detail = 0, texture = 0, lux = 0;
    const char *rate = reel_layout_get(options, "rate");
    reel_status status = reel_layout_get_int(options, "detail", 2, 128, &detail, err);
    status = status ? status : reel_layout_get_int(options, "texture", 0, 2048, &texture, err);
    status = status ? status : reel_layout_get_int(options, "lux", 1, 1000000, &lux, err);
    if (status) {
        return status;
    }
    if (texture != 0 && (texture < REEL_GLB_LEAST_TEXTURE || texture % 2 != 0)) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "texture",
                            "%lld is neither 0 nor an even number from %d to 2048",
                            (long long)texture, REEL_GLB_LEAST_TEXTURE);
    }
    if (strcmp(rate, "frames") != 0 && strcmp(rate, "samples") != 0) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "rate", "\"%s\" is not frames or samples",
                            rate);
    }
    *out = (reel_glb_settings){.detail = (int)detail,
                               .texture = (int)texture,
                               .samples = rate[0] == 's',
                               .lux = (double)lux};
    return REEL_OK;
}

/* ---- make --------------------------------------------------------------------------------------
 */

static const char made_name[] = "clip.glb";

static reel_status write_file(reel_glb *g, const char *path, reel_error *err)
{
    const uint64_t most = UINT32_MAX - (uint64_t)(64 << 20); /* the text is far below that */
    reel_bytes file = {0};
    if (g->binary.size > most) {
        return reel_fail(err, REEL_E_REFUSED, "%s: a GLB holds no more than 4 GB",
                         g->record->clip_id);
    }
    reel_glb_write(g, &file);
    reel_status status = file.failed ? reel_fail(err, REEL_E_NOMEM, "out of memory")
                                     : reel_fs_publish(path, file.data, file.size, err);
    reel_bytes_finish(&file);
    return status;
}

static reel_status glb_make(const reel_layout_options *options, const reel_layout_clip *clip,
                            const char *dir, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_glb g = {.record = clip->record,
                  .scene = clip->record->scene,
                  .take = clip->record->take,
                  .baker = {.drawer = clip->drawer},
                  .times = -1};
    reel_fs_join(path, sizeof path, dir, made_name);
    reel_status status = read_settings(options, &g.set, err);
    status = status ? status : reel_glb_put_nodes(&g, err);
    if (!status) {
        reel_glb_put_lights(&g);
        reel_glb_put_cameras(&g);
        reel_glb_put_motion(&g);
        status = write_file(&g, path, err);
    }
    const reel_status last = reel_glb_baker_finish(&g.baker, clip->record, status ? NULL : err);
    reel_glb_finish(&g);
    return status ? status : last;
}

/* ---- the table ---------------------------------------------------------------------------------
 */

#define S REEL_COLUMN_STRING
#define I REEL_COLUMN_INT32
#define L REEL_COLUMN_INT64
#define F REEL_COLUMN_FLOAT64
static const reel_column columns[] = {
    {"clip_id", S, 0, "", "the clip"},
    {"glb_path", S, 0, "", "its file, relative to the dataset's root"},
    {"split", S, 0, "", "split of the dataset"},
    {"family", S, 0, "", "scene family"},
    {"index", L, 0, "", "number of the clip in its run"},
    {"seed", S, 0, "", "seed of the scene, decimal; a string because it uses all 64 bits"},
    {"fps", I, 0, "1/s", "frames per second; frame k is at k / fps"},
    {"num_frames", I, 0, "", "frames of the clip"},
    {"duration", F, 0, "s", "time of its last key"},
    {"width", I, 0, "px", "image width of its cameras"},
    {"height", I, 0, "px", "image height of its cameras"},
    {"n_objects", I, 0, "", "objects with an instance id"},
    {"n_bodies", I, 0, "", "rigid bodies, environment included"},
    {"n_cameras", I, 0, "", "cameras of the scene"},
    {"caption", S, 0, "", "what happens, outcome included; null if the script has none"},
    {"prompt", S, 0, "", "the caption without the outcome; null if the script has none"},
    {"params", S, 0, "", "the script's parameters as a JSON object"},
    {"version", S, 0, "", "version of physreel that made the clip"},
    {"scene_sha256", S, 0, "", "digest of the frozen scene"},
    {"take_xxh128", S, 0, "", "digest of the simulation's result"},
};
#undef S
#undef I
#undef L
#undef F

static const reel_table clips_table = {
    .name = "clips",
    .doc = "one row per clip, by (index, clip)",
    .n_columns = (int)(sizeof columns / sizeof columns[0]),
    .columns = columns,
};

static const char *text_or_null(const char *text)
{
    return text && text[0] ? text : NULL;
}

static reel_status put_row(reel_rows *out, const reel_record *record, const char *path,
                           reel_error *err)
{
    const reel_scene *s = record->scene;
    reel_json *params = reel_record_params(s);
    char *text = params ? reel_json_canonical(params, NULL) : NULL;
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, record->seed);
    reel_put_string(out, "clip_id", record->clip_id);
    reel_put_string(out, "glb_path", path);
    reel_put_string(out, "split", record->split);
    reel_put_string(out, "family", record->family);
    reel_put_int(out, "index", (int64_t)record->index);
    reel_put_string(out, "seed", seed);
    reel_put_int(out, "fps", s->fps);
    reel_put_int(out, "num_frames", s->frames);
    reel_put_real(out, "duration", reel_scene_frame_time(s, s->frames - 1));
    reel_put_int(out, "width", s->width);
    reel_put_int(out, "height", s->height);
    reel_put_int(out, "n_objects", reel_scene_n_instances(s));
    reel_put_int(out, "n_bodies", s->n_bodies);
    reel_put_int(out, "n_cameras", s->n_cameras);
    reel_put_string(out, "caption", text_or_null(s->caption));
    reel_put_string(out, "prompt", text_or_null(s->caption_prompt));
    reel_put_string(out, "params", text);
    reel_put_string(out, "version", record->version);
    reel_put_string(out, "scene_sha256", record->scene_sha256);
    reel_put_string(out, "take_xxh128", record->take_xxh128);
    reel_rows_end_row(out);
    reel_json_destroy(&params);
    const bool ok = text && !out->failed;
    reel_free(text);
    return ok ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory");
}

/* ---- put ---------------------------------------------------------------------------------------
 */

typedef struct glb_split {
    char name[128];
    int n_clips;
    reel_parquet_writer *table;
} glb_split;

typedef struct glb_writer {
    const reel_layout_options *options;
    reel_rows *rows;
    int n_splits;
    glb_split splits[REEL_MAX_SPLITS]; /* in the order that they came */
} glb_writer;

static void glb_destroy(void *writer)
{
    glb_writer *w = writer;
    if (w) {
        for (int i = 0; i < w->n_splits; i++) {
            reel_parquet_destroy(&w->splits[i].table);
        }
        reel_rows_destroy(&w->rows);
        reel_free(w);
    }
}

static reel_status glb_open(const reel_layout_options *options, void **writer, reel_error *err)
{
    reel_glb_settings set;
    reel_status status = read_settings(options, &set, err);
    if (status) {
        return status;
    }
    glb_writer *w = reel_calloc(1, sizeof *w);
    if (w) {
        w->options = options;
        w->rows = reel_rows_create(&clips_table);
    }
    if (!w || !w->rows) {
        glb_destroy(w);
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    *writer = w;
    return REEL_OK;
}

static void table_name(const glb_split *split, char *out, size_t size)
{
    snprintf(out, size, "tables/clips/%s-00000-of-00001.parquet", split->name);
}

static reel_status find_split(glb_writer *w, const char *name, glb_split **out, reel_error *err)
{
    for (int i = 0; i < w->n_splits; i++) {
        if (strcmp(w->splits[i].name, name) == 0) {
            *out = &w->splits[i];
            return REEL_OK;
        }
    }
    if (w->n_splits == REEL_MAX_SPLITS || strlen(name) >= sizeof w->splits[0].name) {
        return reel_fail(err, REEL_E_CONFLICT, "split %s: too long a name, or more than %d splits",
                         name, REEL_MAX_SPLITS);
    }
    glb_split *s = &w->splits[w->n_splits++];
    char table[256], path[REEL_PATH_MAX];
    snprintf(s->name, sizeof s->name, "%s", name);
    table_name(s, table, sizeof table);
    reel_status status = reel_layout_prepare(w->options, table, path, err);
    status = status ? status : reel_parquet_create(path, &clips_table, &s->table, err);
    *out = s;
    return status;
}

static reel_status glb_put(void *writer, const reel_layout_clip *clip, const char *dir,
                           reel_error *err)
{
    glb_writer *w = writer;
    const reel_record *record = clip->record;
    char from[REEL_PATH_MAX], name[REEL_PATH_MAX];
    glb_split *split = NULL;
    reel_status status = find_split(w, record->split, &split, err);
    if (status) {
        return status;
    }
    snprintf(name, sizeof name, "glb/%s/%03d/%s.glb", split->name,
             split->n_clips++ / REEL_CLIPS_PER_FOLDER, record->clip_id);
    reel_fs_join(from, sizeof from, dir, made_name);
    status = reel_layout_copy(w->options, from, name, err);
    reel_rows_clear(w->rows);
    status = status ? status : put_row(w->rows, record, name, err);
    return status ? status : reel_parquet_write(split->table, w->rows, err);
}

/* ---- the end -----------------------------------------------------------------------------------
 */

static reel_status glb_finish(void *writer, reel_error *err)
{
    glb_writer *w = writer;
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < w->n_splits; i++) {
        char name[256];
        table_name(&w->splits[i], name, sizeof name);
        status = reel_parquet_close(w->splits[i].table, err);
        status = status ? status : reel_layout_file_done(w->options, name, err);
    }
    return status;
}

static const char notes[] =
    "### Inside a file\n\n"
    "Node 0, `zup`, turns the scene's frame (+z up) into glTF's (+y up); below it stand the "
    "objects, "
    "their bodies (which move), the bodies' geoms (which have meshes), cameras and lights. Extras "
    "of nodes carry `instance_id`, `body`, `geom`, masses, friction and the rest; `asset.extras` "
    "the clip's facts; the extras of the scene its sky. Frame k is at k / fps s. A body is absent "
    "while its scale is 0. Cameras have the clip's field of view; x right, y down, z forward in "
    "the "
    "image is the camera node's +x, -y, -z.\n\n"
    "Irradiance of suns is given in lux and the intensity of lamps in candela, 1:1 unless the "
    "setting `lux` said otherwise (it stands in `asset.extras` as `lux_per_unit`); radiance of "
    "what "
    "shines by itself is the emissive factor times its strength. Rectangular lamps are spots, and "
    "balls are points, because glTF has no others; their sizes are in the extras. Patterns, images "
    "and decals are baked into textures of base colour; relief, normal images and the variation of "
    "roughness are left out. The sky is not drawn by viewers: its facts are in the extras.\n\n";

static void glb_card(void *writer, reel_layout_card *out)
{
    const glb_writer *w = writer;
    const char *split = w->n_splits ? w->splits[0].name : "train";
    reel_bytes_text(&out->configs, "- config_name: clips\n  default: true\n  data_files:\n");
    for (int i = 0; i < w->n_splits; i++) {
        reel_bytes_printf(&out->configs,
                          "  - split: %s\n    path: tables/clips/%s-00000-of-00001.parquet\n",
                          w->splits[i].name, w->splits[i].name);
        out->examples += w->splits[i].n_clips;
    }
    reel_bytes_text(&out->tasks, "- text-to-3d\n- image-to-3d\n");
    out->conventions = true;
    reel_bytes_text(&out->tags, "- gltf\n- 3d\n");
    reel_bytes_printf(&out->loading,
                      "```python\nfrom datasets import load_dataset\n\n"
                      "clips = load_dataset(\"path/to/dataset\", \"clips\", split=\"%s\")\n"
                      "print(clips[0][\"glb_path\"], clips[0][\"caption\"])\n```\n\n"
                      "Blender plays a file after File, Import, glTF 2.0; so does every viewer of "
                      "glTF.\n\n",
                      split);
    reel_bytes_text(&out->files,
                    "| `glb/<split>/<nnn>/<clip id>.glb` | the clip: meshes, "
                    "materials, lights, cameras, motion |\n"
                    "| `tables/clips/*.parquet` | a row a clip, with its file |\n");
    reel_bytes_text(&out->notes, notes);
    reel_table_markdown(&clips_table, &out->notes);
}

const reel_layout reel_layout_glb = {
    .name = "glb",
    .summary = "an animated GLB a clip, for Blender, engines and viewers of glTF",
    .settings = settings,
    .open = glb_open,
    .make = glb_make,
    .put = glb_put,
    .card = glb_card,
    .finish = glb_finish,
    .destroy = glb_destroy,
};
