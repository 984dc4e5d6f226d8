/* Every label plane against a second ray-caster in double precision. */
#include "bench/stage_scene.h"
#include "tests/labels/ref_caster.h"
#include "tests/render_kit.h"

enum { W = 96, H = 64, FRAMES = 4 };

static kit_stage open_stage(reel_scene *scene, reel_quality quality, reel_planes planes)
{
    kit_stage s = {.scene = scene};
    reel_render_options options = reel_render_options_default();
    options.quality = quality;
    CHECK(scene);
    s.take = stage_take_create(scene);
    kit_create(scene, s.take, &options, planes, &s.renderer, &s.frame);
    return s;
}

/* What the pixel (x, y) of a frame should show. */
typedef struct truth {
    ref_hit hit;
    int body, instance;
    reel_vec3 cam, normal; /* camera frame */
    double cosine;         /* of the angle between ray and normal */
} truth;

static truth look(const kit_stage *s, const reel_view *view, int frame, int x, int y)
{
    const reel_vec3 dir = ref_ray(view, x + 0.5, y + 0.5);
    truth t = {.hit = ref_cast(s->scene, s->take, frame, view->eye, dir, 1e9, -1), .body = -1};
    if (t.hit.geom >= 0) {
        t.body = s->scene->geoms[t.hit.geom].body;
        t.instance = s->scene->objects[s->scene->bodies[t.body].object].instance_id;
        t.cam = reel_mat3_mul_v(view->cam_from_world, reel_v3_sub(t.hit.point, view->eye));
        t.normal = reel_mat3_mul_v(view->cam_from_world, t.hit.normal);
        t.cosine = -reel_v3_dot(dir, t.hit.normal) / reel_v3_len(dir);
    }
    return t;
}

/* True if depth, normal and instance of a pixel are those of `t`. */
static bool surface_agrees(const kit_stage *s, const truth *t, int x, int y)
{
    const size_t n = (size_t)W * H, i = (size_t)y * W + (size_t)x;
    const uint16_t *depth = s->frame.plane[REEL_PLANE_DEPTH];
    const uint16_t *instance = s->frame.plane[REEL_PLANE_INSTANCE];
    const int8_t *normal = s->frame.plane[REEL_PLANE_NORMAL];
    if (t->hit.geom < 0) {
        return depth[i] == REEL_DEPTH_NONE && instance[i] == 0 && normal[i] == 0;
    }
    /* float32 rounding of the distance grows as the ray grazes the surface */
    const double slack = 1e-6 * t->cam.z / t->cosine;
    bool ok =
        instance[i] == t->instance && fabs(depth[i] - t->cam.z * 1000) <= 0.5 + 1e-3 + slack * 1000;
    const double want[3] = {t->normal.x, t->normal.y, t->normal.z};
    for (int c = 0; c < 3; c++) {
        const double bend = 127 * slack / 0.04; /* the smallest radius is 0.04 m */
        ok = ok && fabs(normal[(size_t)c * n + i] - 127 * want[c]) <= 0.5 + 1e-3 + bend;
    }
    return ok;
}

static bool coordinates_agree(const kit_stage *s, const truth *t, int frame, int x, int y)
{
    const size_t n = (size_t)W * H, i = (size_t)y * W + (size_t)x;
    const uint16_t *coord = s->frame.plane[REEL_PLANE_OBJECT_COORDINATES];
    if (t->hit.geom < 0 || t->instance == 0) {
        return coord[i] == 0 && coord[n + i] == 0 && coord[2 * n + i] == 0;
    }
    const reel_body *b = &s->scene->bodies[t->body];
    const reel_pose pose = reel_take_pose(s->take, frame * s->scene->samples_per_frame, t->body);
    const reel_vec3 p = reel_pose_apply(reel_pose_inverse(pose), t->hit.point);
    const double local[3] = {p.x, p.y, p.z};
    for (int c = 0; c < 3; c++) {
        const double unit = 65535 / (b->box_max[c] - b->box_min[c]);
        const double slack = (2e-6 * t->cam.z / t->cosine) * unit;
        if (fabs(coord[(size_t)c * n + i] - (local[c] - b->box_min[c]) * unit) > 0.51 + slack) {
            return false;
        }
    }
    return true;
}

