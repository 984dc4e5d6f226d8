/* Images on surfaces: where a second computation says, at every width, and only where they may be
 * seen. */
#include "base/rng.h"
#include "base/trig.h"
#include "bench/stage_scene.h"
#include "render/render.h"
#include "tests/check.h"
#include "tests/labels/ref_caster.h"

#include <string.h>

enum { W = 240, H = 160, FRAMES = 2, COLUMNS = 6, ROWS = 4, BLOCK = 16 };

/* Blocks of plain colours, some of them clear. */
static reel_image blocks(reel_arena *arena, uint64_t seed)
{
    reel_rng rng = reel_rng_stream(seed, "blocks");
    uint8_t color[ROWS * COLUMNS][4];
    const int w = COLUMNS * BLOCK, h = ROWS * BLOCK;
    reel_image image = {"blocks", REEL_IMAGE_COLOR, w, h, w * h * 4, NULL};
    image.pixels = REEL_ARENA_NEW(arena, uint8_t, image.n_bytes);
    CHECK(image.pixels);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        for (int c = 0; c < 3; c++) {
            color[i][c] = (uint8_t)reel_rng_int(&rng, 10, 250);
        }
        color[i][3] = reel_rng_int(&rng, 0, 4) == 0 ? 0 : 255;
    }
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            memcpy(image.pixels + 4 * (y * w + x), color[y / BLOCK * COLUMNS + x / BLOCK], 4);
        }
    }
    return image;
}

/* Normals that lean by up to `lean` in all directions. */
static reel_image ripples(reel_arena *arena, uint64_t seed)
{
    reel_rng rng = reel_rng_stream(seed, "ripples");
    reel_image image = {"ripples", REEL_IMAGE_DATA, 33, 17, 33 * 17 * 4, NULL};
    image.pixels = REEL_ARENA_NEW(arena, uint8_t, image.n_bytes);
    CHECK(image.pixels);
    for (int i = 0; i < image.n_bytes; i++) {
        const int64_t v = reel_rng_int(&rng, 60, 196);
        image.pixels[i] = (uint8_t)(i % 4 == 2 ? 250 : v);
    }
    return image;
}

/* The stage of `seed` whose materials show images in every mapping. */
static reel_scene *dressed(reel_scene *s, uint64_t seed, bool relief)
{
    CHECK(s);
    s->images = REEL_ARENA_NEW(&s->arena, reel_image, 2);
    s->images[0] = blocks(&s->arena, seed);
    s->images[1] = ripples(&s->arena, seed);
    s->n_images = 2;
    for (int i = 0; i < s->n_materials; i++) {
        reel_material *m = &s->materials[i];
        m->pattern = relief ? (reel_pattern)((int)seed + i) % 9 : REEL_PATTERN_PLAIN;
        m->image = 0;
        m->mapping = (reel_mapping)(((int)seed + i) % 6);
        m->image_scale = 0.12 + 0.05 * (i % 7);
        m->normal_image = relief && i % 2 ? 1 : -1;
        m->bump = relief && m->pattern != REEL_PATTERN_PLAIN ? 0.002 : 0;
    }
    return s;
}

typedef struct spot {
    int geom;
    int block;    /* -1: beyond the image */
    double angle; /* cosine between ray and normal */
} spot;

/* Where on an image of `aspect` = height / width local point p with normal n lies, u right, v down;
 * false: nowhere. */
