/*
 * path.c - the reference picture: paths through every pixel, a tile's worth at a time; compiled
 * once for each SIMD width.
 *
 * Unbiased but for three things, all stated in render.h: paths have at most PATH_DEPTH surfaces;
 * after a wide scatter surfaces count as no sharper than PATH_BLUR, so that caustics converge;
 * and light of suns and lamps goes through glass on straight lines. Random numbers are functions
 * of pixel, frame, path and surface, and every lane adds up its own: the same bits at any width.
 */
#include "render/soft/path_lamp.h"
#include "render/soft/path_sky.h"

#define PATH_BLUR   0.3f /* roughness */
#define CLEAR_LEAST 0.2f /* least share of light that `high` follows into a reflection in glass */
#define CLEAR_LOST                                                                \
    0.35f /* of the sky: what it takes for the light of paths that glass leads on \
           */

enum { PATH_CLEAR_DEPTH = 16 }; /* most surfaces of glass that `high` looks through */

/* Begin paths from the camera in the first n lanes, whose dir, seed and index are set. */
STAGE void path_begin(const soft_job *job, path_wave *w, int n)
{
    const v3 zero = v3_splat(vf_set(0.0f)), one = v3_splat(vf_set(1.0f));
    w->hit.n = (n + VW - 1) / VW * VW;
    for (int i = 0; i < w->hit.n; i += VW) {
        v3_store(w->hit.pos, i, zero);
        v3_store(w->from, i, zero);
        v3_store(w->dir, i, v3_unit(v3_load(w->dir, i)));
        v3_store(w->thr, i, one);
        v3_store(w->add, i, zero);
        vf_store(w->pdf + i, vf_set(0.0f));
        vf_store(w->width + i, vf_set(0.0f));
        vf_store(w->cone + i, vf_set(0.25f * job->inv_f));
        vi_store(w->own + i, vi_set(-1));
        vi_store(w->inside + i, vi_set(-1));
        vi_store(w->flags + i, vi_set(0));
    }
}

/* Rays through the pixels of the tile, one each, for path number `index`. */
STAGE int path_start(const soft_job *job, const soft_tile *tile, path_wave *w, int index)
{
    int n = 0;
    for (int l = 0; l < SOFT_BATCH; l++) {
        if (l / SOFT_TILE < tile->rows && l % SOFT_TILE < tile->columns) {
            w->pixel[n++] = l;
        }
    }
    for (int j = n; j < SOFT_BATCH; j++) {
        w->pixel[j] = 0;
    }
    for (int i = 0; i < n; i += VW) {
        const vi pixel = vi_load(w->pixel + i);
        const vi x = (pixel & (SOFT_TILE - 1)) + tile->x0, y = pixel / SOFT_TILE + tile->y0;
        const vu seed = scatter_bits(
            (vu)x ^ scatter_bits((vu)y ^ scatter_bits(vu_set((uint32_t)job->frame + 1u))));
        vi_store(w->seed + i, (vi)seed);
        vi_store(w->index + i, vi_set(index));
        uv at = draw_pair(vu_set((uint32_t)index), seed, 0xffffu);
        if (job->n_exposures > 1) { /* they go through other points of the pixels themselves */
            at.u = at.v = vf_set(0.5f);
        }
        v3_store(w->dir, i,
                 (v3){(vi_to_f(x) + at.u - job->cx) * job->inv_f,
                      (vi_to_f(y) + at.v - job->cy) * job->inv_f, vf_set(1.0f)});
    }
    path_begin(job, w, n);
    return n;
}

/* Add what the paths have found to their pixels. */
static void path_collect(path_wave *w, int n)
{
    for (int c = 0; c < 3; c++) {
        for (int j = 0; j < n; j++) {
            w->sum[c][w->pixel[j]] += w->add[c][j];
            w->add[c][j] = 0;
        }
    }
}

static void move_lanes(int32_t *a, const int32_t *order, int n)
{
    for (int j = 0; j < n; j++) {
        a[j] = a[order[j]];
    }
}

/* Move paths that go on to the front; how many. The rest of the last group is filled with lanes
 * that show nothing. */
STAGE int path_pack(path_wave *w, int n)
{
    batch *b = &w->hit;
    void *const lanes[] = {b->key,    b->facet,  b->t,       b->pos[0],  b->pos[1],
                           b->pos[2], w->dir[0], w->dir[1],  w->dir[2],  w->thr[0],
                           w->thr[1], w->thr[2], w->from[0], w->from[1], w->from[2],
                           w->pdf,    w->width,  w->cone,    w->own,     w->inside,
                           w->leaves, w->flags,  w->pixel,   w->seed,    w->index};
    int left = 0;
    for (int j = 0; j < n; j++) {
        if (w->alive[j]) {
            w->order[left++] = j;
        }
    }
    for (size_t a = 0; left < n && a < sizeof lanes / sizeof *lanes; a++) {
        move_lanes(lanes[a], w->order, left);
    }
    for (b->n = left; b->n % VW; b->n++) {
        const int j = b->n;
        b->key[j] = w->own[j] = w->inside[j] = -1;
        for (int c = 0; c < 3; c++) {
            w->thr[c][j] = w->add[c][j] = b->pos[c][j] = w->dir[c][j] = 0;
        }
        w->dir[2][j] = 1;
        b->t[j] = 0;
        w->flags[j] = w->leaves[j] = 0;
    }
    return left;
}

