/* card.c - README.md of a dataset: front matter for the hub, then what a user needs to know. */
#include "base/alloc.h"
#include "export/pack_internal.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void put(reel_bytes *out, const char *text)
{
    reel_bytes_put(out, text, strlen(text));
}

static void putf(reel_bytes *out, const char *fmt, ...) REEL_PRINTF(2, 3);

static void putf(reel_bytes *out, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *at = n < 0 ? NULL : (char *)reel_bytes_reserve(out, (size_t)n + 1);
    if (at) {
        vsnprintf(at, (size_t)n + 1, fmt, again);
        out->size += (size_t)n;
    }
    va_end(again);
}

/* A double-quoted YAML scalar. */
static void put_quoted(reel_bytes *out, const char *text)
{
    put(out, "\"");
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\') {
            putf(out, "\\%c", *c);
        } else if ((unsigned char)*c < 0x20) {
            putf(out, "\\x%02x", (unsigned)*c);
        } else {
            putf(out, "%c", *c);
        }
    }
    put(out, "\"");
}

/* ---- front matter -----------------------------------------------------------------------------
 */

static const char *size_category(int64_t rows)
{
    static const struct {
        int64_t below;
        const char *name;
    } sizes[] = {{1000, "n<1K"},
                 {10000, "1K<n<10K"},
                 {100000, "10K<n<100K"},
                 {1000000, "100K<n<1M"},
                 {10000000, "1M<n<10M"}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (rows < sizes[i].below) {
            return sizes[i].name;
        }
    }
    return "10M<n<100M";
}

/*
 * Patterns are explicit: the hub infers splits and builders from names otherwise. The only config
 * is that of the videos with their metadata: `datasets` opens all configs of a repository with one
 * builder, that of the first, so tables listed here would be read by the video builder as empty.
 * They are loaded by path instead (put_loading). Without colour there is no video, and the clips
 * and every table are Parquet: then all are listed.
 */
static void put_configs(reel_bytes *out, const reel_card_facts *facts)
{
    put(out, "configs:\n- config_name: clips\n  default: true\n  data_files:\n");
    for (int s = 0; s < facts->n_splits; s++) {
        const char *name = facts->splits[s].name;
        putf(out, "  - split: %s\n    path:\n", name);
        if (facts->colour) {
            putf(out, "    - \"clips/%s/*/*.mp4\"\n", name);
        }
        putf(out, "    - \"clips/%s/metadata.parquet\"\n", name);
    }
    for (int t = REEL_TABLE_METADATA + 1; t < REEL_TABLE_COUNT && !facts->colour; t++) {
        const char *table = reel_table_get((reel_table_id)t, true)->name;
        putf(out, "- config_name: %s\n  data_files:\n", table);
        for (int s = 0; s < facts->n_splits; s++) {
            putf(out, "  - split: %s\n    path: \"tables/%s/%s-*.parquet\"\n",
                 facts->splits[s].name, table, facts->splits[s].name);
        }
    }
}

static void put_front(reel_bytes *out, const reel_card_facts *facts)
{
    int64_t rows = 0;
    for (int s = 0; s < facts->n_splits; s++) {
        rows += facts->splits[s].n_rows;
    }
    put(out, "---\npretty_name: ");
    put_quoted(out, facts->options->name);
    putf(out, "\nlicense: %s\n", facts->options->license);
    put(out,
        "task_categories:\n- video-classification\n- depth-estimation\n- object-detection\n"
        "- image-segmentation\n- text-to-video\n- image-to-video\n");
    put(out, "tags:\n- synthetic\n- physics\n- simulation\n- video\n- optical-flow\n- physreel\n");
    putf(out, "size_categories:\n- %s\n", size_category(rows));
    put(out,
        "language:\n- en\nannotations_creators:\n- machine-generated\n"
        "source_datasets:\n- original\n");
    put_configs(out, facts);
    put(out, "---\n\n");
}

/* ---- body -------------------------------------------------------------------------------------
 */

