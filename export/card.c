/* card.c - see card.h */
#include "export/card.h"
#include "base/fs.h"
#include "export/tables.h"
#include <inttypes.h>
#include <string.h>

void reel_layout_card_finish(reel_layout_card *card)
{
    reel_bytes_finish(&card->configs);
    reel_bytes_finish(&card->tags);
    reel_bytes_finish(&card->tasks);
    reel_bytes_finish(&card->loading);
    reel_bytes_finish(&card->files);
    reel_bytes_finish(&card->notes);
}

void reel_card_learn_file(const char *name, const char **strip, const char **picture,
                          bool *has_plan)
{
    const char *dot = strrchr(name, '.');
    if (dot && !*strip && strcmp(dot, ".webp") == 0) {
        *strip = name;
    } else if (dot && !*picture && strcmp(dot, ".png") == 0) {
        *picture = name;
    }
    *has_plan |= strcmp(name, "plan.json") == 0;
}

static void put_bytes(reel_bytes *out, const reel_bytes *part)
{
    reel_bytes_put(out, part->data, part->size);
    out->failed |= part->failed;
}

void reel_card_put_quoted(reel_bytes *out, const char *text)
{
    reel_bytes_text(out, "\"");
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\') {
            reel_bytes_printf(out, "\\%c", *c);
        } else if ((unsigned char)*c < 0x20) {
            reel_bytes_printf(out, "\\x%02x", (unsigned)*c);
        } else {
            reel_bytes_printf(out, "%c", *c);
        }
    }
    reel_bytes_text(out, "\"");
}

/* ---- front matter -----------------------------------------------------------------------------
 */

static const char *size_category(int64_t rows)
{
    static const struct {
        int64_t below;
        const char *name;
    } sizes[] = {{1000, "n<1K"},           {10000, "1K<n<10K"},    {100000, "10K<n<100K"},
                 {1000000, "100K<n<1M"},   {10000000, "1M<n<10M"}, {100000000, "10M<n<100M"},
                 {1000000000, "100M<n<1B"}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (rows < sizes[i].below) {
            return sizes[i].name;
        }
    }
    return "n>1B";
}

/* Our own tables or planes, or those of a format of others, which holds what that format does. */
static bool has_labels(const reel_card *card)
{
    return card->layout->planes || card->layout->tables;
}

static void put_front(reel_bytes *out, const reel_card *card)
{
    int64_t rows = card->layout->examples;
    for (int s = 0; s < card->facts->n_splits && card->layout->examples == 0; s++) {
        rows += card->facts->splits[s].n_rows;
    }
    reel_bytes_text(out, "---\npretty_name: ");
    reel_card_put_quoted(out, card->name);
    reel_bytes_printf(out, "\nlicense: %s\n", card->license);
    reel_bytes_text(out, "task_categories:\n");
    if (has_labels(card)) {
        reel_bytes_text(out,
                        "- video-classification\n- depth-estimation\n- object-detection\n"
                        "- image-segmentation\n- text-to-video\n- image-to-video\n");
    }
    put_bytes(out, &card->layout->tasks);
    reel_bytes_text(out, "tags:\n- synthetic\n- physics\n- simulation\n- video\n- physreel\n");
    if (card->layout->planes) {
        reel_bytes_text(out, "- optical-flow\n");
    }
    put_bytes(out, &card->layout->tags);
    reel_bytes_printf(out, "size_categories:\n- %s\n", size_category(rows));
    reel_bytes_text(out,
                    "language:\n- en\nannotations_creators:\n- machine-generated\n"
                    "source_datasets:\n- original\n");
    reel_bytes_text(out, "configs:\n");
    put_bytes(out, &card->layout->configs);
    reel_bytes_text(out, "---\n\n");
}

/* ---- body -------------------------------------------------------------------------------------
 */

/* Names of the stored planes; the states of a flow go without saying. */
static void put_plane_names(reel_bytes *out, reel_planes labels)
{
    static const reel_planes states =
        REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD_STATE) | REEL_PLANE_BIT(REEL_PLANE_FLOW_BWD_STATE);
    const char *before = "- **per pixel**: ";
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (labels & ~states & REEL_PLANE_BIT(p)) {
            reel_bytes_printf(out, "%s%s", before, reel_plane_get_info((reel_plane)p)->name);
            before = ", ";
        }
    }
    reel_bytes_text(out, labels & states ? ", and whether a point is visible in the other frame\n"
                                         : "\n");
}

static void put_size(reel_bytes *out, const reel_card *card)
{
    static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB"};
    const double frames = (double)card->facts->n_frames;
    double each = (double)card->bytes / (frames > 0 ? frames : 1), all = (double)card->bytes;
    int u = 0, k = 0;
    for (; all >= 1000 && u < 4; u++) {
        all /= 1000;
    }
    for (; each >= 1000 && k < 4; k++) {
        each /= 1000;
    }
    reel_bytes_printf(out, " %" PRId64 " frames in %.3g %s: %.3g %s a frame, labels and all.\n\n",
                      card->facts->n_frames, all, units[u], each, units[k]);
}

