/*
 * objects.c - what a frame shows of each object: amodal pixels, boxes and masks, extents, tracks.
 */
#include "render/soft/renderer.h"

#include <math.h>
#include <string.h>

/* ---- extents -----------------------------------------------------------------------------------
 * The outline's range along an image axis: a convex body touches the plane through the eye that is
 * seen as u = s when the support in its direction is 0. For an ellipsoid, ball or disc with centre
 * c and shape matrix M (support sqrt(n M n)) that is (c_x - s c_z)^2 = M_xx - 2 s M_xz + s^2 M_zz.
 */

typedef struct outline {
    double lo[2], hi[2]; /* x/z, y/z */
    bool known;          /* nothing was met that has no end or is not before the camera */
} outline;

static void outline_add(outline *o, int axis, double lo, double hi)
{
    o->lo[axis] = fmin(o->lo[axis], lo);
    o->hi[axis] = fmax(o->hi[axis], hi);
}

static void outline_add_point(outline *o, const double p[3])
{
    o->known = o->known && p[2] > 1e-9;
    for (int a = 0; a < 2 && o->known; a++) {
        outline_add(o, a, p[a] / p[2], p[a] / p[2]);
    }
}

/* c: its centre; semi: its semi-axes along the columns of rot (a disc's last one is 0). */
static void outline_add_ellipsoid(outline *o, const double rot[9], const double c[3],
                                  const double semi[3])
{
    double m[3][3] = {{0}};
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                m[i][j] += rot[3 * i + k] * rot[3 * j + k] * semi[k] * semi[k];
            }
        }
    }
    o->known = o->known && c[2] - sqrt(m[2][2]) > 1e-9;
    for (int a = 0; a < 2 && o->known; a++) {
        const double qa = c[2] * c[2] - m[2][2], qb = c[a] * c[2] - m[a][2];
        const double qc = c[a] * c[a] - m[a][a], root = sqrt(fmax(qb * qb - qa * qc, 0));
        outline_add(o, a, (qb - root) / qa, (qb + root) / qa);
    }
}

typedef struct place {
    double rot[9], off[3]; /* cam = rot * local + off */
} place;

static void at(const place *p, double x, double y, double z, double out[3])
{
    for (int i = 0; i < 3; i++) {
        out[i] = p->rot[3 * i] * x + p->rot[3 * i + 1] * y + p->rot[3 * i + 2] * z + p->off[i];
    }
}

/* A disc of radius r across the axis, at height z; r[2] its half thickness. */
static void outline_add_at(outline *o, const place *p, double z, double r, double thick)
{
    double c[3];
    at(p, 0, 0, z, c);
    outline_add_ellipsoid(o, p->rot, c, (double[3]){r, r, thick});
}

static void outline_add_corner(outline *o, const place *p, double x, double y, double z)
{
    double c[3];
    at(p, x, y, z, c);
    outline_add_point(o, c);
}

static void outline_add_geom(outline *o, const reel_geom *g, const soft_mesh *mesh, const place *p)
{
    const double *s = g->size;
    switch (g->shape) {
    case REEL_SHAPE_PLANE:
        o->known = o->known && s[0] > 0;
        outline_add_at(o, p, 0, s[0], 0);
        return;
    case REEL_SHAPE_BOX:
        for (int i = 0; i < 8; i++) {
            outline_add_corner(o, p, i & 1 ? 0.5 * s[0] : -0.5 * s[0],
                               i & 2 ? 0.5 * s[1] : -0.5 * s[1], i & 4 ? 0.5 * s[2] : -0.5 * s[2]);
        }
        return;
    case REEL_SHAPE_SPHERE: outline_add_at(o, p, 0, s[0], s[0]); return;
    case REEL_SHAPE_CAPSULE:
        outline_add_at(o, p, 0.5 * s[1], s[0], s[0]);
        outline_add_at(o, p, -0.5 * s[1], s[0], s[0]);
        return;
    case REEL_SHAPE_CYLINDER:
        outline_add_at(o, p, 0.5 * s[1], s[0], 0);
        outline_add_at(o, p, -0.5 * s[1], s[0], 0);
        return;
    case REEL_SHAPE_CONE:
        outline_add_corner(o, p, 0, 0, 0.5 * s[1]);
        outline_add_at(o, p, -0.5 * s[1], s[0], 0);
        return;
    case REEL_SHAPE_ELLIPSOID: outline_add_ellipsoid(o, p->rot, p->off, s); return;
    default:
        for (int i = 0; o->known && i < mesh->n_vertices; i++) {
            const double *v = mesh->vertices + (size_t)i * 3;
            outline_add_corner(o, p, v[0], v[1], v[2]);
        }
    }
}

