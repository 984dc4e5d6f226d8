/* lerobot.c - the layout `lerobot`: a LeRobotDataset v3.0 (docs/lerobot.md). */
#include "base/alloc.h"
#include "export/layout/layout_drive.h"
#include "export/layout/lerobot_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const reel_layout_setting settings[] = {
    {"passive", "no", "yes: clips that nothing acts on are taken too, and there is no action"},
    {"depth", "no", "yes: depth of every camera, HEVC without loss, 12 bits, log code"},
    {"depth_max", "25", "m, 1 to 1000: what is farther has the last code"},
    {"data_mb", "100", "MiB, 1 to 500: a table's file ends before it has more, uncompressed"},
    {"video_mb", "200", "MiB, 1 to 4000: a video file ends before it has more"},
    {"tables", "yes", "the clips layout's tables (objects, states, events, ...) under labels/"},
    {0},
};

static void destroy(void *writer)
{
    reel_lerobot *w = writer;
    if (!w) {
        return;
    }
    for (int s = 0; s < w->n_lanes; s++) {
        lerobot_lane *lane = &w->lanes[s];
        reel_parquet_destroy(&lane->data);
        reel_parquet_destroy(&lane->meta);
        for (int t = 0; t < LEROBOT_TABLES; t++) {
            reel_parquet_destroy(&lane->table[t]);
        }
        for (int v = 0; lane->videos && v < w->n_videos; v++) {
            reel_mp4_join_destroy(&lane->videos[v].joiner);
        }
    }
    for (int t = 0; t < LEROBOT_TABLES; t++) {
        reel_rows_destroy(&w->table_rows[t]);
    }
    reel_rows_destroy(&w->data_rows);
    reel_rows_destroy(&w->meta_rows);
    for (int b = 0; b < LEROBOT_BLOCKS; b++) {
        reel_free(w->units[b].unit);
    }
    for (int i = 0; i < w->n_episodes; i++) {
        reel_free(w->episodes[i].json);
    }
    reel_free(w->episodes);
    reel_free(w->tasks);
    reel_free(w->task_slots);
    reel_arena_finish(&w->arena);
    reel_free(w);
}

static reel_status lerobot_open(const reel_layout_options *options, void **writer, reel_error *err)
{
    reel_lerobot *w = reel_calloc(1, sizeof *w);
    if (!w) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    w->options = options;
    reel_status status = reel_layout_get_bool(options, "passive", &w->passive, err);
    status = status ? status : reel_layout_get_bool(options, "tables", &w->tables, err);
    status = status ? status : reel_layout_get_int(options, "data_mb", 1, 500, &w->data_mb, err);
    status = status ? status : reel_layout_get_int(options, "video_mb", 1, 4000, &w->video_mb, err);
    status = status ? status : reel_lerobot_depth_settings(options, &w->depth, &w->code, err);
    if (status) {
        destroy(w);
        return status;
    }
    *writer = w;
    return REEL_OK;
}

/* ---- the end ----------------------------------------------------------------------------------
 */

/* Every frame of every episode is where the tables say: rows and videos were counted when their
 * files were closed, and what was counted must be what was planned. */
static reel_status check_whole(const reel_lerobot *w, reel_error *err)
{
    int64_t frames = 0;
    for (int i = 0; i < w->n_features; i++) {
        const lerobot_feature *f = &w->features[i];
        if (!lerobot_is_video(f) && f->total.count != w->n_frames) {
            return reel_fail_at(err, REEL_E_INTERNAL, NULL, 0, f->name,
                                "has %" PRId64 " of %" PRId64 " values", f->total.count,
                                w->n_frames);
        }
    }
    for (int i = 0; i < w->n_episodes; i++) {
        frames += w->episodes[i].frames;
    }
    if (w->n_put != w->n_episodes || frames != w->n_frames) {
        return reel_fail(err, REEL_E_INTERNAL,
                         "%d of %d episodes, %" PRId64 " of %" PRId64 " frames", w->n_put,
                         w->n_episodes, frames, w->n_frames);
    }
    return REEL_OK;
}

