/*
 * geom.c - drawn geoms as a camera sees them: double in, float32 relative to the camera out.
 */
#include "base/between.h"
#include "base/trig.h"
#include "render/soft/soft.h"

#include <math.h>
#include <string.h>

static reel_mat3 mul(reel_mat3 a, reel_mat3 b)
{
    reel_mat3 r;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            r.m[i][j] = a.m[i][0] * b.m[0][j] + a.m[i][1] * b.m[1][j] + a.m[i][2] * b.m[2][j];
        }
    }
    return r;
}

static reel_mat3 transposed(reel_mat3 a)
{
    reel_mat3 r;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            r.m[i][j] = a.m[j][i];
        }
    }
    return r;
}

static void round_mat(float out[9], reel_mat3 a)
{
    for (int i = 0; i < 9; i++) {
        out[i] = (float)a.m[i / 3][i % 3];
    }
}

static void round_vec(float out[3], reel_vec3 a)
{
    out[0] = (float)a.x;
    out[1] = (float)a.y;
    out[2] = (float)a.z;
}

/* cam = rot * local + off, in double */
typedef struct cam_pose {
    reel_mat3 rot;
    reel_vec3 off;
} cam_pose;

/* Relative to the eye first: far from the world's origin nothing is lost. */
static cam_pose cam_from_body(const reel_view *view, reel_pose world_from_body)
{
    return (cam_pose){
        mul(view->cam_from_world, reel_mat3_from_quat(world_from_body.q)),
        reel_mat3_mul_v(view->cam_from_world, reel_v3_sub(world_from_body.p, view->eye))};
}

static int frame_sample(const reel_scene *scene, int frame)
{
    return frame * scene->samples_per_frame;
}

/* Pixel bounds of what lies in z > 0; the whole image if it reaches the camera's plane. */
typedef struct bounds {
    double x0, y0, x1, y1, near_z;
} bounds;

static void bounds_add_point(bounds *b, const reel_view *v, reel_vec3 p)
{
    const double x = v->fx * p.x / p.z + v->cx, y = v->fy * p.y / p.z + v->cy;
    b->x0 = fmin(b->x0, x);
    b->x1 = fmax(b->x1, x);
    b->y0 = fmin(b->y0, y);
    b->y1 = fmax(b->y1, y);
}

/* Tangents from the camera to a circle in the plane of one image axis and z. */
static void tangents(double c, double z, double r, double *lo, double *hi)
{
    const double h = r * sqrt(fmax(c * c + z * z - r * r, 0)), d = z * z - r * r;
    *lo = (c * z - h) / d;
    *hi = (c * z + h) / d;
}

static void bounds_add_sphere(bounds *b, const reel_view *v, reel_vec3 c, double r)
{
    double lo, hi;
    tangents(c.x, c.z, r, &lo, &hi);
    b->x0 = fmin(b->x0, v->fx * lo + v->cx);
    b->x1 = fmax(b->x1, v->fx * hi + v->cx);
    tangents(c.y, c.z, r, &lo, &hi);
    b->y0 = fmin(b->y0, v->fy * lo + v->cy);
    b->y1 = fmax(b->y1, v->fy * hi + v->cy);
}

static void add_corners(bounds *b, soft_geom *g, const reel_view *v, const cam_pose *pose,
                        const double half[3])
{
    g->has_corners = 1;
    for (int i = 0; i < 8; i++) {
        const reel_vec3 corner = {i & 1 ? half[0] : -half[0], i & 2 ? half[1] : -half[1],
                                  i & 4 ? half[2] : -half[2]};
        const reel_vec3 p = reel_v3_add(pose->off, reel_mat3_mul_v(pose->rot, corner));
        bounds_add_point(b, v, p);
        g->corner[i][0] = (float)(v->fx * p.x / p.z + v->cx);
        g->corner[i][1] = (float)(v->fy * p.y / p.z + v->cy);
    }
}

