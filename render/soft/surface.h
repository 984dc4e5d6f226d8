/*
 * surface.h - normal, base colour and reflectance of what a batch shows.
 *
 * b->normal is the surface's own normal, which labels show and geometry goes by; b->shade is the
 * one that light sees, and the same array where no material of the scene has relief.
 */
#pragma once

#include "render/soft/facets.h"
#include "render/soft/relief.h"

enum { SURFACE_NORMAL = 1, SURFACE_LOOK = 2 };

/* Width along the local axes of the footprint of a ray cone of diameter `d`, where the ray meets a
 * surface of normal n against the local view direction v (unit, towards the camera). */
VINL v3 footprint(int plane, vf d, v3 n, v3 v)
{
    const vf c = vf_max(v3_dot(n, v), vf_set(0.02f));
    if (plane) {
        const vf ic = 1.0f / c;
        return (v3){d * vf_about_sqrt(1.0f + v.x * v.x * ic * ic),
                    d * vf_about_sqrt(1.0f + v.y * v.y * ic * ic), vf_set(0.0f)};
    }
    const v3 along = v3_scale(v3_madd(v, -c, n), 1.0f / c);
    const vf zero = vf_set(0.0f);
    return (v3){d * vf_about_sqrt(vf_max(1.0f - n.x * n.x + along.x * along.x, zero)),
                d * vf_about_sqrt(vf_max(1.0f - n.y * n.y + along.y * along.y, zero)),
                d * vf_about_sqrt(vf_max(1.0f - n.z * n.z + along.z * along.z, zero))};
}

/* Set view: the unit vectors against the rays. */
STAGE void view_rays(batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        const v3 d = v3_load(b->dir, i);
        v3_store(b->view, i, v3_scale(d, 0.0f - vf_rsqrt(vf_max(v3_dot(d, d), vf_set(1e-30f)))));
    }
}

/* Patterns on ground are laid out from above, level or not. */
VINL int pattern_shape(int shape)
{
    return shape == REEL_SHAPE_HEIGHT_FIELD ? REEL_SHAPE_PLANE : shape;
}

/* All but the axes. `plane`: the geom is one, whose normal is everywhere the same. */
VINL sighting sight_at(const soft_geom *g, batch *b, int i, int plane)
{
    const vf zero = vf_set(0.0f);
    sighting s; /* to set its axes as well would cost a tenth of a surface's look */
    if (plane) {
        const v3 p = v3_load(b->pos, i);
        s.p = (v3){v3_dotu(p, g->rot) + g->off[0], v3_dotu(p, g->rot + 3) + g->off[1], zero};
        s.n = (v3){zero, zero, vf_set(1.0f)};
    } else {
        s.p = v3_load(b->at, i);
        s.n = v3_load(b->up, i);
    }
    s.view = v3_rot(g->rot, v3_load(b->view, i));
    s.d = vf_load(b->t + i) * vf_load(b->spread + i);
    return s;
}

/* Is the relief of a geom worked out along with its colours? */
VINL int tilts_at_once(const soft_material *m)
{
    return m->bump > 0 && m->normal_image < 0 && has_slope(m->pattern);
}

/* The normals that light sees, in the camera's frame, and the roughness of what is too fine. */
VINL v3 tilted_normal(const soft_material *m, int pattern, int plane, const soft_geom *g,
                      const sighting *s, v3 width, v3 known, vf *rough)
{
    vf hidden;
    const v3 slope = closed_slope(m, pattern, plane, s, width, known, &hidden);
    if (hides_slopes(pattern)) {
        *rough = roughened(*rough, hidden);
    }
    const v3 tilted = v3_about_unit(v3_sub(s->n, slope));
    return v3_trot(g->rot, facing_normal(tilted, s->n, s->view, plane));
}

/* Base colour and reflectance of a geom from its local points and normals. `pattern`, `plane` (0:
 * it may be one) and `tilts` are the geom's, as constants, by which the compiler leaves out what
 * others need. */
VINL void look_at(const soft_material *mat, const soft_geom *g, batch *b, const soft_shown *shown,
                  int pattern, int plane, int tilts)
{
    const int shape = plane ? REEL_SHAPE_PLANE : pattern_shape(g->shape);
    const int flat = plane || g->shape == REEL_SHAPE_PLANE;
    for (uint64_t left = shown->groups; left; left &= left - 1) {
        const int i = group_at(left);
        const vm m = group_of(b->key, i, shown->drawn);
        look l = {v3_set(mat->color), vf_set(mat->roughness), vf_set(0.0f)};
        if (pattern != REEL_PATTERN_PLAIN) {
            const sighting s = sight_at(g, b, i, flat);
            const v3 w = footprint(flat, s.d, s.n, s.view);
            v3 slope = v3_splat(vf_set(0.0f));
            l = pattern_look(mat, pattern, shape, s.p, s.n, w, &slope);
            if (tilts) {
                const v3 n = tilted_normal(mat, pattern, plane, g, &s, w, slope, &l.rough);
                v3_store(b->relief, i, v3_sel(m, n, v3_load(b->relief, i)));
            }
        }
        v3_store(b->base, i, v3_sel(m, l.base, v3_load(b->base, i)));
        vf_store(b->rough + i, vf_sel(m, l.rough, vf_load(b->rough + i)));
        vf_store(b->metal + i, vf_sel(m, vf_set(mat->metallic), vf_load(b->metal + i)));
        vf_store(b->spec + i, vf_sel(m, vf_set(mat->specular), vf_load(b->spec + i)));
    }
}