static bool lay(const reel_geom *g, const reel_material *m, const double p[3], const double n[3],
                const double middle[3], double height, double *u, double *v)
{
    const double h = m->image_scale * ROWS / COLUMNS, w = m->image_scale;
    const bool ground = g->shape == REEL_SHAPE_PLANE;
    int axis = fabs(n[2]) >= fabs(n[0]) && fabs(n[2]) >= fabs(n[1]) ? 2
               : fabs(n[1]) > fabs(n[0])                            ? 1
                                                                    : 0;
    if (m->mapping == REEL_MAPPING_WRAP) {
        const double x = p[0] - middle[0], y = p[1] - middle[1], z = p[2] - middle[2];
        const double *a = g->size;
        const bool egg = g->shape == REEL_SHAPE_ELLIPSOID;
        const double turn = egg ? reel_atan2(x / a[0], -y / a[1]) : reel_atan2(x, -y);
        *u = turn / (2 * REEL_PI) + (turn < 0 ? 1 : 0);
        if (egg || g->shape == REEL_SHAPE_SPHERE) {
            *v = 0.5 - reel_asin(fmin(fmax(z / a[egg ? 2 : 0], -1), 1)) / REEL_PI;
            return true;
        }
        *v = 0.5 - z / height;
        return g->shape == REEL_SHAPE_CAPSULE || fabs(n[2]) < 0.99;
    }
    const bool decal = m->mapping >= REEL_MAPPING_X && m->mapping <= REEL_MAPPING_Z;
    axis = decal ? (int)m->mapping - REEL_MAPPING_X : ground ? 2 : axis;
    const double s = n[axis] < 0 ? -1 : 1;
    const double right = axis == 0 ? s * p[1] : axis == 1 ? -s * p[0] : s * p[0];
    const double up = axis == 2 ? p[1] : p[2];
    *u = right / w + 0.5;
    *v = 0.5 - up / h;
    if (decal) {
        return n[axis] > 0 && *u >= 0 && *u < 1 && *v >= 0 && *v < 1;
    }
    if (m->mapping == REEL_MAPPING_FACES) {
        const double tall = w * 1.5 * ROWS / COLUMNS;
        *v = 0.5 - up / tall;
        const bool on = *u >= 0 && *u < 1 && *v >= 0 && *v < 1;
        *u = (axis + *u) / 3;
        *v = ((s < 0) + *v) / 2;
        return on;
    }
    *u -= floor(*u);
    *v -= floor(*v);
    return true;
}

static spot look(const reel_scene *s, const reel_take *take, const reel_view *view, double x,
                 double y)
{
    const reel_vec3 dir = ref_ray(view, x, y);
    const ref_hit hit = ref_cast(s, take, 1, view->eye, dir, 1e9, -1);
    spot out = {hit.geom, -1, 0};
    if (hit.geom < 0) {
        return out;
    }
    const reel_geom *g = &s->geoms[hit.geom];
    const reel_pose pose = ref_geom_pose(s, take, 1, hit.geom);
    const reel_vec3 at = reel_quat_rotate(reel_quat_conj(pose.q), reel_v3_sub(hit.point, pose.p));
    const reel_vec3 up = reel_quat_rotate(reel_quat_conj(pose.q), hit.normal);
    const double p[3] = {at.x, at.y, at.z}, n[3] = {up.x, up.y, up.z};
    double lo[3] = {0, 0, 0}, hi[3] = {0, 0, 0}, middle[3], u, v;
    reel_geom_box(s, g, lo, hi);
    for (int c = 0; c < 3; c++) {
        middle[c] = 0.5 * (lo[c] + hi[c]);
    }
    out.angle = -reel_v3_dot(dir, hit.normal) / reel_v3_len(dir);
    const reel_material *m = &s->materials[g->material];
    const bool on = lay(g, m, p, n, middle, hi[2] - lo[2], &u, &v);
    if (m->mapping >= REEL_MAPPING_X && m->mapping <= REEL_MAPPING_Z &&
        fabs(n[m->mapping - REEL_MAPPING_X]) < 0.3) {
        out.angle = 0; /* a decal runs out into slivers there */
    }
    out.block = on ? (int)fmin(floor(v * ROWS), ROWS - 1) * COLUMNS +
                         (int)fmin(floor(u * COLUMNS), COLUMNS - 1)
                   : -1;
    return out;
}

static double srgb_code(double v)
{
    return 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * reel_pow(v, 1 / 2.4) - 0.055);
}

static void draw(reel_scene *s, const reel_take *take, reel_quality quality, int lanes,
                 reel_planes planes, reel_frame *out)
{
    reel_error err = {0};
    reel_renderer *r = NULL;
    reel_render_options options = reel_render_options_default();
    options.quality = quality;
    options.lanes = lanes;
    if (reel_renderer_create(s, take, &options, &r, &err) != REEL_OK ||
        reel_frame_init(out, s->width, s->height, planes, reel_scene_n_instances(s), &err) !=
            REEL_OK ||
        reel_renderer_draw(r, 0, 1, out, &err) != REEL_OK) {
        CHECK_FAIL("%s", err.msg);
    }
    reel_renderer_destroy(&r);
}

/* Compare pixels about which all rays up to two pixels away agree on the block. Returns how many.
 */