static void put_loading(reel_bytes *out, const reel_card_facts *facts)
{
    const char *split = facts->splits[0].name;
    for (int s = 0; s < facts->n_splits; s++) {
        split = strcmp(facts->splits[s].name, "train") == 0 ? "train" : split;
    }
    put(out, "## Loading\n\n```python\nfrom datasets import load_dataset\n");
    putf(out, "clips = load_dataset(\"path/or/owner/name\")  # one row per clip and camera%s\n",
         facts->colour ? ", with its video" : "");
    putf(
        out,
        "states = load_dataset(\"parquet\", data_files=\"tables/states/%s-*.parquet\")  # likewise "
        "objects, cameras, events, boxes\n```\n\n",
        split);
    put(out,
        "On the hub the second path starts with `hf://datasets/owner/name/`. Every table is a "
        "plain Parquet file: `duckdb.sql(\"select * from 'tables/events/*.parquet'\")` and "
        "`pandas.read_parquet` read it as well.\n\n");
    if (facts->example) {
        putf(out,
             "Label planes (one Zarr store per clip and camera; open it in the process that "
             "reads it, zip handles do not survive a fork):\n\n```python\n"
             "import zarr\n"
             "store = zarr.open(zarr.storage.ZipStore(\"%s\", mode=\"r\"), mode=\"r\")\n",
             facts->example);
        if (facts->labels & REEL_PLANE_BIT(REEL_PLANE_DEPTH)) {
            putf(out,
                 "depth = store[\"depth\"][0].astype(\"float32\") * %.9g   # frame 0, metres "
                 "along the view axis\n"
                 "depth[store[\"depth\"][0] == 65535] = float(\"inf\")      # nothing there\n",
                 facts->depth_scale);
        }
        if (facts->labels & REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD)) {
            put(out,
                "flow = store[\"flow_fwd\"][10] / 64.0                   # (2, H, W) pixels to "
                "frame 11\n");
        }
        put(out, "```\n\n");
    }
}

static void put_content(reel_bytes *out, const reel_card_facts *facts)
{
    put(out, "## What is in it\n\n");
    if (facts->uniform) {
        putf(out, "%d clips of %d frames at %d frames/s, %d x %d pixels", facts->n_clips,
             facts->frames, facts->fps, facts->width, facts->height);
    } else {
        putf(out, "%d clips", facts->n_clips);
    }
    put(out, ".\n\n| split | clips | rows (clip and camera) |\n|---|---|---|\n");
    for (int s = 0; s < facts->n_splits; s++) {
        putf(out, "| %s | %d | %" PRId64 " |\n", facts->splits[s].name, facts->splits[s].n_clips,
             facts->splits[s].n_rows);
    }
    put(out, "\n| family | clips |\n|---|---|\n");
    for (int f = 0; f < facts->n_families; f++) {
        putf(out, "| %s | %d |\n", facts->families[f].name, facts->families[f].n_clips);
    }
    put(out, "\n| files | content |\n|---|---|\n");
    if (facts->colour) {
        put(out,
            "| `clips/<split>/<nnn>/<stream>.mp4` | colour: H.264, 4:2:0, bt709, constant "
            "frame rate |\n");
    }
    put(out, "| `clips/<split>/metadata.parquet` | a row per clip and camera |\n");
    if (facts->example) {
        put(out,
            "| `labels/<split>/<nnn>/<stream>.zarr.zip` | label planes, one array a plane, "
            "one chunk a frame |\n");
    }
    put(out,
        "| `tables/<table>/<split>-*.parquet` | objects, states, cameras, events, boxes |\n"
        "| `records/<split>/<nnn>/<clip>/` | the frozen scene, the simulation's result in "
        "float64, the views, digests: all labels can be made again from these |\n"
        "| `manifest.json` | size and SHA-256 of every file |\n\n"
        "A stream is a clip, or `<clip>_<camera>` where a clip has several cameras.\n\n");
}

typedef struct plane_line {
    reel_plane plane;
    const char *text;
} plane_line;

static void put_planes(reel_bytes *out, const reel_card_facts *facts)
{
    static const plane_line lines[] = {
        {REEL_PLANE_INSTANCE,
         "uint16 [H,W]; 0 = environment or nothing, else `instance_id` of "
         "the objects table. Classes: map it through `semantic_id`"},
        {REEL_PLANE_NORMAL, "int8 [3,H,W]; camera frame, n = value / 127; 0,0,0 = nothing"},
        {REEL_PLANE_FLOW_FWD,
         "int16 [2,H,W]; (dx, dy) = value / 64 pixels from frame t to t+1; "
         "-32768 = none (no surface, last frame)"},
        {REEL_PLANE_FLOW_BWD,
         "int16 [2,H,W]; (dx, dy) = value / 64 pixels from frame t to t-1; "
         "-32768 = none (no surface, first frame)"},
        {REEL_PLANE_FLOW_FWD_STATE,
         "uint8 [H,W]; 0 none, 1 visible in t+1, 2 occluded there, 3 "
         "outside its image"},
        {REEL_PLANE_FLOW_BWD_STATE, "uint8 [H,W]; the same for t-1"},
        {REEL_PLANE_OBJECT_COORDINATES,
         "uint16 [3,H,W]; p = box_min + value / 65535 (box_max - "
         "box_min), body frame; 0 where instance is 0"},
        {REEL_PLANE_ALBEDO, "uint8 [3,H,W]; base colour, sRGB-encoded"},
        {REEL_PLANE_COVERAGE,
         "uint8 [H,W]; share of the colour samples that show the labelled "
         "object, value / 255"},
    };
    if (!facts->example) {
        return;
    }
    put(out,
        "### Label planes\n\nThe sample at the pixel's centre, never anti-aliased, the same "
        "one for all planes.\n\n| plane | meaning |\n|---|---|\n");
    if (facts->labels & REEL_PLANE_BIT(REEL_PLANE_DEPTH)) {
        putf(out,
             "| depth | uint16 [H,W]; z = value x %.9g m along the view axis (planar, not "
             "the distance to the camera); 65535 = nothing |\n",
             facts->depth_scale);
    }
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (facts->labels & REEL_PLANE_BIT(lines[i].plane)) {
            putf(out, "| %s | %s |\n", reel_plane_get_info(lines[i].plane)->name, lines[i].text);
        }
    }
    put(out, "\n");
}