/* What our tables hold. */
static void put_table_contents(reel_bytes *out)
{
    reel_bytes_text(
        out,
        "- **per object and frame**: pose, velocities, contact force, energies, asleep or not, 2-D "
        "box and visible pixels, 3-D box\n"
        "- **per camera and frame**: intrinsics and pose\n"
        "- **per clip**: every contact with times, point, normal and impulses; masses, friction, "
        "restitution, looks; captions; the script's parameters; how far the simulation can be "
        "trusted (deepest penetration, energy gained, error of momentum)\n\n");
}

/* What a visitor of the dataset's page reads first. */
static void put_summary(reel_bytes *out, const reel_card *card)
{
    const reel_facts *facts = card->facts;
    reel_bytes_printf(out, "# %s\n\n", card->name);
    if (card->strip) {
        reel_bytes_printf(out, "![colour, depth, instances and flow side by side](%s)\n\n",
                          card->strip);
    }
    reel_bytes_printf(
        out,
        "%d simulated clip%s of rigid bodies in motion with exact labels, made by physreel %s.",
        facts->n_clips, facts->n_clips == 1 ? "" : "s", REEL_VERSION);
    if (facts->uniform) {
        reel_bytes_printf(out, " %d x %d pixels, %d frames at %d frames/s.", facts->width,
                          facts->height, facts->frames, facts->fps);
    }
    put_size(out, card);
    if (facts->labels && card->layout->planes) {
        put_plane_names(out, facts->labels);
    }
    if (card->layout->tables) {
        put_table_contents(out);
    }
    if (card->picture) {
        reel_bytes_printf(out, "![clips and their labels](%s)\n\n", card->picture);
    }
}

static void put_content(reel_bytes *out, const reel_card *card)
{
    const reel_facts *facts = card->facts;
    reel_bytes_text(
        out, "## What is in it\n\n| split | clips | rows (clip and camera) |\n|---|---|---|\n");
    for (int s = 0; s < facts->n_splits; s++) {
        reel_bytes_printf(out, "| %s | %d | %" PRId64 " |\n", facts->splits[s].name,
                          facts->splits[s].n_clips, facts->splits[s].n_rows);
    }
    reel_bytes_text(out, "\n| family | clips |\n|---|---|\n");
    for (int f = 0; f < facts->n_families; f++) {
        reel_bytes_printf(out, "| %s | %d |\n", facts->families[f].name,
                          facts->families[f].n_clips);
    }
    reel_bytes_text(out, "\n| files | content |\n|---|---|\n");
    put_bytes(out, &card->layout->files);
    if (card->has_plan) {
        reel_bytes_text(out,
                        "| `plan.json` | what the run was asked for: scenes, options, seed |\n");
    }
    reel_bytes_text(out, "| `manifest.json` | size and SHA-256 of every file |\n\n");
}

typedef struct plane_line {
    reel_plane plane;
    const char *text;
} plane_line;

void reel_card_put_planes(reel_bytes *out, const reel_facts *facts)
{
    static const plane_line lines[] = {
        {REEL_PLANE_INSTANCE,
         "uint16 [H,W]; 0 = environment or nothing, else `instance_id` of "
         "the objects table. Classes: map it through `category` there"},
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
    if (!facts->labels) {
        return;
    }
    reel_bytes_text(
        out,
        "### Label planes\n\nThe sample at the pixel's centre, never anti-aliased, the same "
        "one for all planes.\n\n| plane | meaning |\n|---|---|\n");
    if (facts->labels & REEL_PLANE_BIT(REEL_PLANE_DEPTH)) {
        reel_bytes_text(out, "| depth | uint16 [H,W]; z = value x ");
        reel_bytes_real(out, facts->depth_scale);
        reel_bytes_text(
            out,
            " m along the view axis (planar, not the distance to the camera); 65535 = nothing |\n");
    }
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (facts->labels & REEL_PLANE_BIT(lines[i].plane)) {
            reel_bytes_printf(out, "| %s | %s |\n", reel_plane_get_info(lines[i].plane)->name,
                              lines[i].text);
        }
    }
    reel_bytes_text(out, "\n");
}