/* A step for each pattern, tilting normals or not, and for the floors there are most of. */
#define LOOK_STAGE(name, pattern, plane, tilts)                                                  \
    STAGE void name(const soft_material *mat, const soft_geom *g, batch *b, const soft_shown *s) \
    {                                                                                            \
        look_at(mat, g, b, s, pattern, plane, tilts);                                            \
    }

LOOK_STAGE(look_plain, REEL_PATTERN_PLAIN, 0, 0)
LOOK_STAGE(look_checker, REEL_PATTERN_CHECKER, 0, 0)
LOOK_STAGE(look_stripes, REEL_PATTERN_STRIPES, 0, 0)
LOOK_STAGE(look_wood, REEL_PATTERN_WOOD, 0, 0)
LOOK_STAGE(look_marble, REEL_PATTERN_MARBLE, 0, 0)
LOOK_STAGE(look_fabric, REEL_PATTERN_FABRIC, 0, 0)
LOOK_STAGE(look_noise, REEL_PATTERN_NOISE, 0, 0)
LOOK_STAGE(look_brushed, REEL_PATTERN_BRUSHED, 0, 0)
LOOK_STAGE(look_tiles, REEL_PATTERN_TILES, 0, 0)
LOOK_STAGE(look_noise_tilted, REEL_PATTERN_NOISE, 0, 1)
LOOK_STAGE(look_brushed_tilted, REEL_PATTERN_BRUSHED, 0, 1)
LOOK_STAGE(look_tiles_tilted, REEL_PATTERN_TILES, 0, 1)
LOOK_STAGE(floor_checker, REEL_PATTERN_CHECKER, 1, 0)
LOOK_STAGE(floor_wood, REEL_PATTERN_WOOD, 1, 0)
LOOK_STAGE(floor_noise, REEL_PATTERN_NOISE, 1, 0)
LOOK_STAGE(floor_tiles, REEL_PATTERN_TILES, 1, 0)
LOOK_STAGE(floor_noise_tilted, REEL_PATTERN_NOISE, 1, 1)
LOOK_STAGE(floor_tiles_tilted, REEL_PATTERN_TILES, 1, 1)

STAGE void surface_look(const soft_job *job, batch *b, const soft_shown *s, int relief)
{
    const soft_material *mat = &job->materials[job->info[s->drawn].material];
    const soft_geom *g = &job->geoms[s->drawn];
    const int plane = g->shape == REEL_SHAPE_PLANE, tilts = relief && tilts_at_once(mat);
    void (*step)(const soft_material *, const soft_geom *, batch *, const soft_shown *) = NULL;
    switch (mat->pattern) {
    case REEL_PATTERN_PLAIN: step = look_plain; break;
    case REEL_PATTERN_CHECKER: step = plane ? floor_checker : look_checker; break;
    case REEL_PATTERN_WOOD: step = plane ? floor_wood : look_wood; break;
    case REEL_PATTERN_MARBLE: step = look_marble; break;
    case REEL_PATTERN_FABRIC: step = look_fabric; break;
    case REEL_PATTERN_NOISE:
        step = plane ? (tilts ? floor_noise_tilted : floor_noise)
                     : (tilts ? look_noise_tilted : look_noise);
        break;
    case REEL_PATTERN_BRUSHED: step = tilts ? look_brushed_tilted : look_brushed; break;
    case REEL_PATTERN_TILES:
        step = plane ? (tilts ? floor_tiles_tilted : floor_tiles)
                     : (tilts ? look_tiles_tilted : look_tiles);
        break;
    default: step = look_stripes; break;
    }
    step(mat, g, b, s);
}

/* Lay the material's image over its base colours. */
STAGE void surface_image(const soft_job *job, batch *b, const soft_shown *shown)
{
    const soft_material *mat = &job->materials[job->info[shown->drawn].material];
    const soft_geom *g = &job->geoms[shown->drawn];
    const soft_texture *t = &job->textures[mat->image];
    const int plane = g->shape == REEL_SHAPE_PLANE;
    for (uint64_t left = shown->groups; left; left &= left - 1) {
        const int i = group_at(left);
        const vm m = group_of(b->key, i, shown->drawn);
        sighting s = sight_at(g, b, i, plane);
        sight_axes(&s);
        const layer at = lay_image(mat, g, t, &s);
        const texel x = texel_color(t, m, &at.spot, at.repeat_u, at.repeat_v);
        const v3 base = v3_load(b->base, i);
        const v3 laid = v3_add(v3_scale(x.c, at.cover), v3_scale(base, 1.0f - x.alpha * at.cover));
        v3_store(b->base, i, v3_sel(m, laid, base));
    }
}