/* The 1 px margin covers rounding and the spread of the colour samples. */
static void set_bounds(soft_geom *g, const reel_view *v, const cam_pose *pose, const double half[3],
                       double radius, int width, int height)
{
    bounds b = {INFINITY, INFINITY, -INFINITY, -INFINITY, 0};
    const double near_z = pose->off.z - radius;
    g->x0 = g->y0 = 0;
    g->x1 = width;
    g->y1 = height;
    g->near_z = (float)fmax(near_z * (1 - 1e-6), 0);
    if (pose->off.z + radius <= 0) {
        g->x1 = g->y1 = 0;
        return;
    }
    if (near_z <= 1e-3 * radius) {
        return;
    }
    if (g->shape == REEL_SHAPE_SPHERE) {
        bounds_add_sphere(&b, v, pose->off, half[0]);
    } else if (g->shape == REEL_SHAPE_CAPSULE) {
        const reel_vec3 axis = {pose->rot.m[0][2], pose->rot.m[1][2], pose->rot.m[2][2]};
        const double l = half[2] - half[0];
        bounds_add_sphere(&b, v, reel_v3_madd(pose->off, l, axis), half[0]);
        bounds_add_sphere(&b, v, reel_v3_madd(pose->off, -l, axis), half[0]);
    } else {
        add_corners(&b, g, v, pose, half);
    }
    g->x0 = (int)fmax(floor(fmin(b.x0, 1e6)) - 1, 0);
    g->y0 = (int)fmax(floor(fmin(b.y0, 1e6)) - 1, 0);
    g->x1 = (int)fmin(ceil(fmax(b.x1, -1e6)) + 1, width);
    g->y1 = (int)fmin(ceil(fmax(b.y1, -1e6)) + 1, height);
}

/* In radii of the ball that looks as large on average: beyond it a body hides less than 1/30. */
#define OCCLUSION_REACH 5.5

/* Radius of the ball of the same surface: a convex body's mean shadow is a quarter of that. */
static double mean_radius(reel_shape shape, const double half[3])
{
    const double a = half[0], b = half[1], c = half[2];
    switch (shape) {
    case REEL_SHAPE_SPHERE: return a;
    case REEL_SHAPE_CAPSULE: return sqrt(a * c);
    case REEL_SHAPE_CYLINDER: return sqrt(0.5 * a * (a + 2 * c));
    case REEL_SHAPE_CONE: return 0.5 * sqrt(a * (a + sqrt(a * a + 4 * c * c)));
    case REEL_SHAPE_ELLIPSOID: return sqrt((a * b + b * c + c * a) / 3);
    default: return sqrt((a * b + b * c + c * a) * 2 / REEL_PI);
    }
}

/* A body as occlusion sees it: smaller than its box by the corners it lacks, and a cone by most of
 * its upper half. */
static void fill_core(soft_geom *g, reel_shape shape, const double half[3], const double middle[3])
{
    const bool cone = shape == REEL_SHAPE_CONE, egg = shape == REEL_SHAPE_ELLIPSOID;
    const double thin = fmin(fmin(half[0], half[1]), half[2]) * (cone ? 0.6 : 1);
    const double round = egg ? 0.6 : shape == REEL_SHAPE_CYLINDER ? 0.8 : 1;
    for (int i = 0; i < 3; i++) {
        g->core[i] = (float)((half[i] - thin) * (i < 2 || egg ? round : 1));
        g->core_at[i] = (float)middle[i];
    }
    if (cone) {
        g->core[0] = g->core[1] = (float)fmax(0.6 * half[0] - thin, 0);
        const double lo = -half[2] + thin, hi = fmax(0.3 * half[2] - thin, lo);
        g->core_at[2] = (float)(0.5 * (lo + hi));
        g->core[2] = (float)(0.5 * (hi - lo));
    }
    g->core_r = (float)thin;
    g->ball = !cone && g->core[0] + g->core[1] + g->core[2] == 0;
}

/* What occlusion.h makes of the core, where distances are large against it. */
static float far_radius(const soft_geom *g)
{
    double area = (double)g->core_r * g->core_r;
    for (int i = 0; i < 3 && g->core_r > 0; i++) {
        area *= 1 + g->core[i] / g->core_r;
    }
    return (float)sqrt(area);
}

/* A hull fills its box by its share of the volume; a mesh is far away as a ball and near by what
 * occlusion.h makes of it; a height field hides no sky. */
static void fill_mesh_core(soft_geom *g, const soft_mesh *mesh, const double half[3])
{
    const double box = 8 * half[0] * half[1] * half[2];
    const double fill = box > 0 ? fmin(fmax(mesh->volume / box, 0), 1) : 0;
    const double ball = fmin(sqrt(mesh->area / (4 * REEL_PI)), 0.75 * mesh->radius);
    for (int i = 0; i < 3; i++) {
        g->core[i] = (float)(g->core[i] * (0.4 + 0.6 * fill));
    }
    g->core_r = (float)(g->core_r * (0.5 + 0.5 * fill));
    g->reach = (float)(OCCLUSION_REACH * ball * (mesh->volume > 0));
    if (mesh->n_patches) {
        g->core_r = (float)ball;
        g->ball = 1;
    }
}

/* cam_from_geom */
static cam_pose geom_pose(const reel_view *view, const reel_geom *geom, reel_pose world_from_body)
{
    const cam_pose body = cam_from_body(view, world_from_body);
    return (cam_pose){mul(body.rot, reel_mat3_from_quat(geom->body_from_geom.q)),
                      reel_v3_add(body.off, reel_mat3_mul_v(body.rot, geom->body_from_geom.p))};
}

