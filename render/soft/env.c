/*
 * env.c - levels, irradiance and sampling tables of an environment map.
 */
#include "render/soft/env.h"

#include "base/trig.h"

#include <math.h>
#include <string.h>

enum { SIDES = 12, LOBE_SAMPLES = 64, FINEST_LOBE = 128, COARSE = 64 };

reel_vec3 reel_soft_env_direction(double x, double y)
{
    const double z = 1 - fabs(x) - fabs(y);
    reel_vec3 d = {x, y, z};
    if (z < 0) {
        d.x = copysign(1 - fabs(y), x);
        d.y = copysign(1 - fabs(x), y);
    }
    return reel_v3_unit(d, reel_v3(0, 0, 1));
}

static double centre_of(int i, int side)
{
    return (2 * i + 1) / (double)side - 1;
}

/* Solid angle per area of (x, y). */
static double stretch(double x, double y)
{
    const double z = 1 - fabs(x) - fabs(y);
    const double px = z < 0 ? 1 - fabs(y) : x, py = z < 0 ? 1 - fabs(x) : y;
    const double r2 = px * px + py * py + z * z;
    return 1 / (r2 * sqrt(r2));
}

/* --- coarser maps --- */

/* Half the side: four texels by their solid angles. */
static void halve(const soft_env_map *from, soft_env_map *to)
{
    for (int j = 0; j < to->side; j++) {
        for (int i = 0; i < to->side; i++) {
            double sum[3] = {0}, all = 0;
            for (int q = 0; q < 4; q++) {
                const int x = 2 * i + (q & 1), y = 2 * j + (q >> 1);
                const double w = stretch(centre_of(x, from->side), centre_of(y, from->side));
                const float *p = from->rgb + 3 * ((size_t)y * (size_t)from->side + (size_t)x);
                for (int c = 0; c < 3; c++) {
                    sum[c] += w * p[c];
                }
                all += w;
            }
            float *out = to->rgb + 3 * ((size_t)j * (size_t)to->side + (size_t)i);
            for (int c = 0; c < 3; c++) {
                out[c] = (float)(sum[c] / all);
            }
        }
    }
}

/* Beyond an edge the map goes on mirrored along it. */
static size_t texel(int side, int x, int y)
{
    if (x < 0 || x >= side) {
        x = x < 0 ? -1 - x : 2 * side - 1 - x;
        y = side - 1 - y;
    }
    if (y < 0 || y >= side) {
        y = y < 0 ? -1 - y : 2 * side - 1 - y;
        x = side - 1 - x;
    }
    return 3 * ((size_t)y * (size_t)side + (size_t)x);
}

/* Bilinear lookup along unit d. */
static void look_up(const soft_env_map *map, reel_vec3 d, double out[3])
{
    const double s = 1 / (fabs(d.x) + fabs(d.y) + fabs(d.z));
    double x = d.x * s, y = d.y * s;
    if (d.z < 0) {
        const double ax = copysign(1 - fabs(y), x);
        y = copysign(1 - fabs(x), y);
        x = ax;
    }
    x = 0.5 * (x + 1) * map->side - 0.5;
    y = 0.5 * (y + 1) * map->side - 0.5;
    const int x0 = (int)floor(x), y0 = (int)floor(y);
    const double fx = x - x0, fy = y - y0;
    const float *a = map->rgb + texel(map->side, x0, y0);
    const float *b = map->rgb + texel(map->side, x0 + 1, y0);
    const float *c = map->rgb + texel(map->side, x0, y0 + 1);
    const float *e = map->rgb + texel(map->side, x0 + 1, y0 + 1);
    for (int k = 0; k < 3; k++) {
        const double low = a[k] + (b[k] - a[k]) * fx, high = c[k] + (e[k] - c[k]) * fx;
        out[k] = low + (high - low) * fy;
    }
}

/* --- rough lobes --- */

/* Directions of a lobe about z, their weights, and the map that is as coarse as they are sparse. */
typedef struct lobe {
    reel_vec3 dir[LOBE_SAMPLES];
    double weight[LOBE_SAMPLES];
    int map[LOBE_SAMPLES];
} lobe;

/* Half vectors by GGX on a spiral; filtered samples as in Krivanek and Colbert, "Real-time Shading
 * with Filtered Importance Sampling" (2008). `side`: of maps[0]. */
