/* glb_looks.c - meshes of geoms: a surface with a material; equal ones are there once. See
 * glb_internal.h. */
#include "export/layout/glb_internal.h"

#include <stdio.h>
#include <string.h>

enum { MOST_PARTS = 16 };

/* m: what is drawn of a plane without end. */
#define ENDLESS 200.0

/* A piece of a surface with one texture. */
typedef struct part {
    int position, normal, uv, indices; /* accessors; uv -1: none */
    double half;                       /* m, of a plane's square of texture */
} part;

struct reel_glb_surface {
    reel_shape shape;
    double size[3];
    int mesh, height_field;
    int side; /* px, of the texture's pictures; 0: no texture */
    reel_glb_charts charts;
    bool has_charts;
    int n_parts;
    part parts[MOST_PARTS];
};

struct reel_glb_look {
    int surface, material, mesh;
};

static bool is_plain(const reel_material *m)
{
    return m->pattern == REEL_PATTERN_PLAIN && m->image < 0;
}

/* ---- how fine a texture must be ----------------------------------------------------------------
 */

/* m: diameter of the geom's box, and its middle in the body's frame. */
static double extent_of(const reel_scene *scene, const reel_geom *geom, reel_vec3 *middle)
{
    double lo[3], hi[3];
    *middle = geom->body_from_geom.p;
    if (!reel_geom_box(scene, geom, lo, hi)) {
        return 0;
    }
    *middle =
        reel_pose_apply(geom->body_from_geom, reel_v3(0.5 * (lo[0] + hi[0]), 0.5 * (lo[1] + hi[1]),
                                                      0.5 * (lo[2] + hi[2])));
    return fmax(hi[0] - lo[0], fmax(hi[1] - lo[1], hi[2] - lo[2]));
}

/* px that the geom is long at most, in any picture of the clip. */
static double longest_seen(const reel_glb *g, const reel_geom *geom)
{
    reel_vec3 middle;
    const double extent = extent_of(g->scene, geom, &middle);
    double longest = 0;
    for (int s = 0; s < g->record->n_streams; s++) {
        for (int f = 0; f < g->scene->frames; f++) {
            const int sample = f * g->scene->samples_per_frame;
            const size_t at = (size_t)sample * (size_t)g->take->n_bodies + (size_t)geom->body;
            if (!(g->take->state[at] & REEL_STATE_PRESENT)) {
                continue;
            }
            const reel_vec3 p =
                reel_pose_apply(reel_take_pose(g->take, sample, geom->body), middle);
            const double *m = g->record->cam_from_world[s] + 16 * (size_t)f + 8;
            const double z = m[0] * p.x + m[1] * p.y + m[2] * p.z + m[3];
            if (z > -0.5 * extent) {
                const double near = fmax(z - 0.5 * extent, 0.1 * extent);
                longest = fmax(longest, g->record->k[s][9 * (size_t)f] * extent / near);
            }
        }
    }
    return longest;
}

/* Twice as fine as any picture shows it, a power of two if that is within the setting. */
static int texture_side(const reel_glb *g, const reel_geom *geom)
{
    if (geom->shape == REEL_SHAPE_PLANE) {
        return 2 * g->set.texture;
    }
    const double wanted = 2 * longest_seen(g, geom) + 2 * REEL_GLB_PAD;
    int side = REEL_GLB_LEAST_TEXTURE;
    while (side < wanted && side < g->set.texture) {
        side *= 2;
    }
    return side < g->set.texture ? side : g->set.texture;
}

/* ---- surfaces ----------------------------------------------------------------------------------
 */

static void put_part(reel_glb *g, reel_glb_surface *s, const reel_glb_shell *shell, double half)
{
    part *p = &s->parts[s->n_parts++];
    *p = (part){.uv = -1, .half = half};
    if (reel_glb_shell_failed(shell)) {
        g->failed = true;
        return;
    }
    const int n = reel_glb_shell_points(shell), n_triangles = reel_glb_shell_triangles(shell);
    const double *uv = (const double *)(const void *)shell->uv.data;
    p->position = reel_glb_put_floats(g, reel_glb_shell_position(shell, 0), n, 3, 34962, true);
    p->normal = reel_glb_put_floats(g, reel_glb_shell_normal(shell, 0), n, 3, 34962, false);
    if (shell->uv.size) {
        p->uv = reel_glb_put_floats(g, uv, n, 2, 34962, false);
    }
    p->indices = reel_glb_put_indices(g, reel_glb_shell_triangle(shell, 0), 3 * n_triangles, n);
}