/* ---- amodal ------------------------------------------------------------------------------------
 */

/* The drawn geoms of each instance as lists in order: objects->first, `next`. */
static void sort_geoms(const soft_job *job, reel_objects *o, int *next)
{
    for (int i = 0; i <= o->n_instances; i++) {
        o->first[i] = -1;
    }
    for (int k = job->n_drawn - 1; k >= 0; k--) {
        int32_t *first = &o->first[job->info[k].instance];
        next[k] = *first;
        *first = k;
    }
}

/* The triangles of each geom in the raster: [first[k], last[k]). */
static void sort_triangles(const soft_job *job, int *first, int *last)
{
    memset(first, 0, (size_t)job->n_drawn * sizeof *first);
    memset(last, 0, (size_t)job->n_drawn * sizeof *last);
    for (int i = 0; job->raster && i < job->raster->n; i++) {
        const int k = job->raster->tris[i].geom;
        first[k] = i > 0 && job->raster->tris[i - 1].geom == k ? first[k] : i;
        last[k] = i + 1;
    }
}

/* Count the bits within [x0, x1) x [y0, y1), whose box becomes that of the bits. */
static void measure(const reel_objects *o, const int area[4], reel_amodal *a)
{
    *a = (reel_amodal){.x0 = area[2], .y0 = area[3]};
    for (int y = area[1]; y < area[3]; y++) {
        const uint64_t *row = o->bits + (size_t)y * o->words;
        int lo = -1, hi = -1;
        for (int w = area[0] / 64; w * 64 < area[2]; w++) {
            if (row[w]) {
                lo = lo < 0 ? w * 64 + __builtin_ctzll(row[w]) : lo;
                hi = w * 64 + 64 - __builtin_clzll(row[w]);
                a->pixels += __builtin_popcountll(row[w]);
            }
        }
        if (lo >= 0) {
            a->x0 = lo < a->x0 ? lo : a->x0;
            a->x1 = hi > a->x1 ? hi : a->x1;
            a->y0 = y < a->y0 ? y : a->y0;
            a->y1 = y + 1;
        }
    }
    if (a->pixels == 0) {
        a->x0 = a->y0 = 0;
    }
}

static void clear(const reel_objects *o, const int area[4])
{
    const size_t first = (size_t)area[0] / 64, last = ((size_t)area[2] + 63) / 64;
    for (int y = area[1]; y < area[3]; y++) {
        memset(o->bits + (size_t)y * o->words + first, 0, (last - first) * sizeof *o->bits);
    }
}

static void set_extent(const reel_view *v, const outline *o, double out[4])
{
    const double f = v->fx;
    out[0] = o->known ? f * o->lo[0] + v->cx : (double)NAN;
    out[1] = o->known ? f * o->lo[1] + v->cy : (double)NAN;
    out[2] = o->known ? f * o->hi[0] + v->cx : (double)NAN;
    out[3] = o->known ? f * o->hi[1] + v->cy : (double)NAN;
}

static bool draw_instance(reel_renderer *r, const soft_snapshot *now, reel_objects *o, int i,
                          const int *next, const int *first, const int *last)
{
    const soft_job *job = &r->job;
    outline all = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}, true};
    int area[4] = {o->width, o->height, 0, 0};
    for (int k = o->first[i]; k >= 0; k = next[k]) {
        const soft_geom *g = &now->geoms[k];
        place p;
        if (!g->present) {
            continue;
        }
        reel_soft_pose(r->scene, r->take, now, r->info[k].geom, p.rot, p.off);
        outline_add_geom(&all, &r->scene->geoms[r->info[k].geom], r->shown[k], &p);
        if (g->x0 < g->x1 && g->y0 < g->y1) {
            r->kernel->alone(job, k, first[k], last[k], o->bits, o->words);
            area[0] = g->x0 < area[0] ? g->x0 : area[0];
            area[1] = g->y0 < area[1] ? g->y0 : area[1];
            area[2] = g->x1 > area[2] ? g->x1 : area[2];
            area[3] = g->y1 > area[3] ? g->y1 : area[3];
        }
    }
    measure(o, area, &o->amodal[i]);
    all.known = all.known && all.lo[0] <= all.hi[0];
    set_extent(&now->view, &all, o->amodal[i].extent);
    const reel_amodal *a = &o->amodal[i];
    const int box[4] = {a->x0, a->y0, a->x1, a->y1};
    const bool ok = !o->has_masks || reel_masks_put_bits(&o->amodal_masks, i, o->bits, o->words,
                                                         box, o->width, o->height);
    clear(o, area);
    return ok;
}

