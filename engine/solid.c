/*
 * solid.c - geoms as air and water see them: the area across a flow, and what is under a surface.
 *
 * Areas of convex shapes are exact (of a mesh that is not convex: as if no part hid another). What
 * is under is exact for boxes, hulls and meshes: tetrahedra from a point of the surface to the
 * faces, clipped at it; those to the cut itself are flat, so the cut need not be known. Round
 * solids: solid_round.c.
 */
#include "engine/force.h"

#include "base/trig.h"

/* Corner i of a box is at x = -,+ for bit 0, y bit 1, z bit 2; counter-clockwise from outside. */
static const uint8_t box_faces[12][3] = {{0, 4, 6}, {0, 6, 2}, {1, 3, 7}, {1, 7, 5},
                                         {0, 1, 5}, {0, 5, 4}, {2, 6, 7}, {2, 7, 3},
                                         {0, 2, 3}, {0, 3, 1}, {4, 5, 7}, {4, 7, 6}};

static reel_vec3 vertex(const reel_mesh *mesh, int triangle, int k)
{
    const double *v = &mesh->vertices[3 * mesh->triangles[3 * triangle + k]];
    return reel_v3(v[0], v[1], v[2]);
}

static double mesh_area(const reel_mesh *mesh, reel_vec3 along)
{
    double sum = 0;
    for (int t = 0; t < mesh->n_triangles; t++) {
        const reel_vec3 a = vertex(mesh, t, 0);
        const reel_vec3 ab = reel_v3_sub(vertex(mesh, t, 1), a);
        const reel_vec3 ac = reel_v3_sub(vertex(mesh, t, 2), a);
        sum += fabs(reel_v3_dot(reel_v3_cross(ab, ac), along));
    }
    return sum / 4; /* each line enters and leaves; the cross product is twice the triangle */
}

/* The shadow of the base is an ellipse; the apex' shadow, where it is outside, adds what lies
 * between the tangents from it. */
static double cone_area(double r, double height, double sine, double cosine)
{
    const double reach = height * sine, minor = r * cosine;
    if (reach <= minor) {
        return REEL_PI * r * minor;
    }
    return minor * r * (REEL_PI - reel_acos(minor / reach)) +
           r * sqrt(reach * reach - minor * minor);
}

double solid_area(const reel_scene *scene, const reel_geom *geom, reel_vec3 u)
{
    const double *s = geom->size, r = s[0];
    const double sine = sqrt(u.x * u.x + u.y * u.y), cosine = fabs(u.z);
    switch (geom->shape) {
    case REEL_SHAPE_BOX:
        return s[1] * s[2] * fabs(u.x) + s[0] * s[2] * fabs(u.y) + s[0] * s[1] * fabs(u.z);
    case REEL_SHAPE_SPHERE: return REEL_PI * r * r;
    case REEL_SHAPE_CAPSULE: return REEL_PI * r * r + 2 * r * s[1] * sine;
    case REEL_SHAPE_CYLINDER: return REEL_PI * r * r * cosine + 2 * r * s[1] * sine;
    case REEL_SHAPE_CONE: return cone_area(r, s[1], sine, cosine);
    case REEL_SHAPE_ELLIPSOID: {
        const reel_vec3 a = reel_v3(s[1] * s[2] * u.x, s[0] * s[2] * u.y, s[0] * s[1] * u.z);
        return REEL_PI * reel_v3_len(a);
    }
    case REEL_SHAPE_HULL:
    case REEL_SHAPE_MESH: return mesh_area(&scene->meshes[geom->mesh], u);
    case REEL_SHAPE_PLANE:
    case REEL_SHAPE_HEIGHT_FIELD: break;
    }
    return 0;
}

/* The surface, and what has been found under it so far. */
typedef struct clipper {
    reel_vec3 up, origin; /* of the tetrahedra: on the surface */
    double level;
    solid_cut sum;
} clipper;

static void add_tetrahedron(clipper *clip, reel_vec3 a, reel_vec3 b, reel_vec3 c)
{
    const reel_vec3 o = clip->origin;
    const reel_vec3 da = reel_v3_sub(a, o), db = reel_v3_sub(b, o), dc = reel_v3_sub(c, o);
    const double volume = reel_v3_dot(da, reel_v3_cross(db, dc)) / 6;
    const reel_vec3 sum = reel_v3_add(reel_v3_add(a, b), reel_v3_add(c, o));
    clip->sum.volume += volume;
    clip->sum.moment = reel_v3_madd(clip->sum.moment, volume / 4, sum);
}