static void make_lobe(lobe *l, double rough, int side, int n_maps)
{
    const double a2 = rough * rough * rough * rough, golden = 0.6180339887498949;
    double sum = 0;
    for (int i = 0; i < LOBE_SAMPLES; i++) {
        const double u = (i + 0.5) / LOBE_SAMPLES, v = fmod(i * golden, 1);
        const double ch = sqrt((1 - u) / (1 + (a2 - 1) * u)), sh = sqrt(fmax(1 - ch * ch, 0));
        const double k = (a2 - 1) * ch * ch + 1, density = a2 / (4 * REEL_PI * k * k);
        double s, c;
        reel_sincos(2 * REEL_PI * v, &s, &c);
        l->dir[i] = reel_v3(2 * ch * sh * c, 2 * ch * sh * s, 2 * ch * ch - 1);
        l->weight[i] = fmax(l->dir[i].z, 0);
        sum += l->weight[i];
        const double angle = 1 / (LOBE_SAMPLES * density);
        const double texels = angle * side * side / (4 * REEL_PI);
        const double level = 0.5 * reel_log2(fmax(texels, 1)) + 0.5;
        l->map[i] = level < n_maps - 1 ? (int)level : n_maps - 1;
    }
    for (int i = 0; i < LOBE_SAMPLES; i++) {
        l->weight[i] /= sum;
    }
}

static void blur(const soft_env_map *maps, const lobe *l, soft_env_map *out)
{
    for (int j = 0; j < out->side; j++) {
        for (int i = 0; i < out->side; i++) {
            const reel_vec3 n =
                reel_soft_env_direction(centre_of(i, out->side), centre_of(j, out->side));
            const reel_vec3 aside = fabs(n.z) < 0.7 ? reel_v3(0, 0, 1) : reel_v3(1, 0, 0);
            const reel_vec3 u = reel_v3_unit(reel_v3_cross(n, aside), aside);
            const reel_vec3 v = reel_v3_cross(n, u);
            double sum[3] = {0};
            for (int s = 0; s < LOBE_SAMPLES; s++) {
                double c[3];
                const reel_vec3 q = l->dir[s];
                if (!(l->weight[s] > 0)) {
                    continue;
                }
                const reel_vec3 d =
                    reel_v3(u.x * q.x + v.x * q.y + n.x * q.z, u.y * q.x + v.y * q.y + n.y * q.z,
                            u.z * q.x + v.z * q.y + n.z * q.z);
                look_up(&maps[l->map[s]], d, c);
                for (int k = 0; k < 3; k++) {
                    sum[k] += l->weight[s] * c[k];
                }
            }
            float *p = out->rgb + 3 * ((size_t)j * (size_t)out->side + (size_t)i);
            for (int k = 0; k < 3; k++) {
                p[k] = (float)sum[k];
            }
        }
    }
}

/* --- words --- */

static uint32_t pack(const float c[3], double unit)
{
    double most = 0;
    for (int k = 0; k < 3; k++) {
        most = fmax(most, c[k] / unit);
    }
    int e = 0; /* 511.5 * 2^(e - 24) > most */
    while (e < 31 && most >= ldexp(511.5, e - 24)) {
        e++;
    }
    uint32_t word = (uint32_t)e << 27;
    for (int k = 0; k < 3; k++) {
        const double m = floor(ldexp(c[k] / unit, 24 - e) + 0.5);
        word |= (uint32_t)fmin(fmax(m, 0), 511) << (9 * k);
    }
    return word;
}

static void store(soft_env *env, int level, const soft_env_map *map)
{
    uint32_t *out = env->words + env->at[level];
    for (int y = -1; y <= map->side; y++) {
        for (int x = -1; x <= map->side; x++) {
            *out++ = pack(map->rgb + texel(map->side, x, y), (double)env->unit);
        }
    }
}

/* --- irradiance --- */

/* Cosine-weighted mean of one half over all normals; texels on the horizon count half above, half
 * below it. */
static void gather_irradiance(const soft_env_map *map, int half, const reel_vec3 *dirs,
                              const double *angles, soft_env_map *out)
{
    const int n = map->side * map->side;
    for (int j = 0; j < out->side * out->side; j++) {
        const reel_vec3 normal = reel_soft_env_direction(centre_of(j % out->side, out->side),
                                                         centre_of(j / out->side, out->side));
        double sum[3] = {0};
        for (int i = 0; i < n; i++) {
            const double cosine = reel_v3_dot(dirs[i], normal);
            const double high = fabs(dirs[i].z) < 1e-9 ? 0.5 : dirs[i].z > 0 ? 1 : 0;
            const double w = cosine > 0 ? cosine * angles[i] * (half ? 1 - high : high) : 0;
            for (int c = 0; w > 0 && c < 3; c++) {
                sum[c] += w * map->rgb[3 * i + c];
            }
        }
        for (int c = 0; c < 3; c++) {
            out->rgb[3 * j + c] = (float)(sum[c] / REEL_PI);
        }
    }
}