/* Rays that met nothing, or the clear part of a rim, find sky and suns and end. */
STAGE void path_escape(const soft_job *job, path_wave *w, int depth)
{
    for (int i = 0; i < w->hit.n; i += VW) {
        const vi key = vi_load(w->hit.key + i);
        vm out = vi_lt(key, vi_set(0));
        unsigned left = group_hits(w->hit.key, i);
        while (left) {
            int k;
            const vm m = group_next(w->hit.key, i, &left, &k);
            const soft_geom *g = &job->geoms[k];
            if (g->shape == REEL_SHAPE_PLANE && g->radius > 0) {
                const vf share = clear_share(g, v3_load(w->hit.pos, i));
                if (vm_any(vm_and(m, vf_gt(share, vf_set(0.0f))))) {
                    const vf r = path_one(w, i, depth, PATH_RIM);
                    out = vm_or(out, vm_and(m, vf_lt(r, share)));
                }
            }
        }
        if (vm_any(out)) {
            path_add(w, i, out, v3_add(sky_found(job, w, i, depth), suns_found(job, w, i, depth)));
        }
        vi_store(w->alive + i, vi_sel(out, vi_set(0), vi_set(1)));
    }
}

/* What the surfaces that were met are made of; what glows is found. */
STAGE void path_surface(const soft_job *job, path_wave *w, int depth)
{
    batch *b = &w->hit;
    for (int i = 0; i < b->n; i += VW) {
        /* as seen from outside, where the ray comes from within */
        const vf side =
            vf_sel(vi_eq(vi_load(w->leaves + i), vi_set(1)), vf_set(-1.0f), vf_set(1.0f));
        const vf t = vf_load(b->t + i), grown = vf_load(w->width + i) + t * vf_load(w->cone + i);
        v3_store(b->dir, i, v3_scale(v3_load(w->dir, i), side));
        vf_store(w->width + i, grown);
        vf_store(b->spread + i, grown / vf_max(t, vf_set(1e-6f)));
        vi_store(w->own + i, vi_load(b->key + i));
    }
    list_shown(b);
    surface(job, b, SURFACE_NORMAL | SURFACE_LOOK);
    for (int i = 0; i < b->n; i += VW) {
        const vf zero = vf_set(0.0f);
        substance m = {v3_load(b->base, i),
                       vf_load(b->rough + i),
                       vf_load(b->metal + i),
                       vf_load(b->spec + i),
                       zero,
                       vf_set(0.1f)};
        vf clear = zero, ior = vf_set(1.5f);
        v3 glow = v3_splat(zero);
        unsigned left = group_hits(b->key, i);
        while (left) {
            int k;
            const vm in = group_next(b->key, i, &left, &k);
            const soft_material *mat = &job->materials[job->info[k].material];
            m.coat = vf_sel(in, vf_set(mat->clearcoat), m.coat);
            m.coat_rough = vf_sel(in, vf_set(mat->coat_rough), m.coat_rough);
            clear = vf_sel(in, vf_set(is_clear(job, k) ? mat->transmission : 0.0f), clear);
            ior = vf_sel(in, vf_set(mat->ior), ior);
            glow = v3_sel(in, v3_set(mat->emission), glow);
        }
        const vm within = vi_eq(vi_load(w->leaves + i), vi_set(1));
        path_add(w, i, vm_not(within), glow);
        const vf p = clear * (1.0f - m.metal);
        const vf pick = path_pair(w, i, depth, PATH_PICK).u;
        /* from within a solid is glass all through */
        const vm glass = vm_or(within, vf_lt(pick, p));
        vi_store(w->glass + i, vi_sel(glass, vi_set(1), vi_set(0)));
        vf_store(w->ior + i, ior);
        m.metal =
            vf_sel(vf_gt(p, zero), vf_sat(m.metal / vf_max(1.0f - p, vf_set(1e-6f))), m.metal);
        const vm wide = vi_eq(vi_load(w->flags + i) & PATH_WIDE, vi_set(PATH_WIDE));
        const vf blur = vf_set(PATH_BLUR);
        m.rough = vf_sel(wide, vf_max(m.rough, blur), m.rough);
        m.coat_rough = vf_sel(wide, vf_max(m.coat_rough, blur), m.coat_rough);
        vf_store(b->rough + i, m.rough);
        w->surf[i / VW] =
            bsdf_make(job, v3_load(b->shade, i), v3_scale(v3_load(w->dir, i), vf_set(-1.0f)), &m);
    }
}