static void put_conventions(reel_bytes *out)
{
    put(out,
        "## Conventions\n\n"
        "- SI units, radians; right-handed world, Z up. Quaternions are (w, x, y, z), unit, world "
        "from body.\n"
        "- Frame k is at k / fps. Image origin top left, x right, y down; pixel (i, j) has its "
        "centre at (i + 0.5, j + 0.5).\n"
        "- Camera frame: x right, y down, z forward. `[x y z 1] = cam_from_world [X Y Z 1]`, "
        "`u = fx x/z + cx`, `v = fy y/z + cy`. So a pixel with depth z is at "
        "`x = (u - cx) z / fx`, `y = (v - cy) z / fy` in the camera frame.\n"
        "- Flow of a pixel is the motion of the surface point it shows, by its body's own motion "
        "and the camera's: the point at centre (u, v) of frame t is at (u + dx, v + dy) in the "
        "next.\n"
        "- Boxes are half-open: x0 <= x < x1.\n"
        "- A pair's friction is sqrt(a b), its restitution and rolling friction max(a, b).\n\n");
}

void reel_table_markdown(const reel_table *table, reel_bytes *out)
{
    putf(out, "### %s\n\n%c%s.\n\n| column | type | unit | meaning |\n|---|---|---|---|\n",
         table->name, table->doc[0] - 'a' + 'A', table->doc + 1);
    for (int c = 0; c < table->n_columns; c++) {
        const reel_column *column = &table->columns[c];
        char type[32];
        reel_column_type_name(column, type, sizeof(type));
        putf(out, "| %s | %s | %s | %s |\n", column->name, type, column->unit, column->doc);
    }
    put(out, "\n");
}

char *reel_card_text(const reel_card_facts *facts, size_t *size)
{
    reel_bytes out = {0};
    put_front(&out, facts);
    putf(&out,
         "# %s\n\nSimulated and rendered clips of rigid bodies in motion with exact labels, "
         "made by physreel %s.\n\n",
         facts->options->name, REEL_VERSION);
    if (facts->picture) {
        putf(&out, "![clips and their labels](%s)\n\n", facts->picture);
    }
    put_loading(&out, facts);
    put_content(&out, facts);
    put_conventions(&out);
    put_planes(&out, facts);
    put(&out, "## Tables\n\nAny column can be null; `float64[3]` is a list of three.\n\n");
    for (int t = 0; t < REEL_TABLE_COUNT; t++) {
        reel_table_markdown(reel_table_get((reel_table_id)t, facts->colour), &out);
    }
    put(&out, "## How it was made\n\n");
    if (facts->options->command[0]) {
        putf(&out, "```sh\n%s\n```\n\n", facts->options->command);
    }
    putf(&out,
         "physreel %s, base seed %s. The same command makes the same files again; "
         "`physreel verify DIR` checks every file, table and label, and `--regenerate` makes "
         "the clips anew and compares.\n\n",
         REEL_VERSION, facts->seeds);
    putf(&out,
         "## Licence and limits\n\nLicence: %s. Everything is synthetic: no persons, no "
         "recorded places. Rigid bodies with Coulomb friction only; not for judging how "
         "cloth, fluids or deformable things behave, nor as a measure of real materials.\n",
         facts->options->license);
    reel_bytes_put_u8(&out, 0);
    if (out.failed) {
        reel_bytes_finish(&out);
        return NULL;
    }
    *size = out.size - 1;
    return (char *)out.data;
}