static int compare(reel_scene *s, const char *name)
{
    reel_take *take = stage_take_create(s);
    reel_frame f;
    int n = 0, wrong = 0;
    CHECK(take);
    draw(s, take, REEL_QUALITY_LABELS, 0, REEL_PLANE_BIT(REEL_PLANE_ALBEDO), &f);
    const reel_view view = reel_view_at(s, take, 0, 1);
    const uint8_t *albedo = f.plane[REEL_PLANE_ALBEDO];
    for (int i = 0; i < W * H; i++) {
        spot at[9];
        bool sure = true;
        for (int k = 0; sure && k < 9; k++) {
            at[k] = look(s, take, &view, i % W + 0.5 + 2.6 * (k % 3 - 1),
                         i / W + 0.5 + 2.6 * (k / 3 - 1));
            sure = at[k].geom >= 0 && at[k].angle > 0.4 && at[k].geom == at[0].geom &&
                   at[k].block == at[0].block;
        }
        if (!sure) {
            continue;
        }
        const reel_material *m = &s->materials[s->geoms[at[0].geom].material];
        const int b = at[0].block;
        const uint8_t *p = s->images[0].pixels;
        if (b >= 0) {
            p += 4 * (b / COLUMNS * BLOCK * s->images[0].width + b % COLUMNS * BLOCK);
        }
        n++;
        for (int c = 0; c < 3; c++) {
            const double want = b >= 0 && p[3] ? p[c] : srgb_code(m->color[c]);
            wrong += fabs(albedo[c * W * H + i] - want) > 1.5;
        }
    }
    if (wrong > 0) {
        CHECK_FAIL("%s: %d of %d values differ", name, wrong, 3 * n);
    }
    reel_frame_finish(&f);
    reel_take_destroy(&take);
    reel_scene_destroy(&s);
    return n;
}

static void images_lie_where_they_should(const void *param)
{
    int n = 0;
    (void)param;
    for (uint64_t seed = 0; seed < 4; seed++) {
        n += compare(dressed(stage_random_create(seed, FRAMES, W, H), seed, false), "random");
        n += compare(dressed(stage_quadrics_create(seed, FRAMES, W, H), seed, false), "quadrics");
    }
    n += compare(dressed(stage_meshes_create(1, FRAMES, W, H), 1, false), "meshes");
    printf("# %d pixels\n", n);
    CHECK_INT(n, >, 15000);
}

static bool same_plane(const reel_frame *a, const reel_frame *b, int plane)
{
    return memcmp(a->plane[plane], b->plane[plane], reel_plane_bytes((reel_plane)plane, W, H)) == 0;
}

/* All planes at every width; and only colours and albedo know of images and relief. */
static void widths_agree_and_labels_stay(const void *param)
{
    (void)param;
    for (uint64_t seed = 0; seed < 3; seed++) {
        reel_scene *bare = seed == 2 ? stage_scene_create(STAGE_HILLS, FRAMES, W, H)
                                     : stage_random_create(seed, FRAMES, W, H);
        reel_scene *full = seed == 2 ? stage_scene_create(STAGE_HILLS, FRAMES, W, H)
                                     : stage_random_create(seed, FRAMES, W, H);
        const reel_planes planes = REEL_PLANES_LABELS | REEL_PLANE_BIT(REEL_PLANE_RGB);
        reel_frame a, b;
        dressed(full, seed, true);
        reel_take *take = stage_take_create(bare);
        draw(bare, take, REEL_QUALITY_STANDARD, 0, planes, &a);
        draw(full, take, REEL_QUALITY_STANDARD, 4, planes, &b);
        for (int p = 0; p < REEL_PLANE_COUNT; p++) {
            CHECK(same_plane(&a, &b, p) == (p != REEL_PLANE_RGB && p != REEL_PLANE_ALBEDO));
        }
        reel_frame_finish(&a);
        for (int lanes = 8; lanes <= reel_render_best_lanes(); lanes *= 2) {
            draw(full, take, REEL_QUALITY_STANDARD, lanes, planes, &a);
            for (int p = 0; p < REEL_PLANE_COUNT; p++) {
                CHECK(same_plane(&a, &b, p));
            }
            reel_frame_finish(&a);
        }
        reel_frame_finish(&b);
        reel_take_destroy(&take);
        reel_scene_destroy(&bare);
        reel_scene_destroy(&full);
    }
}

static const check_test tests[] = {
    {"images lie where they should", images_lie_where_they_should, NULL},
    {"widths agree and labels stay", widths_agree_and_labels_stay, NULL},
};
CHECK_MAIN(tests)