/* What a shape's `half` and bounding sphere are, about its centre. */
static double fill_size(soft_geom *g, const reel_geom *geom, const double half[3])
{
    for (int i = 0; i < 3; i++) {
        g->half[i] = (float)half[i];
    }
    switch (geom->shape) {
    case REEL_SHAPE_SPHERE: return half[0];
    case REEL_SHAPE_CAPSULE: g->half[1] = (float)(geom->size[1] * 0.5); return half[2];
    case REEL_SHAPE_CYLINDER:
        g->half[1] = (float)half[2];
        return sqrt(half[0] * half[0] + half[2] * half[2]);
    case REEL_SHAPE_CONE:
        g->half[1] = (float)half[2];
        g->half[2] = (float)(half[0] / (2 * half[2]));
        return sqrt(half[0] * half[0] + half[2] * half[2]);
    case REEL_SHAPE_ELLIPSOID: return fmax(fmax(half[0], half[1]), half[2]);
    default: return reel_v3_len(reel_v3(half[0], half[1], half[2]));
    }
}

static void fill_geom(soft_geom *g, const reel_geom *geom, const soft_mesh *mesh,
                      const reel_view *view, reel_pose world_from_body, int width, int height)
{
    cam_pose pose = geom_pose(view, geom, world_from_body);
    const reel_mat3 inverse = transposed(pose.rot);
    double half[3] = {0, 0, 0}, middle[3] = {0, 0, 0}, radius;
    round_mat(g->rot, inverse);
    round_vec(g->off, reel_v3_scale(reel_mat3_mul_v(inverse, pose.off), -1));
    round_vec(g->centre, pose.off);
    g->shape = (int)geom->shape;
    if (geom->shape == REEL_SHAPE_PLANE) {
        g->radius = (float)geom->size[0];
        g->half[0] = geom->size[0] > 0 ? (float)geom->size[0] : INFINITY;
        g->x0 = g->y0 = 0;
        g->x1 = width;
        g->y1 = height;
        g->near_z = 0;
        return;
    }
    for (int i = 0; mesh && i < 3; i++) {
        half[i] = 0.5 * (mesh->hi[i] - mesh->lo[i]);
        middle[i] = 0.5 * (mesh->hi[i] + mesh->lo[i]);
    }
    if (mesh) { /* from here on about its middle */
        pose.off = reel_v3_add(pose.off,
                               reel_mat3_mul_v(pose.rot, reel_v3(middle[0], middle[1], middle[2])));
        round_vec(g->centre, pose.off);
    } else {
        reel_shape_half_box(geom->shape, geom->size, half);
    }
    radius = fill_size(g, geom, half);
    radius = mesh ? mesh->radius : radius;
    g->radius = (float)(radius * (1 + 1e-6));
    fill_core(g, geom->shape, half, middle);
    g->reach = (float)(OCCLUSION_REACH * mean_radius(geom->shape, half));
    if (mesh) {
        fill_mesh_core(g, mesh, half);
    }
    g->far_r = far_radius(g);
    set_bounds(g, view, &pose, half, radius, width, height);
}

bool reel_soft_body_pose(const reel_scene *scene, const reel_take *take, const soft_snapshot *snap,
                         int body, reel_pose *out)
{
    return reel_take_pose_near(scene, take, snap->frame, snap->shift, body, out);
}

void reel_soft_pose(const reel_scene *scene, const reel_take *take, const soft_snapshot *snap,
                    int geom, double rot[9], double off[3])
{
    const reel_geom *g = &scene->geoms[geom];
    reel_pose body = reel_take_pose(take, frame_sample(scene, snap->frame), g->body);
    reel_soft_body_pose(scene, take, snap, g->body, &body);
    const cam_pose pose = geom_pose(&snap->view, g, body);
    for (int i = 0; i < 9; i++) {
        rot[i] = pose.rot.m[i / 3][i % 3];
    }
    off[0] = pose.off.x;
    off[1] = pose.off.y;
    off[2] = pose.off.z;
}

/* Another size of image than the scene's sees the same field of view. */
static reel_view lens_view(const reel_scene *scene, const reel_take *take, int camera,
                           const soft_instant *at, int width, int height)
{
    reel_view v = reel_view_near(scene, take, camera, at->frame, at->shift);
    const double zoom = (double)height / scene->height;
    v.fx *= zoom;
    v.fy *= zoom;
    v.cx = width * 0.5 - at->offset[0];
    v.cy = height * 0.5 - at->offset[1];
    if (at->lens[0] != 0 || at->lens[1] != 0) {
        const reel_vec3 right = {v.cam_from_world.m[0][0], v.cam_from_world.m[0][1],
                                 v.cam_from_world.m[0][2]};
        const reel_vec3 down = {v.cam_from_world.m[1][0], v.cam_from_world.m[1][1],
                                v.cam_from_world.m[1][2]};
        v.eye = reel_v3_madd(reel_v3_madd(v.eye, at->lens[0], right), at->lens[1], down);
        v.translation = reel_v3_scale(reel_mat3_mul_v(v.cam_from_world, v.eye), -1);
        v.cx += v.fx * at->lens[0] / at->focus;
        v.cy += v.fy * at->lens[1] / at->focus;
    }
    return v;
}

