/*
 * kernel.c - draws a frame, tile after tile; compiled once for each SIMD width.
 *
 * Per tile: visibility (which geom, how far), labels, colour. Every step is a function of the lane
 * alone; where a group of lanes leaves a loop early, it is because no lane could change.
 */
#include "render/soft/alone.h"
#include "render/soft/edges.h"
#include "render/soft/film.h"
#include "render/soft/path.h"

#if defined(__x86_64__)
#    define TICKS() __builtin_ia32_rdtsc()
#else
#    define TICKS() 0
#endif

/* What the planes need to know of the surfaces. */
static int wanted_surface(const soft_job *job)
{
    const reel_planes looks = REEL_PLANE_BIT(REEL_PLANE_RGB) | REEL_PLANE_BIT(REEL_PLANE_ALBEDO);
    const reel_planes normals =
        looks | REEL_PLANE_BIT(REEL_PLANE_NORMAL) | REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD) |
        REEL_PLANE_BIT(REEL_PLANE_FLOW_BWD) | REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD_STATE) |
        REEL_PLANE_BIT(REEL_PLANE_FLOW_BWD_STATE);
    return (job->planes & normals ? SURFACE_NORMAL : 0) | (job->planes & looks ? SURFACE_LOOK : 0);
}

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

static void draw_colour(const soft_job *job, soft_tile *tile)
{
    if (job->quality == REEL_QUALITY_REFERENCE) {
        PATH_NAME(VW)(job, tile, (path_wave *)(tile + 1));
    } else if (job->quality >= REEL_QUALITY_STANDARD) {
        shade_full(job, tile, &tile->main, NULL);
        if (tile->reach) {
            note_batch(tile->reach, &tile->main);
        }
        if (!tile->plain && !job->sum) {
            antialias(job, tile);
        }
    } else {
        shade_draft(job, &tile->main);
        if (tile->reach) {
            note_batch(tile->reach, &tile->main);
        }
    }
}

/* For who measures: the colours as they are before exposure and film. */
static void store_radiance(const soft_job *job, const soft_tile *tile)
{
    for (int i = 0; i < SOFT_BATCH; i++) {
        const int x = tile->x0 + i % SOFT_TILE, y = tile->y0 + i / SOFT_TILE;
        if (x < job->width && y < job->height) {
            float *p = job->radiance + ((size_t)y * (size_t)job->width + (size_t)x) * 3;
            for (int c = 0; c < 3; c++) {
                p[c] = tile->main.color[c][i];
            }
        }
    }
}

/* Brighter is no part of the mean of exposures, save where it is to be the truth: a glint that only
 * one of them has would be a speck. It adds a sixth of white at most. */
static float brightest(const soft_job *job)
{
    const float most = (float)job->n_exposures * (1.0f / 6.0f);
    return (most < 2 ? 2.0f : most > 8 ? 8.0f : most) / job->exposure;
}

static float *exposed_sum(const soft_job *job, const soft_tile *tile)
{
    const int across = (job->width + SOFT_TILE - 1) / SOFT_TILE;
    return job->sum +
           (size_t)(tile->y0 / SOFT_TILE * across + tile->x0 / SOFT_TILE) * 3 * SOFT_BATCH;
}

STAGE void add_exposure(const soft_job *job, const soft_tile *tile)
{
    const int free = job->quality == REEL_QUALITY_REFERENCE;
    const vf most = vf_set(free ? INFINITY : brightest(job));
    float *sum = exposed_sum(job, tile);
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < SOFT_BATCH; i += VW) {
            float *p = sum + c * SOFT_BATCH + i;
            const vf v = vf_min(vf_load(tile->main.color[c] + i), most);
            vf_store(p, job->exposure_no > 0 ? vf_load(p) + v : v);
        }
    }
}

STAGE void store_rgb(const soft_job *job, soft_tile *tile)
{
    uint8_t *out = job->out->plane[REEL_PLANE_RGB];
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        v3 c = v3_scale(v3_load(tile->main.color, i), vf_set(job->exposure));
        if (job->film.on) {
            c = film_light(job, tile, i, c);
        }
        c = tone_curve(c);
        c = (v3){srgb_code(vf_sat(c.x)), srgb_code(vf_sat(c.y)), srgb_code(vf_sat(c.z))};
        if (job->film.grain > 0) {
            c = film_grained(job, tile, i, c);
        }
        const vi r = vf_round(c.x), g = vf_round(c.y), b = vf_round(c.z);
        vi_store(tile->q[0] + i, r | g << 8 | b << 16);
    }
    for (int row = 0; row < tile->rows; row++) {
        uint8_t *p = out + ((size_t)(tile->y0 + row) * (size_t)job->width + (size_t)tile->x0) * 3;
        const int32_t *q = tile->q[0] + row * SOFT_TILE;
        if (tile->columns == SOFT_TILE) {
            for (int col = 0; col < SOFT_TILE; col += VW) {
                vi_store_rgb(p + col * 3, vi_load(q + col));
            }
            continue;
        }
        for (int col = 0; col < tile->columns - 1; col++) {
            memcpy(p + col * 3, &q[col], 4); /* the fourth byte is the next pixel's, written next */
        }
        memcpy(p + (tile->columns - 1) * 3, &q[tile->columns - 1], 3);
    }
}