/* The way on of lanes whose surface is glass. */
VINL void scatter_glass(path_wave *w, int i, uv r, vf pick, vm glass)
{
    const vm leaves = vi_eq(vi_load(w->leaves + i), vi_set(1));
    const vf ior = vf_load(w->ior + i), rough = vf_load(w->hit.rough + i);
    const vf eta = vf_sel(leaves, 1.0f / ior, ior);
    const vf side = vf_sel(leaves, vf_set(-1.0f), vf_set(1.0f));
    bsdf f;
    f.n = v3_scale(v3_load(w->hit.normal, i), side);
    frame_of(f.n, &f.t, &f.b);
    v3 v = into_frame(&f, v3_scale(v3_load(w->dir, i), vf_set(-1.0f)));
    v = v3_unit((v3){v.x, v.y, vf_max(v.z, vf_set(1e-3f))});
    vm passes;
    const v3 l = glass_draw(v, vf_max(rough * rough, vf_set(1e-5f)), eta, pick, r, &passes);
    passes = vm_and(passes, glass);
    const v3 thr = v3_load(w->thr, i), base = v3_load(w->hit.base, i);
    const vi key = vi_load(w->hit.key + i), inside = vi_load(w->inside + i);
    v3_store(w->dir, i,
             v3_sel(glass, from_frame(f.t, f.b, f.n, l.x, l.y, l.z), v3_load(w->dir, i)));
    v3_store(w->thr, i, v3_sel(passes, v3_mul(thr, base), thr));
    const vi beyond = vi_sel(leaves, vi_set(-1), key);
    vi_store(w->inside + i, vi_sel(passes, beyond, inside));
    vi_store(w->flags + i, vi_sel(glass, vi_load(w->flags + i) | PATH_GLASS,
                                  (vi_load(w->flags + i) | PATH_LIT) & ~PATH_GLASS));
}

/* Draw the ways on, and end dim paths by chance. */
STAGE void path_scatter(path_wave *w, int depth)
{
    for (int i = 0; i < w->hit.n; i += VW) {
        const bsdf *f = &w->surf[i / VW];
        const uv r = path_pair(w, i, depth, PATH_WAY), pick = path_pair(w, i, depth, PATH_PICK);
        const vm glass = vi_eq(vi_load(w->glass + i), vi_set(1));
        vm wide;
        const v3 l = bsdf_draw(f, pick.v, r, &wide);
        vf pdf;
        const v3 value = bsdf_value(f, l, &pdf);
        const vm drawn = vf_gt(pdf, vf_set(1e-12f));
        const v3 old = v3_load(w->thr, i);
        v3 thr = v3_mul(old, v3_scale(value, 1.0f / vf_max(pdf, vf_set(1e-12f))));
        const v3 way = from_frame(f->t, f->b, f->n, l.x, l.y, l.z);
        /* relief may send light into the surface */
        const vm out = vf_gt(v3_dot(way, v3_load(w->hit.normal, i)), vf_set(0.0f));
        thr = v3_sel(glass, old, v3_sel(vm_and(drawn, out), thr, v3_splat(vf_set(0.0f))));
        if (vm_any(glass)) {
            v3_store(w->thr, i, thr);
            scatter_glass(w, i, r, pick.v, glass);
            thr = v3_load(w->thr, i);
        } else {
            vi_store(w->flags + i, (vi_load(w->flags + i) | PATH_LIT) & ~PATH_GLASS);
        }
        wide = vm_andnot(wide, glass);
        vi_store(w->flags + i,
                 vi_sel(wide, vi_load(w->flags + i) | PATH_WIDE, vi_load(w->flags + i)));
        v3_store(w->dir, i, v3_unit(v3_sel(glass, v3_load(w->dir, i), way)));
        vf_store(w->pdf + i, pdf);
        vf_store(w->cone + i, vf_sel(wide, vf_set(0.1f), vf_load(w->cone + i)));
        v3_store(w->from, i, v3_load(w->hit.pos, i));
        const vf most = vf_max(thr.x, vf_max(thr.y, thr.z));
        vm on = vf_gt(most, vf_set(0.0f));
        if (depth >= PATH_ROULETTE) {
            const vf stay = vf_clamp(most, 0.05f, 1.0f);
            on = vm_and(on, vf_lt(path_one(w, i, depth, PATH_END), stay));
            thr = v3_scale(thr, 1.0f / stay);
        }
        v3_store(w->thr, i, thr);
        vi_store(w->alive + i, vi_sel(on, vi_set(1), vi_set(0)));
    }
}