/* m, of a square about the plane's origin that what moves does not leave by far. */
static double busy_half(const reel_glb *g, const reel_geom *geom)
{
    const reel_pose world_from_geom =
        reel_pose_mul(g->scene->bodies[geom->body].world_from_body, geom->body_from_geom);
    const reel_pose geom_from_world = reel_pose_inverse(world_from_geom);
    double half = 0;
    for (int b = 0; b < g->scene->n_bodies; b++) {
        if (g->scene->bodies[b].motion == REEL_MOTION_STATIC) {
            continue;
        }
        for (int f = 0; f < g->scene->frames; f++) {
            const int sample = f * g->scene->samples_per_frame;
            const size_t at = (size_t)sample * (size_t)g->take->n_bodies + (size_t)b;
            if (g->take->state[at] & REEL_STATE_PRESENT) {
                const reel_vec3 p =
                    reel_pose_apply(geom_from_world, reel_take_pose(g->take, sample, b).p);
                half = fmax(half, fmax(fabs(p.x), fabs(p.y)));
            }
        }
    }
    return half;
}

/* A plane is a square where things happen and rings about it, each four times as wide as the one
 * within, with textures of the same size; the last one is round. */
static void put_plane(reel_glb *g, reel_glb_surface *s, const reel_geom *geom)
{
    const double radius = geom->size[0] > 0 ? geom->size[0] : ENDLESS;
    reel_glb_shell shell = {0};
    if (s->side == 0) {
        reel_glb_shell_of_disc(radius, 2 * g->set.detail, &shell);
        put_part(g, s, &shell, radius);
        reel_glb_shell_finish(&shell);
        return;
    }
    const double most = 0.7 * radius; /* corners are within the rim */
    double half = fmin(fmax(1.1 * busy_half(g, geom), most / 1e6), most), inner = 0;
    for (; s->n_parts < MOST_PARTS - 1 && half <= most; half *= 4) {
        reel_glb_shell_of_ring(inner, half, half, radius, g->set.detail, &shell);
        put_part(g, s, &shell, half);
        reel_glb_shell_finish(&shell);
        inner = half;
    }
    reel_glb_shell_of_ring(inner, 0, radius, radius, g->set.detail, &shell);
    put_part(g, s, &shell, radius);
    reel_glb_shell_finish(&shell);
}

static void put_solid(reel_glb *g, reel_glb_surface *s, const reel_geom *geom)
{
    reel_glb_shell shell = {0};
    int n_charts = 0;
    reel_glb_shell_of_geom(g->scene, geom, g->set.detail, &shell);
    if (s->side && !reel_glb_shell_failed(&shell)) {
        s->has_charts =
            reel_glb_charts_make(&g->arena, g->scene, geom, s->side, &shell, &s->charts, &n_charts);
        g->failed |= !s->has_charts && n_charts <= REEL_GLB_MAX_CHARTS;
    }
    put_part(g, s, &shell, 0);
    reel_glb_shell_finish(&shell);
}

/* The surface of the geom with a texture of this side. @return its number; -1: out of memory */
static int surface_of(reel_glb *g, const reel_geom *geom, int side)
{
    for (int i = 0; i < g->n_surfaces; i++) {
        const reel_glb_surface *s = &g->surfaces[i];
        if (s->shape == geom->shape && s->side == side && s->mesh == geom->mesh &&
            s->height_field == geom->height_field && s->size[0] == geom->size[0] &&
            s->size[1] == geom->size[1] && s->size[2] == geom->size[2]) {
            return i;
        }
    }
    reel_glb_surface *all =
        reel_arena_grow(&g->arena, g->surfaces, g->n_surfaces, &g->max_surfaces, sizeof *all);
    if (!all) {
        g->failed = true;
        return -1;
    }
    g->surfaces = all;
    reel_glb_surface *s = &g->surfaces[g->n_surfaces];
    *s = (reel_glb_surface){
        .shape = geom->shape, .mesh = geom->mesh, .height_field = geom->height_field, .side = side};
    memcpy(s->size, geom->size, sizeof s->size);
    if (geom->shape == REEL_SHAPE_PLANE) {
        put_plane(g, s, geom);
    } else {
        put_solid(g, s, geom);
    }
    return g->n_surfaces++;
}

/* ---- meshes ------------------------------------------------------------------------------------
 */