/* Surface planes at every pixel of some frames; a pixel on a silhouette may round the other way. */
static void check_surface(reel_scene *scene)
{
    kit_stage s = open_stage(scene, REEL_QUALITY_LABELS, REEL_PLANES_LABELS);
    int wrong = 0, pixels = 0;
    for (int camera = 0; camera < 3; camera++) {
        const int frame = camera;
        const reel_view view = reel_view_at(s.scene, s.take, camera, frame);
        kit_draw(s.renderer, camera, frame, &s.frame);
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                const truth t = look(&s, &view, frame, x, y);
                wrong += !surface_agrees(&s, &t, x, y) || !coordinates_agree(&s, &t, frame, x, y);
                pixels++;
            }
        }
    }
    printf("# %d of %d pixels differ\n", wrong, pixels);
    CHECK_INT(wrong * 5000, <=, pixels);
    kit_close(&s);
}

static void surface_of_stages(const void *param)
{
    (void)param;
    for (int kind = 0; kind < STAGE_COUNT; kind++) {
        check_surface(stage_scene_create((stage_kind)kind, FRAMES, W, H));
    }
}

static void surface_of_random_scenes(const void *param)
{
    (void)param;
    for (uint64_t seed = 0; seed < 6; seed++) {
        check_surface(stage_random_create(seed, FRAMES, W, H));
        check_surface(stage_quadrics_create(seed, FRAMES, W, H));
    }
    for (uint64_t seed = 0; seed < 2; seed++) {
        check_surface(stage_meshes_create(seed, FRAMES, W, H));
    }
}

/* Expected flow of a pixel: state, and the displacement where there is one. */
typedef struct motion_truth {
    int state;
    double du, dv;
    bool behind, fragile; /* fragile: too near to an edge for an exact verdict */
} motion_truth;

static motion_truth move(const kit_stage *s, int camera, int frame, int other, const truth *t,
                         int x, int y)
{
    motion_truth m = {0};
    const reel_view from = reel_view_at(s->scene, s->take, camera, frame);
    const reel_view to = reel_view_at(s->scene, s->take, camera, other);
    const int spf = s->scene->samples_per_frame;
    reel_vec3 cam, world = {0, 0, 0}, n = {0, 0, 0};
    if (t->hit.geom < 0) {
        cam = reel_mat3_mul_v(to.cam_from_world, ref_ray(&from, x + 0.5, y + 0.5));
    } else {
        const int lo = frame < other ? frame : other, hi = frame < other ? other : frame;
        for (int i = lo * spf; i <= hi * spf; i++) {
            const uint8_t state =
                s->take->state[(size_t)i * (size_t)s->take->n_bodies + (size_t)t->body];
            if (!(state & REEL_STATE_PRESENT) || (i > lo * spf && state & REEL_STATE_TELEPORTED)) {
                return m;
            }
        }
        const reel_pose a = reel_take_pose(s->take, frame * spf, t->body);
        const reel_pose b = reel_take_pose(s->take, other * spf, t->body);
        const reel_pose delta = reel_pose_mul(b, reel_pose_inverse(a));
        world = reel_pose_apply(delta, t->hit.point);
        n = reel_quat_rotate(delta.q, t->hit.flat);
        cam = reel_v3_add(reel_mat3_mul_v(to.cam_from_world, world), to.translation);
    }
    m.behind = cam.z <= 1e-6;
    m.state = REEL_FLOW_OUTSIDE;
    if (m.behind) {
        return m;
    }
    const double u = to.fx * cam.x / cam.z + to.cx, v = to.fy * cam.y / cam.z + to.cy;
    m.du = u - (x + 0.5);
    m.dv = v - (y + 0.5);
    m.fragile = fabs(u) < 0.01 || fabs(u - W) < 0.01 || fabs(v) < 0.01 || fabs(v - H) < 0.01;
    if (u < 0 || u >= W || v < 0 || v >= H) {
        return m;
    }
    m.state = REEL_FLOW_VISIBLE;
    const reel_vec3 dir = ref_ray(&to, u, v);
    const int own = t->hit.geom;
    if (own >= 0 && reel_v3_dot(n, dir) >= 0) {
        m.state = REEL_FLOW_OCCLUDED;
    }
    const double depth = own < 0 ? 1e9 : cam.z;
    /* a mesh may hide itself, the others turn away what they hide */
    const bool concave = own >= 0 && s->scene->geoms[own].shape > REEL_SHAPE_HULL;
    const ref_hit hit =
        ref_cast(s->scene, s->take, other, to.eye, dir, depth * (1 - 1e-4), concave ? -1 : own);
    if (hit.geom >= 0) {
        m.state = REEL_FLOW_OCCLUDED;
    }
    return m;
}

typedef struct flow_count {
    int pixels, states[4], wrong_state, wrong_value;
    double worst; /* px */
} flow_count;

