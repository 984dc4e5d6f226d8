/* convex_support.c - the point of a solid that is farthest along a direction. */
#include "engine/convex_parts.h"

enum { FEW = 24 }; /* vertices: then looking at all is quicker than climbing */

reel_vec3 polytope_support(const polytope *p, reel_vec3 n, int *hint)
{
    if (p->n_vertices <= FEW || !p->first_neighbour) {
        int best = 0;
        double most = reel_v3_dot(p->vertices[0], n);
        for (int i = 1; i < p->n_vertices; i++) {
            const double far = reel_v3_dot(p->vertices[i], n);
            if (far > most) {
                most = far;
                best = i;
            }
        }
        *hint = best;
        return p->vertices[best];
    }
    int at = *hint;
    double most = reel_v3_dot(p->vertices[at], n);
    for (bool climbs = true; climbs;) {
        climbs = false;
        const int from = at; /* its steepest neighbour next */
        for (int i = p->first_neighbour[from]; i < p->first_neighbour[from + 1]; i++) {
            const double far = reel_v3_dot(p->vertices[p->neighbours[i]], n);
            if (far > most) {
                most = far;
                at = p->neighbours[i];
                climbs = true;
            }
        }
    }
    *hint = at;
    return p->vertices[at];
}

static reel_vec3 rim_support(const convex *s, reel_vec3 n, double z)
{
    const double flat = sqrt(n.x * n.x + n.y * n.y);
    const double k = flat > 1e-12 ? s->size[0] / flat : 0; /* the middle where all are equal */
    return reel_v3(n.x * k, n.y * k, z);
}

static reel_vec3 ellipsoid_support(const convex *s, reel_vec3 n)
{
    const double *size = s->size;
    const reel_vec3 scaled = {size[0] * n.x, size[1] * n.y, size[2] * n.z};
    const double k = 1 / reel_v3_len(scaled);
    return reel_v3(size[0] * scaled.x * k - s->core_radius * n.x,
                   size[1] * scaled.y * k - s->core_radius * n.y,
                   size[2] * scaled.z * k - s->core_radius * n.z);
}

reel_vec3 convex_support(const convex *s, reel_vec3 n, int *hint)
{
    const double half = s->size[2];
    switch (s->shape) {
    case REEL_SHAPE_BOX:
    case REEL_SHAPE_HULL: return polytope_support(s->hull, n, hint);
    case REEL_SHAPE_CAPSULE: return reel_v3(0, 0, n.z < 0 ? -half : half);
    case REEL_SHAPE_CYLINDER: return rim_support(s, n, n.z < 0 ? -half : half);
    case REEL_SHAPE_CONE: {
        const reel_vec3 base = rim_support(s, n, -half), apex = {0, 0, half};
        return reel_v3_dot(base, n) > reel_v3_dot(apex, n) ? base : apex;
    }
    case REEL_SHAPE_ELLIPSOID: return ellipsoid_support(s, n);
    default: return reel_v3(0, 0, 0);
    }
}

reel_vec3 duo_support_a(duo *d, reel_vec3 n)
{
    return convex_support(d->a, n, &d->hint_a);
}

reel_vec3 duo_support_b(duo *d, reel_vec3 n)
{
    const reel_vec3 local = reel_mat3_tmul_v(d->pose.r, reel_v3_scale(n, -1));
    return pose_point(&d->pose, convex_support(d->b, local, &d->hint_b));
}

reel_vec3 duo_difference(duo *d, reel_vec3 n)
{
    return reel_v3_sub(duo_support_a(d, n), duo_support_b(d, n));
}

double duo_overlap(duo *d, reel_vec3 n)
{
    return reel_v3_dot(n, duo_difference(d, n)) + d->round;
}

double convex_inner_distance(const convex *s, reel_vec3 x)
{
    double least = -1;
    if (s->hull) {
        least = 1e300;
        for (int f = 0; f < s->hull->n_faces; f++) {
            const polytope_face *face = &s->hull->faces[f];
            least = fmin(least, face->offset - reel_v3_dot(face->normal, x));
        }
    }
    const double r = s->size[0], half = s->size[2], out = sqrt(x.x * x.x + x.y * x.y);
    if (s->shape == REEL_SHAPE_CYLINDER) {
        least = fmin(r - out, half - fabs(x.z));
    }
    if (s->shape == REEL_SHAPE_CONE) {
        const double side = sqrt(r * r + 4 * half * half);
        least = fmin(half + x.z, (r * (half - x.z) - 2 * half * out) / side);
    }
    return least + s->round;
}