static void put_conventions(reel_bytes *out, bool all)
{
    reel_bytes_text(
        out,
        "## Conventions\n\n"
        "- SI units, radians; right-handed world, Z up. Quaternions are (w, x, y, z), unit, world "
        "from body.\n"
        "- Frame k is at k / fps. Image origin top left, x right, y down; pixel (i, j) has its "
        "centre at (i + 0.5, j + 0.5).\n");
    if (!all) {
        reel_bytes_text(out, "\n");
        return;
    }
    reel_bytes_text(
        out,
        "- Camera frame: x right, y down, z forward. With `cam_from_world` = [R t; 0 1] a world "
        "point X is at (x, y, z) = R X + t, and in the image at u = fx x / z + cx, "
        "v = fy y / z + cy.\n"
        "- So a pixel with centre (u, v) and depth z shows the point x = (u - cx) z / fx, "
        "y = (v - cy) z / fy of the camera frame, and X = R^T ((x, y, z) - t) of the world.\n"
        "- Flow of a pixel is the motion of the surface point it shows, by its body's own motion "
        "and the camera's: the point at centre (u, v) of frame t is at (u + dx, v + dy) in the "
        "next.\n"
        "- Boxes are half-open: x0 <= x < x1.\n"
        "- A pair's friction is sqrt(a b), its restitution and rolling friction max(a, b).\n\n");
}

enum { MOST_SEEDS = 16 };

/* "base seed 7", "base seeds 7, 8 and 3 more" */
static void put_seeds(reel_bytes *out, const reel_facts *facts)
{
    const int n = facts->n_seeds < MOST_SEEDS ? facts->n_seeds : MOST_SEEDS;
    reel_bytes_text(out, facts->n_seeds == 1 ? "base seed" : "base seeds");
    for (int i = 0; i < n; i++) {
        reel_bytes_printf(out, "%s %" PRIu64, i ? "," : "", facts->seeds[i]);
    }
    if (facts->n_seeds > n) {
        reel_bytes_printf(out, " and %d more", facts->n_seeds - n);
    }
}

static void put_making(reel_bytes *out, const reel_card *card)
{
    reel_bytes_text(
        out,
        "## Uses and limits\n\n"
        "For learning and measuring depth, motion, segmentation, tracking, pose and physical "
        "reasoning, where labels must be exact or physics must be known. Everything is synthetic: "
        "no persons, no recorded places. Not for judging how cloth, fluids or other deformable "
        "things behave (bodies are rigid, friction is Coulomb's), not as a measure of real "
        "materials, and no replacement for real video in a final evaluation.\n\n");
    reel_bytes_printf(out, "Licence: %s.\n\n## How it was made\n\n", card->license);
    if (card->command[0]) {
        reel_bytes_printf(out, "```sh\n%s\n```\n\n", card->command);
    }
    reel_bytes_printf(out, "physreel %s, ", REEL_VERSION);
    put_seeds(out, card->facts);
    reel_bytes_text(out,
                    ". The same command makes the same files again; `physreel verify DIR` checks "
                    "every file");
    reel_bytes_text(out, card->tables
                             ? ", table and label, and `--regenerate` makes the clips anew and "
                               "compares.\n\n"
                             : ".\n\n");
}

void reel_table_markdown(const reel_table *table, reel_bytes *out)
{
    reel_bytes_printf(out,
                      "### %s\n\n%c%s.\n\n| column | type | unit | meaning |\n|---|---|---|---|\n",
                      table->name, table->doc[0] - 'a' + 'A', table->doc + 1);
    for (int c = 0; c < table->n_columns; c++) {
        const reel_column *column = &table->columns[c];
        char type[32];
        reel_column_type_name(column, type, sizeof(type));
        reel_bytes_printf(out, "| %s | %s | %s | %s |\n", column->name, type, column->unit,
                          column->doc);
    }
    reel_bytes_text(out, "\n");
}

static void put_tables(reel_bytes *out, bool colour)
{
    reel_bytes_text(out,
                    "## Tables\n\nNull means that there is none, such as the mass of what never "
                    "moves; `float64[3]` is a list of three.\n\n");
    for (int t = 0; t < REEL_TABLE_COUNT; t++) {
        reel_table_markdown(reel_table_get((reel_table_id)t, colour), out);
    }
}

reel_status reel_card_write(const char *root, const reel_card *card, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_bytes out = {0};
    put_front(&out, card);
    put_summary(&out, card);
    reel_bytes_text(&out, "## Loading\n\n");
    put_bytes(&out, &card->layout->loading);
    reel_bytes_text(&out, "\n");
    put_content(&out, card);
    reel_factors_put(&out, &card->facts->factors);
    reel_factors_put_audit(&out, &card->facts->factors, card->layout->metadata);
    put_conventions(&out, !card->layout->conventions);
    put_bytes(&out, &card->layout->notes);
    put_making(&out, card);
    if (card->tables) {
        put_tables(&out, card->colour_tables);
    }
    reel_fs_join(path, sizeof(path), root, "README.md");
    reel_status status = out.failed ? reel_fail(err, REEL_E_NOMEM, "out of memory for the card")
                                    : reel_fs_publish(path, out.data, out.size, err);
    reel_bytes_finish(&out);
    return status;
}