static void check_flow_at(const kit_stage *s, int camera, int frame, int way, flow_count *count)
{
    const reel_plane plane = way ? REEL_PLANE_FLOW_BWD : REEL_PLANE_FLOW_FWD;
    const reel_plane state_plane = way ? REEL_PLANE_FLOW_BWD_STATE : REEL_PLANE_FLOW_FWD_STATE;
    const int16_t *flow = s->frame.plane[plane];
    const uint8_t *state = s->frame.plane[state_plane];
    const int other = frame + (way ? -1 : 1);
    const reel_view view = reel_view_at(s->scene, s->take, camera, frame);
    for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
            const size_t i = (size_t)y * W + (size_t)x;
            const truth t = look(s, &view, frame, x, y);
            motion_truth m = {0};
            if (other >= 0 && other < s->scene->frames) {
                m = move(s, camera, frame, other, &t, x, y);
            }
            count->pixels++;
            count->states[state[i] & 3]++;
            if (state[i] != m.state) {
                count->wrong_state += !m.fragile;
                continue;
            }
            if (m.state == REEL_FLOW_STATE_NONE || m.behind) {
                count->wrong_value += flow[i] != REEL_FLOW_NONE;
                count->wrong_value += flow[(size_t)W * H + i] != REEL_FLOW_NONE;
                continue;
            }
            if (m.state == REEL_FLOW_OUTSIDE && flow[i] == REEL_FLOW_NONE) {
                count->wrong_value += fabs(m.du) < 511 && fabs(m.dv) < 511;
                continue;
            }
            const double eu = fabs(flow[i] / 64.0 - m.du);
            const double ev = fabs(flow[(size_t)W * H + i] / 64.0 - m.dv);
            const double e = eu > ev ? eu : ev;
            /* half a step of the plane, and float32 rounding */
            count->wrong_value += e > 0.5 / 64 + 1e-3;
            count->worst = e > count->worst ? e : count->worst;
        }
    }
}

static void check_flow(reel_scene *scene, flow_count *count)
{
    kit_stage s = open_stage(scene, REEL_QUALITY_LABELS, REEL_PLANES_LABELS);
    for (int camera = 0; camera < 2; camera++) {
        for (int frame = camera; frame < FRAMES; frame += 2 - camera) {
            kit_draw(s.renderer, camera, frame, &s.frame);
            check_flow_at(&s, camera, frame, 0, count);
            check_flow_at(&s, camera, frame, 1, count);
        }
    }
    kit_close(&s);
}

static void flow_of_all(const void *param)
{
    flow_count c = {0};
    (void)param;
    check_flow(stage_scene_create(STAGE_TWENTY, FRAMES, W, H), &c);
    check_flow(stage_scene_create(STAGE_PATTERNS, FRAMES, W, H), &c);
    check_flow(stage_scene_create(STAGE_QUADRICS, FRAMES, W, H), &c);
    check_flow(stage_scene_create(STAGE_MESHES, FRAMES, W, H), &c);
    check_flow(stage_meshes_create(3, FRAMES, W, H), &c);
    for (uint64_t seed = 10; seed < 13; seed++) {
        check_flow(stage_random_create(seed, FRAMES, W, H), &c);
    }
    printf(
        "# %d pixels: %d none, %d visible, %d occluded, %d outside; %d states and %d values "
        "differ, worst %.4f px\n",
        c.pixels, c.states[0], c.states[1], c.states[2], c.states[3], c.wrong_state, c.wrong_value,
        c.worst);
    CHECK_INT(c.states[0], >, 100);
    CHECK_INT(c.states[2], >, 100);
    CHECK_INT(c.states[3], >, 100);
    CHECK_INT(c.wrong_state * 5000, <=, c.pixels);
    CHECK_INT(c.wrong_value * 20000, <=, c.pixels);
}

static void boxes_are_those_of_the_masks(const void *param)
{
    kit_stage s = open_stage(stage_scene_create(STAGE_TWENTY, FRAMES, W, H), REEL_QUALITY_LABELS,
                             REEL_PLANES_DEFAULT);
    (void)param;
    kit_draw(s.renderer, 0, 1, &s.frame);
    const uint16_t *id = s.frame.plane[REEL_PLANE_INSTANCE];
    for (int n = 1; n <= s.frame.n_instances; n++) {
        reel_box b = {W, H, 0, 0, 0};
        for (int i = 0; i < W * H; i++) {
            if (id[i] == n) {
                const int x = i % W, y = i / W;
                b.x0 = x < b.x0 ? x : b.x0;
                b.y0 = y < b.y0 ? y : b.y0;
                b.x1 = x + 1 > b.x1 ? x + 1 : b.x1;
                b.y1 = y + 1 > b.y1 ? y + 1 : b.y1;
                b.pixels++;
            }
        }
        if (b.pixels == 0) {
            b = (reel_box){0};
        }
        CHECK(memcmp(&b, &s.frame.boxes[n], sizeof b) == 0);
    }
    kit_close(&s);
}