/* Follow the paths of one wave to their ends. */
static void path_follow(const soft_job *job, path_wave *w, int n)
{
    for (int depth = 0; n > 0 && depth < PATH_DEPTH; depth++) {
        path_trace(job, w);
        lamps_found(job, w, depth);
        path_escape(job, w, depth);
        path_collect(w, n);
        n = path_pack(w, n);
        if (n == 0) {
            break;
        }
        path_surface(job, w, depth);
        for (int s = 0; s < job->n_suns; s++) {
            aim_sun(job, w, s, depth);
            gather_light(job, w);
        }
        aim_lamps(job, w, depth);
        aim_sky(job, w, depth);
        path_scatter(w, depth);
        path_collect(w, n);
        n = path_pack(w, n);
    }
}

void PATH_NAME(VW)(const soft_job *job, soft_tile *tile, path_wave *w)
{
    const int paths = (job->paths + job->n_exposures - 1) / job->n_exposures;
    w->opaque = 0;
    memset(w->sum, 0, sizeof w->sum);
    for (int s = 0; s < paths; s++) {
        path_follow(job, w, path_start(job, tile, w, job->exposure_no * paths + s));
    }
    const float inv = 1.0f / (float)paths;
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < SOFT_BATCH; i += VW) {
            vf_store(tile->main.color[c] + i, vf_load(w->sum[c] + i) * inv);
        }
    }
}

/* Paths along the same rays as the lanes of b that show something clear: their seeds are the same
 * in every frame. */
static int clear_start(const soft_job *job, const batch *b, path_wave *w, const int32_t *order,
                       int index, int paths)
{
    int n = 0;
    for (int l = 0; l < b->n; l++) {
        if (b->key[l] >= 0 && is_clear(job, b->key[l] / SOFT_KEY_FACES)) {
            for (int c = 0; c < 3; c++) {
                w->dir[c][n] = b->dir[c][l];
            }
            w->seed[n] = 0x2545f491 + job->exposure_no;
            w->index[n] = (int32_t)((uint32_t)order[l] * (uint32_t)paths + (uint32_t)index);
            w->pixel[n++] = l;
        }
    }
    for (int j = n; j % VW; j++) {
        w->dir[0][j] = w->dir[1][j] = 0;
        w->dir[2][j] = 1;
        w->seed[j] = w->index[j] = w->pixel[j] = 0;
    }
    path_begin(job, w, n);
    return n;
}

/* Move paths that have met something that is not glass to `ends`; the others are alive. `last`:
 * they end as well, or thin glass, which leads light far, would have black dots. */
STAGE void clear_part(path_wave *w, int n, int last, batch *ends, int32_t *lane)
{
    const batch *b = &w->hit;
    for (int j = 0; j < n; j++) {
        const int within = b->key[j] >= 0 && w->glass[j];
        w->alive[j] = within && !last;
        if (w->alive[j]) {
            continue;
        }
        const int e = ends->n++;
        lane[e] = w->pixel[j];
        ends->key[e] = within ? -1 : b->key[j];
        ends->facet[e] = b->facet[j];
        ends->t[e] = b->t[j];
        ends->spread[e] = b->spread[j];
        ends->open[e] = 0;
        for (int c = 0; c < 3; c++) {
            ends->pos[c][e] = b->pos[c][j];
            ends->dir[c][e] = w->dir[c][j];
            ends->traced[c][e] = within ? CLEAR_LOST * w->thr[c][j] : w->thr[c][j];
        }
    }
}

/* The way on at the surface of glass. What is reflected at the first one is not followed; further
 * on little is not either, and counts as what passes: few paths would show that as noise. */
STAGE void clear_scatter(path_wave *w, int depth)
{
    for (int i = 0; i < w->hit.n; i += VW) {
        const uv r = path_pair(w, i, depth, PATH_WAY);
        const vf least = vf_set(depth == 0 ? 0.9999999f : CLEAR_LEAST);
        const vf pick = vf_max(path_pair(w, i, depth, PATH_PICK).v, least);
        scatter_glass(w, i, r, pick, vm_not(vm_none()));
    }
}

int CLEAR_NAME(VW)(const soft_job *job, const batch *b, path_wave *w, const int32_t *order,
                   int index, int paths, batch *ends, int32_t *lane)
{
    int n = clear_start(job, b, w, order, index, paths);
    ends->n = 0;
    w->opaque = 0;
    for (int depth = 0; n > 0 && depth < PATH_CLEAR_DEPTH; depth++) {
        path_trace(job, w);
        path_surface(job, w, depth);
        for (int j = 0; j < n; j++) {
            w->glass[j] |= depth == 0;
        }
        clear_part(w, n, depth + 1 == PATH_CLEAR_DEPTH, ends, lane);
        clear_scatter(w, depth);
        n = path_pack(w, n);
    }
    return ends->n;
}