static reel_status finish(void *writer, reel_error *err)
{
    reel_lerobot *w = writer;
    if (w->n_episodes == 0) {
        return reel_fail(err, REEL_E_USAGE, "there are no clips");
    }
    reel_status status = reel_lerobot_close_files(w, err);
    status = status ? status : check_whole(w, err);
    return status ? status : reel_lerobot_write_meta(w, err);
}

/* ---- card -------------------------------------------------------------------------------------
 */

static void put_configs(const reel_lerobot *w, reel_bytes *out)
{
    reel_bytes_text(out,
                    "- config_name: default\n  default: true\n"
                    "  data_files: data/*/*.parquet\n");
    for (int t = 0; w->tables && t < LEROBOT_TABLES; t++) {
        const char *name = reel_table_get((reel_table_id)(t + 1), true)->name;
        for (int s = 0, n = 0; s < w->n_lanes; s++) {
            if (w->lanes[s].table_rows[t] == 0) {
                continue; /* `datasets` refuses to load a split without rows */
            }
            if (n++ == 0) {
                reel_bytes_printf(out, "- config_name: %s\n  data_files:\n", name);
            }
            reel_bytes_printf(out, "  - split: %s\n    path: labels/tables/%s/%s-*.parquet\n",
                              w->lanes[s].name, name, w->lanes[s].name);
        }
    }
}

static void put_loading(const reel_lerobot *w, reel_bytes *out)
{
    const char *camera = w->n_cameras ? w->cameras[0] : "main";
    reel_bytes_text(out,
                    "```python\nfrom lerobot.datasets.lerobot_dataset import LeRobotDataset\n\n"
                    "dataset = LeRobotDataset(\"owner/name\", root=\"path/to/dataset\")\n"
                    "frame = dataset[0]\n");
    reel_bytes_printf(out, "print(frame[\"task\"], frame[\"observation.images.%s\"].shape", camera);
    reel_bytes_printf(out, "%s)\n```\n\n", w->passive ? "" : ", frame[\"action\"]");
    reel_bytes_text(
        out,
        "On the hub, LeRobot wants the tag `v3.0` on the revision that it loads; then `root` "
        "may be left out. Without LeRobot, the rows are plain Parquet and the videos mp4:\n\n"
        "```python\nimport json\nimport av\nimport pandas as pd\n\n"
        "episodes = pd.read_parquet(\"meta/episodes\")\n"
        "rows = pd.read_parquet(\"data\").set_index(\"index\")\n"
        "about = json.load(open(\"meta/physreel.json\"))[\"episodes\"]  # seeds, parameters\n");
    reel_bytes_printf(out, "key = \"observation.images.%s\"\n", camera);
    reel_bytes_text(out,
                    "e = episodes.iloc[0]\n"
                    "path = (f\"videos/{key}/chunk-{e[f'videos/{key}/chunk_index']:03d}/\"\n"
                    "        f\"file-{e[f'videos/{key}/file_index']:03d}.mp4\")\n"
                    "with av.open(path) as video:\n"
                    "    start = e[f\"videos/{key}/from_timestamp\"]\n"
                    "    video.seek(round(start / video.streams.video[0].time_base),\n"
                    "               stream=video.streams.video[0])\n"
                    "    frames = [f.to_ndarray(format=\"rgb24\") for f, _ in\n"
                    "              zip(video.decode(video=0), range(e[\"length\"]))]\n```\n\n");
}