/* ---- tracks ------------------------------------------------------------------------------------
 */

/* The drawn geom that shows geom `geom` of the scene; the list is in the order of geoms. */
static int find_drawn(const reel_renderer *r, int geom)
{
    int lo = 0, hi = r->n_drawn - 1;
    while (lo < hi) {
        const int middle = (lo + hi) / 2;
        if (r->info[middle].geom < geom) {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    return lo;
}

static reel_vec3 vec(const double v[3])
{
    return reel_v3(v[0], v[1], v[2]);
}

/* Where track `i` is; its state but for what others hide. */
static int place_track(const reel_renderer *r, const soft_snapshot *now, reel_objects *o, int i)
{
    const reel_track *t = &o->tracks[i];
    const int k = find_drawn(r, t->geom), sample = now->frame * r->scene->samples_per_frame;
    float *p = o->points + i;
    if (!now->geoms[k].present) {
        return REEL_TRACK_ABSENT;
    }
    const reel_pose pose = reel_take_pose(r->take, sample, t->body);
    const reel_mat3 turn = reel_mat3_from_quat(pose.q);
    /* relative to the eye first: far from the world's origin nothing is lost */
    const reel_vec3 from_eye = reel_v3_sub(pose.p, now->view.eye);
    const reel_vec3 world = reel_v3_add(from_eye, reel_mat3_mul_v(turn, vec(t->point)));
    const reel_vec3 c = reel_mat3_mul_v(now->view.cam_from_world, world);
    if (!(c.z > 1e-9)) {
        return REEL_TRACK_OUTSIDE;
    }
    const double x = c.x / c.z, y = c.y / c.z;
    const double u = now->view.fx * x + now->view.cx, v = now->view.fy * y + now->view.cy;
    if (!(u >= 0 && u < o->width && v >= 0 && v < o->height)) {
        return REEL_TRACK_OUTSIDE;
    }
    if (reel_v3_dot(reel_mat3_mul_v(turn, vec(t->normal)), world) >= 0) {
        return REEL_TRACK_OCCLUDED; /* its surface is turned away */
    }
    p[0] = (float)u;
    p[o->room] = (float)v;
    p[2 * o->room] = (float)x;
    p[3 * o->room] = (float)y;
    p[4 * o->room] = (float)c.z;
    o->owners[i] = k;
    return REEL_TRACK_VISIBLE;
}

static void follow_tracks(const reel_renderer *r, const soft_snapshot *now, reel_objects *o)
{
    const size_t n = o->room;
    for (size_t i = 0; i < n; i++) {
        o->owners[i] = -1;
    }
    for (int i = 0; i < o->n_tracks; i++) {
        o->track_state[i] = (uint8_t)place_track(r, now, o, i);
    }
    const soft_points points = {.n = (int)n,
                                .u = o->points,
                                .v = o->points + n,
                                .dx = o->points + 2 * n,
                                .dy = o->points + 3 * n,
                                .z = o->points + 4 * n,
                                .owner = o->owners};
    r->kernel->hide(&r->job, &points);
    for (int i = 0; i < o->n_tracks; i++) {
        if (o->track_state[i] == REEL_TRACK_VISIBLE && o->owners[i] < 0) {
            o->track_state[i] = REEL_TRACK_OCCLUDED;
        }
    }
}

bool reel_soft_objects(reel_renderer *r, const soft_snapshot *now)
{
    const soft_job *job = &r->job;
    reel_objects *o = job->out->objects;
    int *next = job->row_list, *first = job->tile_list, *last = job->near_list;
    assert(o->width == job->width && o->height == job->height);
    assert(o->n_instances == r->n_instances && job->geoms == now->geoms);
    sort_geoms(job, o, next);
    sort_triangles(job, first, last);
    for (int i = 1; i <= o->n_instances; i++) {
        if (!draw_instance(r, now, o, i, next, first, last)) {
            return false;
        }
    }
    if (o->n_tracks > 0) {
        follow_tracks(r, now, o);
    }
    return true;
}

bool reel_soft_objects_seen(const reel_frame *frame)
{
    reel_objects *o = frame->objects;
    const uint16_t *ids = frame->plane[REEL_PLANE_INSTANCE];
    return !o->has_masks || !ids ||
           reel_masks_put_ids(&o->visible_masks, ids, frame->width, frame->height);
}
