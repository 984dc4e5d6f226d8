/*
 * kernel.c - draws a frame, tile after tile; compiled once for each SIMD width.
 *
 * Per tile: visibility (which geom, how far), labels, colour. Every step is a function of the lane
 * alone; where a group of lanes leaves a loop early, it is because no lane could change.
 */
#include "render/soft/flow.h"
#include "render/soft/shade.h"

#if defined(__x86_64__)
#    define TICKS() __builtin_ia32_rdtsc()
#else
#    define TICKS() 0
#endif

static const float sample_x[SOFT_SAMPLES] = {-0.125f, 0.375f, 0.125f, -0.375f};
static const float sample_y[SOFT_SAMPLES] = {-0.375f, -0.125f, 0.375f, 0.125f};

static void draw_labels(soft_job *job, soft_tile *tile)
{
    if (wants(job, REEL_PLANE_DEPTH)) {
        label_depth(job, tile);
    }
    if (wants(job, REEL_PLANE_INSTANCE)) {
        label_instance(job, tile);
    }
    if (wants(job, REEL_PLANE_NORMAL)) {
        label_normal(job, tile);
    }
    if (wants(job, REEL_PLANE_ALBEDO)) {
        label_albedo(job, tile);
    }
    if (wants(job, REEL_PLANE_OBJECT_COORDINATES)) {
        label_object_coordinates(job, tile);
    }
    if (wants(job, REEL_PLANE_COVERAGE)) {
        label_coverage(job, tile);
    }
    if (wants(job, REEL_PLANE_FLOW_FWD) || wants(job, REEL_PLANE_FLOW_FWD_STATE)) {
        label_flow(job, tile, 0);
    }
    if (wants(job, REEL_PLANE_FLOW_BWD) || wants(job, REEL_PLANE_FLOW_BWD_STATE)) {
        label_flow(job, tile, 1);
    }
}

static void store_rgb(const soft_job *job, soft_tile *tile)
{
    uint8_t *out = job->out->plane[REEL_PLANE_RGB];
    const batch *b = &tile->main;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const v3 c =
            tone_curve(v3_scale(v3_load((float(*)[SOFT_BATCH])b->color, i), vf_set(job->exposure)));
        vi_store_u8(tile->q8[0] + i, vf_round(srgb_code(vf_sat(c.x))));
        vi_store_u8(tile->q8[1] + i, vf_round(srgb_code(vf_sat(c.y))));
        vi_store_u8(tile->q8[2] + i, vf_round(srgb_code(vf_sat(c.z))));
    }
    for (int row = 0; row < tile->rows; row++) {
        uint8_t *p = out + ((size_t)(tile->y0 + row) * (size_t)job->width + (size_t)tile->x0) * 3;
        for (int col = 0; col < tile->columns; col++) {
            for (int c = 0; c < 3; c++) {
                p[col * 3 + c] = tile->q8[c][row * SOFT_TILE + col];
            }
        }
    }
}

static void draw_tile(soft_job *job, soft_tile *tile, int x0, int y0, int n_row)
{
    const uint64_t begin = TICKS();
    batch *b = &tile->main;
    place_tile(job, tile, x0, y0);
    tile->n_list = list_geoms(job->geoms, job->row_list, n_row, x0, y0, x0 + SOFT_TILE,
                              y0 + SOFT_TILE, job->tile_list);
    if (wants(job, REEL_PLANE_COVERAGE)) {
        for (int s = 0; s < SOFT_SAMPLES; s++) {
            see(job, tile, job->tile_list, sample_x[s], sample_y[s], b->dir, tile->sample_t[s],
                tile->sample_key[s]);
        }
    }
    b->n = SOFT_BATCH;
    see(job, tile, job->tile_list, 0, 0, b->dir, b->t, b->key);
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        vf_store(b->dir[2] + i, vf_set(1.0f));
        vf_store(b->spread + i, vf_set(job->inv_f));
    }
    place_hits(b);
    const uint64_t seen = TICKS();
    const int looks = wants(job, REEL_PLANE_RGB) || wants(job, REEL_PLANE_ALBEDO);
    surface(job, b, looks ? SURFACE_NORMAL | SURFACE_LOOK : SURFACE_NORMAL);
    draw_labels(job, tile);
    const uint64_t labelled = TICKS();
    if (wants(job, REEL_PLANE_RGB)) {
        shade_draft(job, b);
        store_rgb(job, tile);
    }
    job->ticks.visibility += seen - begin;
    job->ticks.labels += labelled - seen;
    job->ticks.shading += TICKS() - labelled;
}

static void draw(soft_job *job)
{
    soft_tile *tile = job->tile;
    for (int y = 0; y < job->height; y += SOFT_TILE) {
        const int n = list_geoms(job->geoms, NULL, job->n_drawn, 0, y, job->width, y + SOFT_TILE,
                                 job->row_list);
        for (int x = 0; x < job->width; x += SOFT_TILE) {
            draw_tile(job, tile, x, y, n);
        }
    }
}

#define KERNEL_NAME_(w) reel_soft_kernel_##w
#define KERNEL_NAME(w)  KERNEL_NAME_(w)
const soft_kernel KERNEL_NAME(VW) = {VW, sizeof(soft_tile), draw};