/* The two levels of irradiance, and the mean, from a coarse map. */
static bool make_irradiance(soft_env *env, const soft_env_map *map, soft_env_map *out,
                            reel_arena *scratch)
{
    const int n = map->side * map->side;
    reel_vec3 *dirs = REEL_ARENA_NEW(scratch, reel_vec3, n);
    double *angles = REEL_ARENA_NEW(scratch, double, n), all = 0;
    if (!dirs || !angles) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        const double x = centre_of(i % map->side, map->side),
                     y = centre_of(i / map->side, map->side);
        dirs[i] = reel_soft_env_direction(x, y);
        angles[i] = stretch(x, y);
        all += angles[i];
    }
    for (int i = 0; i < n; i++) { /* together 4 pi */
        angles[i] *= 4 * REEL_PI / all;
        for (int c = 0; c < 3; c++) {
            env->mean[c] += angles[i] * map->rgb[3 * i + c] / (4 * REEL_PI);
        }
    }
    for (int half = 0; half < 2; half++) {
        out->side = env->side[SOFT_ENV_ABOVE + half];
        gather_irradiance(map, half, dirs, angles, out);
        store(env, SOFT_ENV_ABOVE + half, out);
    }
    return true;
}

/* --- samples --- */

static bool fill_samples(soft_env *env, const soft_env_map *map, reel_arena *arena)
{
    enum { N = SOFT_ENV_CELLS };
    env->rows = REEL_ARENA_NEW(arena, float, N + 1);
    env->columns = REEL_ARENA_NEW(arena, float, N *(N + 1));
    env->density = REEL_ARENA_NEW(arena, float, N *N);
    double *flux = REEL_ARENA_NEW(arena, double, N *N);
    if (!env->rows || !env->columns || !env->density || !flux) {
        return false;
    }
    /* two hundredths of the mean everywhere: what a cell's texels average away is still found */
    double mean = 0, all = 0;
    for (int c = 0; c < 3; c++) {
        mean += env->mean[c] / 3;
    }
    for (int i = 0; i < N * N; i++) {
        const double x = centre_of(i % N, N), y = centre_of(i / N, N);
        const float *p = map->rgb + 3 * (size_t)i;
        const double light = (p[0] + (double)p[1] + p[2]) / 3 + 0.02 * mean + 1e-12;
        flux[i] = light * stretch(x, y);
        all += flux[i];
    }
    double before = 0;
    for (int j = 0; j < N; j++) {
        double row = 0, part = 0;
        for (int i = 0; i < N; i++) {
            row += flux[j * N + i];
        }
        env->rows[j] = (float)(before / all);
        before += row;
        for (int i = 0; i < N; i++) {
            env->columns[j * (N + 1) + i] = (float)(part / row);
            part += flux[j * N + i];
        }
        env->columns[j * (N + 1) + N] = 1;
    }
    env->rows[N] = 1;
    /* the density is that of the rounded tables */
    for (int i = 0; i < N * N; i++) {
        const int row = i / N, col = i % N;
        const float *c = env->columns + row * (N + 1) + col;
        const double share = ((double)env->rows[row + 1] - env->rows[row]) * ((double)c[1] - c[0]);
        env->density[i] = (float)(share * N * N / 4);
    }
    return true;
}

/* --- levels --- */

static int lobe_side(int level, int side)
{
    const int want = level == 1 ? FINEST_LOBE : level == 2 ? FINEST_LOBE / 2 : FINEST_LOBE / 4;
    return want < side ? want : side;
}

/* Room for all levels, and the scale by which the brightest texel fits a word. */
static bool prepare(soft_env *env, const soft_env_map *map, reel_arena *arena)
{
    int n = 0;
    float most = 0;
    for (int i = 0; i < SOFT_ENV_LEVELS; i++) {
        env->side[i] = i ? lobe_side(i, map->side) : map->side;
        env->at[i] = n;
        n += (env->side[i] + 2) * (env->side[i] + 2);
    }
    for (size_t i = 0; i < 3 * (size_t)map->side * (size_t)map->side; i++) {
        most = map->rgb[i] > most ? map->rgb[i] : most;
    }
    env->unit = 1;
    while (most > 60000 * env->unit) {
        env->unit *= 2;
    }
    env->words = REEL_ARENA_NEW(arena, uint32_t, n);
    return env->words != NULL;
}