static void put_colour(const soft_job *job, soft_tile *tile)
{
    if (job->radiance) {
        store_radiance(job, tile);
    }
    store_rgb(job, tile);
}

/* What the pixels of a tile show, all but the surfaces, and the colour samples of all pixels: for
 * `coverage` in any case, for `colours` where there are facets. */
static void see_tile(const soft_job *job, soft_tile *tile, int x0, int y0, int n_row, int coverage,
                     int colours)
{
    batch *b = &tile->main;
    place_tile(job, tile, x0, y0);
    tile->n_list = list_tile(job, n_row, x0);
    find_plain(job, tile);
    const int samples = coverage || (colours && tile->n_facets);
    if (samples && !tile->plain) {
        for (int s = 0; s < SOFT_SAMPLES; s++) {
            see(job, tile, job->tile_list, sample_x[s], sample_y[s], b->dir, tile->sample_t[s],
                tile->sample_key[s]);
            see_facets(job, tile, sample_x[s], sample_y[s], tile->sample_t[s], tile->sample_key[s],
                       tile->sample_facet[s]);
        }
    }
    b->n = SOFT_BATCH;
    see(job, tile, job->tile_list, 0, 0, b->dir, b->t, b->key);
    see_facets(job, tile, 0, 0, b->t, b->key, b->facet);
    if (samples && tile->n_facets) {
        part_sheets(job, tile);
    }
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        vf_store(b->dir[2] + i, vf_set(1.0f));
        vf_store(b->spread + i, vf_set(job->inv_f * job->footprint));
    }
    if (tile->plain) {
        list_plain(b);
    } else {
        list_shown(b);
    }
}

static void draw_tile(soft_job *job, soft_tile *tile, int x0, int y0, int n_row)
{
    const uint64_t begin = TICKS();
    const int wanted = wanted_surface(job);
    batch *b = &tile->main;
    see_tile(job, tile, x0, y0, n_row, wants(job, REEL_PLANE_COVERAGE),
             wants(job, REEL_PLANE_RGB) && !job->sum && job->quality >= REEL_QUALITY_STANDARD);
    if (wanted || wants(job, REEL_PLANE_OBJECT_COORDINATES)) {
        place_hits(b);
    }
    const uint64_t seen = TICKS();
    if (wanted) {
        surface(job, b, wanted);
    }
    const uint64_t known = TICKS();
    draw_labels(job, tile);
    const uint64_t labelled = TICKS();
    if (wants(job, REEL_PLANE_RGB)) {
        draw_colour(job, tile);
        if (job->sum) {
            add_exposure(job, tile);
        } else {
            put_colour(job, tile);
        }
    }
    /* patterns are for the colours, unless albedo is asked for as well */
    const int for_colour = wants(job, REEL_PLANE_RGB) && !wants(job, REEL_PLANE_ALBEDO);
    job->ticks.visibility += seen - begin;
    job->ticks.labels += labelled - known + (for_colour ? 0 : known - seen);
    job->ticks.shading += TICKS() - labelled + (for_colour ? known - seen : 0);
}

/* The polynomial of level_ambient() for a floor under the sky alone. */
static void fill_level(soft_job *job)
{
    const soft_bouncer *b = &job->bouncers[0];
    for (int c = 0; c < 3; c++) {
        const float floor = 0.5f * (b->radiance_sky[c] + b->radiance_sun[c]);
        memcpy(job->level_ambient[c], job->sky.above[c], sizeof job->sky.above[c]);
        job->level_ambient[c][0] += floor;
        job->level_ambient[c][1] -= floor;
    }
}