/* The same of any other relief. */
STAGE void surface_relief(const soft_job *job, batch *b, const soft_shown *shown)
{
    const soft_material *mat = &job->materials[job->info[shown->drawn].material];
    const soft_geom *g = &job->geoms[shown->drawn];
    const soft_texture *t = mat->normal_image >= 0 ? &job->textures[mat->normal_image] : NULL;
    const int plane = g->shape == REEL_SHAPE_PLANE;
    for (uint64_t left = shown->groups; left; left &= left - 1) {
        const int i = group_at(left);
        const vm m = group_of(b->key, i, shown->drawn);
        v3 seen = v3_load(b->normal, i);
        if (t || mat->bump > 0) {
            sighting s = sight_at(g, b, i, plane);
            v3 n = s.n;
            if (t || !has_slope(mat->pattern)) {
                sight_axes(&s);
            }
            vf hidden = vf_set(0.0f);
            if (t) {
                const layer at = lay_image(mat, g, t, &s);
                n = image_normal(t, m, &at, &s, &hidden);
            }
            if (mat->bump > 0) {
                vf more;
                const v3 w = footprint(plane, s.d, s.n, s.view);
                n = v3_unit(v3_sub(n, relief_slope(mat, pattern_shape(g->shape), &s, w, &more)));
                hidden = hidden + more;
            }
            if (t || hides_slopes(mat->pattern)) {
                const vf rough = vf_load(b->rough + i);
                vf_store(b->rough + i, vf_sel(m, roughened(rough, hidden), rough));
            }
            seen = v3_trot(g->rot, facing_normal(n, s.n, s.view, 0));
        }
        v3_store(b->relief, i, v3_sel(m, seen, v3_load(b->relief, i)));
    }
}

/* Normals of a geom; local points and normals as well where its look depends on them. */
VINL void surface_geom(const soft_job *job, batch *b, const soft_shown *s, int shape, int local)
{
    const soft_geom *g = &job->geoms[s->drawn];
    for (uint64_t left = s->groups; left; left &= left - 1) {
        const int i = group_at(left);
        const vm m = group_of(b->key, i, s->drawn);
        const v3 p = v3_affine(g->rot, g->off, v3_load(b->pos, i));
        const v3 n = is_mesh(shape) ? mesh_normal(job->meshes[s->drawn], b->facet + i, vm_bits(m),
                                                  p, v3_rot(g->rot, v3_load(b->dir, i)))
                                    : shape_normal(shape, g->half, p, group_faces(b->key, i));
        const v3 turned = shape == REEL_SHAPE_PLANE ? v3_set(g->rot + 6) : v3_trot(g->rot, n);
        v3_store(b->normal, i, v3_sel(m, turned, v3_load(b->normal, i)));
        if (local && shape != REEL_SHAPE_PLANE) { /* of planes sight_at() knows them */
            v3_store(b->at, i, p);
            v3_store(b->up, i, n);
        }
    }
}

STAGE void surface_mesh(const soft_job *job, batch *b, const soft_shown *s, int local)
{
    surface_geom(job, b, s, REEL_SHAPE_MESH, local);
}

/* Fill normal and, if wanted, base, rough, metal, spec, view and shade from key and pos; sky lanes
 * get 0. After list_shown(). */
STAGE void surface(const soft_job *job, batch *b, int want)
{
    const v3 zero = v3_splat(vf_set(0.0f));
    const int relief = want & SURFACE_LOOK && job->relief;
    b->shade = relief ? b->relief : b->normal;
    for (int i = 0; b->shows_sky && i < b->n; i += VW) {
        v3_store(b->normal, i, zero);
        v3_store(b->base, i, zero);
    }
    if (want & SURFACE_LOOK) {
        view_rays(b);
    }
    for (int j = 0; j < b->n_shown; j++) {
        const soft_shown *s = &b->shown[j];
        const int shape = job->geoms[s->drawn].shape;
        const soft_material *mat = &job->materials[job->info[s->drawn].material];
        const int local = want & SURFACE_LOOK && mat->detailed;
        if (is_mesh(shape)) {
            surface_mesh(job, b, s, local);
        }
        FOR_SHAPE(shape, surface_geom(job, b, s, SHAPE, local))
        if (want & SURFACE_LOOK) {
            surface_look(job, b, s, relief);
            if (mat->image >= 0) {
                surface_image(job, b, s);
            }
            if (relief && !tilts_at_once(mat)) {
                surface_relief(job, b, s);
            }
        }
    }
}