/* Maps of half the side again and again, down to 4; how many, or 0. */
static int make_maps(soft_env_map *maps, reel_arena *scratch)
{
    int n = 1;
    while (maps[n - 1].side > 4 && n < SIDES) {
        maps[n].side = maps[n - 1].side / 2;
        maps[n].rgb = REEL_ARENA_NEW(scratch, float, 3 * maps[n].side * maps[n].side);
        if (!maps[n].rgb) {
            return 0;
        }
        halve(&maps[n - 1], &maps[n]);
        n++;
    }
    return n;
}

static const soft_env_map *map_of_side(const soft_env_map *maps, int side)
{
    while (maps->side > side) {
        maps++;
    }
    return maps;
}

static bool make_levels(soft_env *env, const soft_env_map *maps, int n_maps, reel_arena *scratch)
{
    lobe *l = REEL_ARENA_NEW(scratch, lobe, 1);
    soft_env_map out = {.rgb = REEL_ARENA_NEW(scratch, float, 3 * FINEST_LOBE * FINEST_LOBE)};
    if (!l || !out.rgb) {
        return false;
    }
    store(env, 0, &maps[0]);
    for (int i = 1; i < SOFT_ENV_LOBES; i++) {
        out.side = env->side[i];
        make_lobe(l, i / (double)(SOFT_ENV_LOBES - 1), maps[0].side, n_maps);
        blur(maps, l, &out);
        store(env, i, &out);
    }
    return make_irradiance(env, map_of_side(maps, COARSE), &out, scratch);
}

static void turn_suns(soft_env *env)
{
    const double c = env->turn[0], s = env->turn[1];
    for (int i = 0; i < env->n_suns; i++) {
        const reel_vec3 d = env->suns[i].to_light;
        env->suns[i].to_light = reel_v3(c * d.x - s * d.y, s * d.x + c * d.y, d.z);
    }
}

void reel_soft_env_look(const soft_env *env, int level, reel_vec3 d, double out[3])
{
    const double s = 1 / (fabs(d.x) + fabs(d.y) + fabs(d.z));
    double x = d.x * s, y = d.y * s;
    if (d.z < 0) {
        const double ax = copysign(1 - fabs(y), x);
        y = copysign(1 - fabs(x), y);
        x = ax;
    }
    const int side = env->side[level];
    x = 0.5 * (x + 1) * side + 0.5;
    y = 0.5 * (y + 1) * side + 0.5;
    const double fx = x - floor(x), fy = y - floor(y);
    const uint32_t *w = env->words + env->at[level] + (int)y * (side + 2) + (int)x;
    for (int c = 0; c < 3; c++) {
        double v[4];
        for (int i = 0; i < 4; i++) {
            const uint32_t word = w[(i & 1) + (i >> 1) * (side + 2)];
            v[i] = ldexp(word >> (9 * c) & 511, (int)(word >> 27) - 24) * (double)env->unit;
        }
        const double low = v[0] + (v[1] - v[0]) * fx, high = v[2] + (v[3] - v[2]) * fx;
        out[c] = low + (high - low) * fy;
    }
}

bool reel_soft_env_build(soft_env *env, const reel_scene *scene, reel_arena *arena)
{
    const reel_sky *sky = &scene->sky;
    reel_arena scratch = {0};
    soft_env_map maps[SIDES] = {{.side = reel_soft_env_side(scene)}};
    bool ok = false;
    memset(env, 0, sizeof *env);
    env->turn[0] = 1;
    if (sky->kind != REEL_SKY_CLEAR) { /* that one stands about its sun */
        reel_sincos(sky->turn, &env->turn[1], &env->turn[0]);
    }
    maps[0].rgb = REEL_ARENA_NEW(&scratch, float, 3 * maps[0].side * maps[0].side);
    if (maps[0].rgb) {
        if (sky->kind == REEL_SKY_IMAGE) {
            reel_soft_env_image(&maps[0], env, &scene->images[sky->image]);
        } else {
            reel_soft_env_sky(&maps[0], scene);
        }
        for (size_t i = 0; i < 3 * (size_t)maps[0].side * (size_t)maps[0].side; i++) {
            maps[0].rgb[i] *= (float)sky->strength;
        }
        for (int i = 0; i < env->n_suns * 3; i++) {
            env->suns[i / 3].irradiance[i % 3] *= sky->strength;
        }
        turn_suns(env);
        const int n = make_maps(maps, &scratch);
        ok = n > 0 && prepare(env, &maps[0], arena) && make_levels(env, maps, n, &scratch);
        if (ok) {
            ok = fill_samples(env, map_of_side(maps, SOFT_ENV_CELLS), arena);
        }
    }
    reel_arena_finish(&scratch);
    return ok;
}