/* True if that polynomial is ambient() up to the height of the scene: asked along 16 normals. */
static int level_holds(soft_job *job)
{
    const soft_bouncer *b = &job->bouncers[0];
    float top = 0;
    for (int k = 0; k < job->n_drawn; k++) {
        const soft_geom *g = &job->geoms[k];
        const float high = g->centre[0] * b->normal[0] + g->centre[1] * b->normal[1] +
                           g->centre[2] * b->normal[2] + b->offset + g->radius;
        top = g->present && g->shape != REEL_SHAPE_PLANE && high > top ? high : top;
    }
    const v3 p = v3_scale(v3_set(b->normal), vf_set(top - b->offset));
    vm bad = vm_none();
    for (int i = 0; i < 16; i += VW) { /* the same ones at every width */
        const vf j = vf_lanes() + ((float)i + 0.5f);
        const v3 n = v3_unit((v3){vf_sin_turns(j * 0.618034f), j * 0.125f - 1.0f,
                                  vf_sin_turns(j * 0.618034f + 0.25f)});
        const v3 e = ambient_of_sky(job, p, n, vf_set(1.0f));
        const v3 d = v3_sub(e, level_ambient(job, v3_dotu(n, job->sky.up)));
        const vf most = vf_max(vf_max(vf_abs(d.x), vf_abs(d.y)), vf_abs(d.z));
        bad = vm_or(bad, vf_gt(most, 0.004f * (e.x + e.y + e.z)));
    }
    const float *m = b->normal, *up = job->sky.up;
    const float same = m[0] * up[0] + m[1] * up[1] + m[2] * up[2];
    return b->offset > 0 && same > 0.99999f && !vm_any(bad);
}

/* On the only plane of a scene the ambient light is everywhere the same. */
STAGE void light_floor(soft_job *job)
{
    const soft_bouncer *b = &job->bouncers[0];
    job->floor = -1;
    job->level = 0;
    if (job->n_bouncers == 1) {
        fill_level(job);
        job->level = !job->sky.env && level_holds(job);
        const v3 n = v3_set(b->normal);
        const v3 e = ambient(job, v3_scale(n, vf_set(-b->offset)), n, vf_set(1.0f));
        job->floor = b->drawn;
        job->floor_ambient[0] = e.x[0];
        job->floor_ambient[1] = e.y[0];
        job->floor_ambient[2] = e.z[0];
    }
}

/* The light that `high` has from rays, all over the picture. */
static void gather_frame(soft_job *job)
{
    const uint64_t begin = TICKS();
    soft_tile *tile = job->tile;
    gathered_begin(job);
    for (int y = 0; y < job->height; y += SOFT_TILE) {
        const int n = list_row(job, y);
        if (job->raster) {
            reel_soft_raster_row(job->raster, y);
        }
        for (int x = 0; x < job->width; x += SOFT_TILE) {
            tile->n_facets = job->raster ? reel_soft_raster_tile(job->raster, x) : 0;
            see_tile(job, tile, x, y, n, 0, 0);
            gather_tile(job, tile);
        }
    }
    filter_gathered(job);
    job->ticks.shading += TICKS() - begin;
}

/* The tiles from row y on, the first of which is number `first`. */
static void draw_row(soft_job *job, int y, int first)
{
    soft_tile *tile = job->tile;
    int n = -1;        /* geoms in the row, once one of its tiles is drawn */
    if (job->raster) { /* goes from row to row and from tile to tile */
        reel_soft_raster_row(job->raster, y);
    }
    for (int x = 0, t = first; x < job->width; x += SOFT_TILE, t++) {
        const int n_facets = job->raster ? reel_soft_raster_tile(job->raster, x) : 0;
        if (!is_stale(job, t)) {
            count_kept(job, x, y);
            continue;
        }
        n = n < 0 ? list_row(job, y) : n;
        tile->n_facets = n_facets;
        tile->reach = NULL;
        if (job->reaches) {
            tile->reach = &job->reaches[t];
            note_nothing(tile->reach);
        }
        draw_tile(job, tile, x, y, n);
    }
}

static void draw(soft_job *job)
{
    light_floor(job);
    if (job->quality == REEL_QUALITY_HIGH && wants(job, REEL_PLANE_RGB)) {
        gather_frame(job);
    }
    if (job->reaches && !same_floor(job)) {
        job->stale = NULL;
    }
    for (int y = 0, first = 0; y < job->height; y += SOFT_TILE) {
        draw_row(job, y, first);
        first += (job->width + SOFT_TILE - 1) / SOFT_TILE;
    }
}

/* The frame that many exposures make. */
static void develop(const soft_job *job)
{
    soft_tile *tile = job->tile;
    const vf share = vf_set(1.0f / (float)job->n_exposures);
    for (int y = 0; y < job->height; y += SOFT_TILE) {
        for (int x = 0; x < job->width; x += SOFT_TILE) {
            place_tile(job, tile, x, y);
            const float *sum = exposed_sum(job, tile);
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < SOFT_BATCH; i += VW) {
                    vf_store(tile->main.color[c] + i, vf_load(sum + c * SOFT_BATCH + i) * share);
                }
            }
            put_colour(job, tile);
        }
    }
}

#define KERNEL_NAME_(w) reel_soft_kernel_##w
#define KERNEL_NAME(w)  KERNEL_NAME_(w)
const soft_kernel KERNEL_NAME(VW) = {
    VW, sizeof(soft_tile) + sizeof(path_wave), draw, develop, alone, hide_points};