static reel_vec3 between(reel_vec3 a, double ha, reel_vec3 b, double hb)
{
    return reel_v3_madd(a, ha / (ha - hb), reel_v3_sub(b, a));
}

static void add_face(clipper *clip, reel_vec3 a, reel_vec3 b, reel_vec3 c)
{
    reel_vec3 p[3] = {a, b, c};
    double h[3];
    int n_under = 0, odd = 0; /* odd: the corner that is alone on its side */
    for (int i = 0; i < 3; i++) {
        h[i] = reel_v3_dot(p[i], clip->up) - clip->level;
        n_under += h[i] < 0;
    }
    if (n_under == 0) {
        return;
    }
    if (n_under == 3) {
        add_tetrahedron(clip, a, b, c);
        return;
    }
    for (int i = 0; i < 3; i++) {
        odd = (h[i] < 0) == (n_under == 1) ? i : odd;
    }
    const int next = (odd + 1) % 3, last = (odd + 2) % 3;
    const reel_vec3 first_cut = between(p[odd], h[odd], p[next], h[next]);
    const reel_vec3 last_cut = between(p[odd], h[odd], p[last], h[last]);
    if (n_under == 1) {
        add_tetrahedron(clip, p[odd], first_cut, last_cut);
    } else {
        add_tetrahedron(clip, first_cut, p[next], p[last]);
        add_tetrahedron(clip, first_cut, p[last], last_cut);
    }
}

static void add_box(clipper *clip, const double size[3])
{
    reel_vec3 corner[8];
    for (int i = 0; i < 8; i++) {
        corner[i] = reel_v3((i & 1 ? 0.5 : -0.5) * size[0], (i & 2 ? 0.5 : -0.5) * size[1],
                            (i & 4 ? 0.5 : -0.5) * size[2]);
    }
    for (int i = 0; i < 12; i++) {
        const uint8_t *f = box_faces[i];
        add_face(clip, corner[f[0]], corner[f[1]], corner[f[2]]);
    }
}

static void add_mesh(clipper *clip, const reel_mesh *mesh)
{
    for (int t = 0; t < mesh->n_triangles; t++) {
        add_face(clip, vertex(mesh, t, 0), vertex(mesh, t, 1), vertex(mesh, t, 2));
    }
}

static solid_cut join(solid_cut a, solid_cut b)
{
    return (solid_cut){a.volume + b.volume, reel_v3_add(a.moment, b.moment)};
}

/* Moved by z along the axis. */
static solid_cut shifted(solid_cut cut, double z)
{
    cut.moment.z += z * cut.volume;
    return cut;
}

solid_cut solid_under(const reel_scene *scene, const reel_geom *geom, reel_vec3 up, double level)
{
    const double *s = geom->size, r = s[0], half = s[1] / 2;
    clipper clip = {.up = up, .origin = reel_v3_scale(up, level), .level = level};
    switch (geom->shape) {
    case REEL_SHAPE_BOX: add_box(&clip, s); return clip.sum;
    case REEL_SHAPE_HULL:
    case REEL_SHAPE_MESH: add_mesh(&clip, &scene->meshes[geom->mesh]); return clip.sum;
    case REEL_SHAPE_SPHERE: return cut_ellipsoid(reel_v3(r, r, r), up, level);
    case REEL_SHAPE_ELLIPSOID: return cut_ellipsoid(reel_v3(s[0], s[1], s[2]), up, level);
    case REEL_SHAPE_CYLINDER: return cut_frustum(-half, half, r, r, up, level);
    case REEL_SHAPE_CONE: return cut_frustum(-half, half, r, 0, up, level);
    case REEL_SHAPE_CAPSULE: {
        const solid_cut top = cut_half_ball(r, 1, up, level - half * up.z);
        const solid_cut bottom = cut_half_ball(r, -1, up, level + half * up.z);
        const solid_cut ends = join(shifted(top, half), shifted(bottom, -half));
        return half > 0 ? join(ends, cut_frustum(-half, half, r, r, up, level)) : ends;
    }
    case REEL_SHAPE_PLANE:
    case REEL_SHAPE_HEIGHT_FIELD: break;
    }
    return clip.sum;
}