/* Share of 16 x 16 points of a pixel that show the object of its centre. */
static double true_coverage(const kit_stage *s, const reel_view *view, int frame, int x, int y)
{
    const truth c = look(s, view, frame, x, y);
    int count = 0;
    for (int i = 0; i < 256; i++) {
        const reel_vec3 dir = ref_ray(view, x + (i % 16 + 0.5) / 16, y + (i / 16 + 0.5) / 16);
        const ref_hit hit = ref_cast(s->scene, s->take, frame, view->eye, dir, 1e9, -1);
        count += hit.geom >= 0 && s->scene->geoms[hit.geom].body == c.body;
    }
    return c.body < 0 ? 0 : count / 256.0;
}

static void coverage_is_the_share_of_the_object(const void *param)
{
    kit_stage s = open_stage(stage_scene_create(STAGE_TWENTY, FRAMES, W, H), REEL_QUALITY_STANDARD,
                             REEL_PLANES_LABELS);
    const reel_view view = reel_view_at(s.scene, s.take, 0, 0);
    double sum = 0;
    int mixed = 0;
    (void)param;
    kit_draw(s.renderer, 0, 0, &s.frame);
    const uint8_t *coverage = s.frame.plane[REEL_PLANE_COVERAGE];
    for (int y = 0; y < H; y += 2) {
        for (int x = 0; x < W; x++) {
            const double want = true_coverage(&s, &view, 0, x, y);
            const double got = coverage[y * W + x] / 255.0;
            CHECK_NEAR(got, want, 0.5);
            if (want > 0 && want < 1) {
                sum += fabs(got - want);
                mixed++;
            }
        }
    }
    printf("# mean error %.3f over %d mixed pixels\n", sum / mixed, mixed);
    CHECK_INT(mixed, >, 50);
    CHECK(sum / mixed < 0.12);
    kit_close(&s);
}

static void labels_do_not_depend_on_quality(const void *param)
{
    (void)param;
    for (int q = REEL_QUALITY_DRAFT; q < REEL_QUALITY_COUNT; q++) {
        kit_stage a = open_stage(stage_scene_create(STAGE_PATTERNS, FRAMES, W, H),
                                 REEL_QUALITY_LABELS, REEL_PLANES_LABELS);
        kit_stage b = open_stage(stage_scene_create(STAGE_PATTERNS, FRAMES, W, H), (reel_quality)q,
                                 REEL_PLANES_LABELS | REEL_PLANE_BIT(REEL_PLANE_RGB));
        kit_draw(a.renderer, 0, 1, &a.frame);
        kit_draw(b.renderer, 0, 1, &b.frame);
        for (int p = REEL_PLANE_DEPTH; p < REEL_PLANE_COUNT; p++) {
            CHECK(memcmp(a.frame.plane[p], b.frame.plane[p],
                         reel_plane_bytes((reel_plane)p, W, H)) == 0);
        }
        kit_close(&a);
        kit_close(&b);
    }
}

static void too_far_is_refused(const void *param)
{
    reel_scene *scene = stage_scene_create(STAGE_TWENTY, FRAMES, W, H);
    reel_error err = {0};
    (void)param;
    scene->geoms[0].size[0] = 0; /* a floor without end */
    kit_stage s = open_stage(scene, REEL_QUALITY_LABELS, REEL_PLANES_DEFAULT);
    CHECK_INT(reel_renderer_draw(s.renderer, 1, 2, &s.frame, &err), ==, REEL_E_REFUSED);
    CHECK_CONTAINS(err.field, "depth");
    CHECK_CONTAINS(err.msg, "frame 2, pixel (");
    kit_close(&s);
}

static const check_test tests[] = {
    {"depth, normal, instance and coordinates of the stages", surface_of_stages, NULL},
    {"depth, normal, instance and coordinates of random scenes", surface_of_random_scenes, NULL},
    {"flow and its states", flow_of_all, NULL},
    {"boxes are those of the masks", boxes_are_those_of_the_masks, NULL},
    {"coverage is the object's share of the pixel", coverage_is_the_share_of_the_object, NULL},
    {"labels do not depend on the quality", labels_do_not_depend_on_quality, NULL},
    {"a depth that does not fit is refused", too_far_is_refused, NULL},
};
CHECK_MAIN(tests)