/* m: what light goes through; 0 of a sheet. */
static double thickness_of(const reel_scene *scene, const reel_geom *geom)
{
    double lo[3], hi[3];
    if (scene->materials[geom->material].transmission <= 0 || !reel_geom_box(scene, geom, lo, hi)) {
        return 0;
    }
    return fmin(hi[0] - lo[0], fmin(hi[1] - lo[1], hi[2] - lo[2]));
}

/* The textures of the parts; none (-1) where a colour stands for all. */
static reel_status put_textures(reel_glb *g, const reel_glb_surface *s, const reel_geom *geom,
                                int texture[MOST_PARTS], double color[3], reel_error *err)
{
    const reel_material *m = &g->scene->materials[geom->material];
    reel_glb_picture pictures[MOST_PARTS];
    double half[MOST_PARTS];
    reel_status status = REEL_OK;
    int n = 0;
    for (int i = 0; i < s->n_parts; i++) {
        texture[i] = -1;
        half[i] = s->parts[i].half;
    }
    memcpy(color, m->color, sizeof m->color);
    if (is_plain(m)) {
        return REEL_OK;
    }
    if (s->has_charts) {
        n = 1;
        status = reel_glb_bake(&g->baker, g->scene, geom, geom->material, &s->charts, pictures,
                               color, err);
    } else if (s->side && geom->shape == REEL_SHAPE_PLANE) {
        n = s->n_parts;
        status = reel_glb_bake_squares(&g->baker, g->scene, geom, geom->material, s->side, n, half,
                                       pictures, color, err);
    } else {
        status = reel_glb_bake_mean(&g->baker, g->scene, geom, geom->material, color, err);
    }
    for (int i = 0; !status && i < n; i++) {
        texture[i] = reel_glb_put_picture(g, &pictures[i]);
    }
    return status;
}

static void put_primitives(reel_glb *g, reel_json *mesh, const reel_glb_surface *s,
                           const reel_geom *geom, const int texture[MOST_PARTS],
                           const double color[3])
{
    reel_json *primitives = reel_glb_put_array(g, mesh, "primitives");
    const double thickness = thickness_of(g->scene, geom);
    for (int i = 0; i < s->n_parts; i++) {
        const part *p = &s->parts[i];
        reel_json *primitive = reel_json_object();
        reel_json *attributes = reel_glb_put_object(g, primitive, "attributes");
        reel_glb_put_int(g, attributes, "POSITION", p->position);
        reel_glb_put_int(g, attributes, "NORMAL", p->normal);
        if (texture[i] >= 0) {
            reel_glb_put_int(g, attributes, "TEXCOORD_0", p->uv);
        }
        reel_glb_put_int(g, primitive, "indices", p->indices);
        reel_glb_put_int(g, primitive, "material",
                         reel_glb_material(g, geom->material, texture[i], color, thickness));
        reel_glb_push(g, primitives, primitive);
    }
}

reel_status reel_glb_mesh_of_geom(reel_glb *g, int geom, int *mesh, reel_error *err)
{
    const reel_geom *a = &g->scene->geoms[geom];
    const bool textured = g->set.texture > 0 && !is_plain(&g->scene->materials[a->material]);
    const int surface = surface_of(g, a, textured ? texture_side(g, a) : 0);
    for (int i = 0; i < g->n_looks; i++) {
        if (g->looks[i].surface == surface && g->looks[i].material == a->material) {
            *mesh = g->looks[i].mesh;
            return REEL_OK;
        }
    }
    reel_glb_look *all =
        reel_arena_grow(&g->arena, g->looks, g->n_looks, &g->max_looks, sizeof *all);
    if (surface < 0 || g->failed || !all) {
        g->failed = true;
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    g->looks = all;
    int texture[MOST_PARTS];
    double color[3];
    reel_status status = put_textures(g, &g->surfaces[surface], a, texture, color, err);
    if (status) {
        return status;
    }
    reel_json *o = reel_json_object();
    char name[64];
    snprintf(name, sizeof name, "%s %d", reel_shape_name(a->shape), g->count[REEL_GLB_MESHES]);
    reel_glb_put_text(g, o, "name", name);
    put_primitives(g, o, &g->surfaces[surface], a, texture, color);
    *mesh = reel_glb_append(g, REEL_GLB_MESHES, o);
    g->looks[g->n_looks++] = (reel_glb_look){surface, a->material, *mesh};
    return REEL_OK;
}