void reel_soft_snapshot_fill(soft_snapshot *snap, const reel_scene *scene, const reel_take *take,
                             const soft_info *info, const soft_mesh *const *meshes, int n_drawn,
                             int camera, const soft_instant *at, int width, int height)
{
    snap->camera = camera;
    snap->frame = at->frame;
    snap->shift = at->shift;
    snap->view = lens_view(scene, take, camera, at, width, height);
    for (int k = 0; k < n_drawn; k++) {
        soft_geom *g = &snap->geoms[k];
        reel_pose pose;
        memset(g, 0, sizeof *g);
        g->shape = (int)scene->geoms[info[k].geom].shape;
        if (!reel_soft_body_pose(scene, take, snap, info[k].body, &pose)) {
            continue; /* empty bounds */
        }
        g->present = 1;
        fill_geom(g, &scene->geoms[info[k].geom], meshes[k], &snap->view, pose, width, height);
        g->slab = g->shape == REEL_SHAPE_BOX &&
                  g->core[0] + g->core[1] + g->core[2] > 6 * g->core_r &&
                  scene->bodies[info[k].body].motion == REEL_MOTION_STATIC;
    }
}

/* True if the body exists at both samples and was not placed anew on the way. */
static bool moves_on(const reel_take *take, int from, int to, int body)
{
    const int lo = from < to ? from : to, hi = from < to ? to : from;
    for (int s = lo; s <= hi; s++) {
        const uint8_t state = take->state[(size_t)s * (size_t)take->n_bodies + (size_t)body];
        if (!(state & REEL_STATE_PRESENT) || (s > lo && (state & REEL_STATE_TELEPORTED))) {
            return false;
        }
    }
    return true;
}

static bool same_view(const reel_view *a, const reel_view *b)
{
    return memcmp(&a->cam_from_world, &b->cam_from_world, sizeof a->cam_from_world) == 0 &&
           memcmp(&a->eye, &b->eye, sizeof a->eye) == 0;
}

soft_motion reel_soft_motion(const reel_scene *scene, const reel_take *take,
                             const soft_snapshot *from, const soft_snapshot *to, int body)
{
    soft_motion m = {0};
    const bool camera_still = same_view(&from->view, &to->view);
    if (body < 0) {
        m.kind = camera_still ? SOFT_MOTION_STILL : SOFT_MOTION_MOVES;
        round_mat(m.rot, mul(to->view.cam_from_world, transposed(from->view.cam_from_world)));
        return m;
    }
    const int a = frame_sample(scene, from->frame), b = frame_sample(scene, to->frame);
    if (!moves_on(take, a, b, body)) {
        return m;
    }
    const reel_pose pa = reel_take_pose(take, a, body), pb = reel_take_pose(take, b, body);
    const cam_pose ca = cam_from_body(&from->view, pa), cb = cam_from_body(&to->view, pb);
    const reel_mat3 rot = mul(cb.rot, transposed(ca.rot));
    const bool still = camera_still && memcmp(&pa, &pb, sizeof pa) == 0;
    m.kind = still ? SOFT_MOTION_STILL : SOFT_MOTION_MOVES;
    round_mat(m.rot, rot);
    round_vec(m.off, reel_v3_sub(cb.off, reel_mat3_mul_v(rot, ca.off)));
    return m;
}

void reel_soft_box_map(const reel_scene *scene, const reel_take *take, const soft_snapshot *snap,
                       int body, soft_body *out)
{
    const reel_body *b = &scene->bodies[body];
    const cam_pose pose =
        cam_from_body(&snap->view, reel_take_pose(take, frame_sample(scene, snap->frame), body));
    const reel_mat3 inverse = transposed(pose.rot);
    const reel_vec3 origin = reel_v3_scale(reel_mat3_mul_v(inverse, pose.off), -1);
    const double o[3] = {origin.x, origin.y, origin.z};
    for (int i = 0; i < 3; i++) {
        const double size = b->box_max[i] - b->box_min[i];
        const double scale = size > 0 ? 65535.0 / size : 0;
        for (int j = 0; j < 3; j++) {
            out->box_rot[i * 3 + j] = (float)(inverse.m[i][j] * scale);
        }
        out->box_off[i] = (float)((o[i] - b->box_min[i]) * scale);
    }
}