static void put_features(const reel_lerobot *w, reel_bytes *out)
{
    static const char *const dtypes[] = {"float32", "int64", "bool", "video", "video"};
    reel_bytes_text(out,
                    "### Features\n\n| feature | type | unit | meaning |\n|---|---|---|---|\n");
    for (int i = 0; i < w->n_features; i++) {
        const lerobot_feature *f = &w->features[i];
        reel_bytes_printf(out, "| %s | %s", f->name, dtypes[f->kind]);
        if (lerobot_is_video(f)) {
            reel_bytes_printf(out, " [%d, %d, %d]", w->height, w->width, f->length);
        } else if (f->length > 1) {
            reel_bytes_printf(out, "[%d]", f->length);
        }
        reel_bytes_printf(out, " | %s | %s |\n", f->unit, f->doc);
    }
    reel_bytes_text(
        out,
        "\nWhat stands under `sim.` is ground truth, for a model of the world or a critic: "
        "policies ignore it. Bodies are those of the objects with an instance id, in the "
        "order of the scene; episodes with fewer of them are filled up with zeros, and "
        "`sim.present` is false there. `meta/physreel.json` names the bodies, and the units "
        "of the signals.\n\n");
}

static void put_depth(const reel_lerobot *w, reel_bytes *out)
{
    reel_bytes_text(out,
                    "### Depth\n\nPlanar z, along the camera's axis, in m: code = "
                    "rint(4095 (ln(z + shift) - ln(min + shift)) / (ln(max + shift) - "
                    "ln(min + shift))) with shift = ");
    reel_bytes_real(out, w->code.shift);
    reel_bytes_text(out, ", min = ");
    reel_bytes_real(out, w->code.min);
    reel_bytes_text(out, ", max = ");
    reel_bytes_real(out, w->code.max);
    reel_bytes_text(out, ", so that a step is ");
    reel_bytes_real(
        out,
        1e-4 * (double)(int64_t)(1e4 * 1e3 *
                                 (w->depth_scale ? w->depth_scale[1] - w->depth_scale[0] : 0)));
    reel_bytes_text(
        out,
        " mm near and grows with z + shift. LeRobot decodes it to mm. 4095 means max, farther, "
        "or nothing there: the code has no value for nothing. HEVC Main 12, grey, without "
        "loss; LeRobot checks when it loads a depth feature that its own FFmpeg has libx265, "
        "and browsers do not play it.\n\n");
}

static void card(void *writer, reel_layout_card *out)
{
    const reel_lerobot *w = writer;
    put_configs(w, &out->configs);
    out->examples = w->n_frames;
    reel_bytes_text(&out->tags, "- LeRobot\n");
    reel_bytes_text(&out->tasks, "- robotics\n");
    put_loading(w, &out->loading);
    reel_bytes_text(
        &out->files,
        "| `meta/info.json`, `meta/stats.json`, `meta/tasks.parquet` | features, their statistics, "
        "tasks |\n"
        "| `meta/episodes/chunk-*/file-*.parquet` | a row per episode: where its rows and frames "
        "are, its statistics |\n"
        "| `meta/physreel.json` | per episode: clip, seed, parameters, caption, bodies |\n"
        "| `data/chunk-*/file-*.parquet` | a row per frame, a row group per episode |\n"
        "| `videos/<feature>/chunk-*/file-*.mp4` | frames of many episodes one after another |\n");
    out->tables = w->tables;
    if (w->tables) {
        reel_bytes_text(&out->files,
                        "| `labels/tables/<table>/<split>-*.parquet` | objects, states, cameras, "
                        "events, boxes and tracks by `clip_id`, in float64 |\n");
    }
    put_features(w, &out->notes);
    if (w->depth) {
        put_depth(w, &out->notes);
    }
}

const reel_layout reel_layout_lerobot = {
    .name = "lerobot",
    .summary = "LeRobotDataset v3.0: episodes with actions, states and videos, for policies",
    .needs_colour = true,
    .settings = settings,
    .open = lerobot_open,
    .look = reel_lerobot_look,
    .make = reel_lerobot_make,
    .put = reel_lerobot_put,
    .card = card,
    .finish = finish,
    .destroy = destroy,
};
