/* What a frame shows of its objects: amodal figures and masks against pictures of each object
 * alone, extents against dense surface points, tracks against a second ray-caster. */
#include "base/objects.h"
#include "base/rng.h"
#include "bench/stage_scene.h"
#include "tests/labels/ref_caster.h"
#include "tests/render_kit.h"

enum { W = 100, H = 70, FRAMES = 4, PER_OBJECT = 24 };

typedef struct stage {
    kit_stage base;
    reel_arena arena;
    reel_track *tracks;
    int n_tracks, n;
    reel_objects objects;
} stage;

static void open_stage(stage *s, reel_scene *scene, int lanes)
{
    reel_error err = {0};
    reel_render_options options = reel_render_options_default();
    *s = (stage){.base.scene = scene};
    options.quality = REEL_QUALITY_LABELS;
    options.lanes = lanes;
    CHECK(scene);
    s->n = reel_scene_n_instances(scene);
    s->base.take = stage_take_create(scene);
    kit_create(scene, s->base.take, &options,
               REEL_PLANE_BIT(REEL_PLANE_INSTANCE) | REEL_PLANE_BIT(REEL_PLANE_DEPTH),
               &s->base.renderer, &s->base.frame);
    CHECK_INT(reel_tracks_make(scene, PER_OBJECT, &s->arena, &s->tracks, &s->n_tracks, &err), ==,
              REEL_OK);
    CHECK_INT(reel_objects_init(&s->objects, W, H, s->n, true, s->tracks, s->n_tracks, &err), ==,
              REEL_OK);
    s->base.frame.objects = &s->objects;
}

static void close_stage(stage *s)
{
    kit_close(&s->base);
    reel_objects_finish(&s->objects);
    reel_arena_finish(&s->arena);
}

static void draw(stage *s, int camera, int frame)
{
    kit_draw(s->base.renderer, camera, frame, &s->base.frame);
}

static void decode(const reel_masks *m, int i, uint8_t *out)
{
    CHECK(reel_mask_decode(m->text + m->end[i - 1], m->end[i] - m->end[i - 1], W, H, out));
}

/* Only object `id` is drawn. */
static void leave_alone(reel_scene *scene, const reel_scene *whole, int id)
{
    for (int g = 0; g < scene->n_geoms; g++) {
        const reel_object *o = &scene->objects[scene->bodies[scene->geoms[g].body].object];
        scene->geoms[g].visible = whole->geoms[g].visible && o->instance_id == id;
    }
}

static void check_against_alone(stage *s, stage *alone, int id)
{
    static uint8_t amodal[W * H], visible[W * H];
    const uint16_t *ids = s->base.frame.plane[REEL_PLANE_INSTANCE];
    const uint16_t *own = alone->base.frame.plane[REEL_PLANE_INSTANCE];
    const reel_amodal *a = &s->objects.amodal[id];
    const reel_box *box = &alone->base.frame.boxes[id];
    decode(&s->objects.amodal_masks, id, amodal);
    decode(&s->objects.visible_masks, id, visible);
    for (int i = 0; i < W * H; i++) {
        CHECK_INT(visible[i], ==, ids[i] == id);
        CHECK(!visible[i] || amodal[i]);
        if (amodal[i] != (own[i] == id)) {
            CHECK_FAIL("instance %d, pixel (%d, %d): %d", id, i % W, i / W, amodal[i]);
        }
    }
    CHECK_INT(a->pixels, ==, box->pixels);
    CHECK_INT(a->x0, ==, box->x0);
    CHECK_INT(a->x1, ==, box->x1);
    CHECK_INT(a->y0, ==, box->y0);
    CHECK_INT(a->y1, ==, box->y1);
    if (a->pixels > 0 && !isnan(a->extent[0])) { /* every hit is within the outline */
        CHECK(a->x0 + 0.5 >= a->extent[0] - 1e-3 && a->x1 - 0.5 <= a->extent[2] + 1e-3);
        CHECK(a->y0 + 0.5 >= a->extent[1] - 1e-3 && a->y1 - 0.5 <= a->extent[3] + 1e-3);
    }
}

/* The amodal figures of every object are those of a picture with that object alone, at every width;
 * what is visible is amodal. */
static void check_alone(reel_scene *(*make)(void))
{
    static stage s, alone;
    open_stage(&s, make(), 0);
    for (int id = 1; id <= s.n; id++) {
        reel_scene *scene = make();
        leave_alone(scene, s.base.scene, id);
        open_stage(&alone, scene, 4);
        for (int camera = 0; camera < 3; camera++) {
            draw(&s, camera, camera);
            draw(&alone, camera, camera);
            check_against_alone(&s, &alone, id);
        }
        close_stage(&alone);
    }
    close_stage(&s);
}

static reel_scene *random_scene(void)
{
    return stage_random_create(5, FRAMES, W, H);
}
static reel_scene *quadrics_scene(void)
{
    return stage_quadrics_create(6, FRAMES, W, H);
}
static reel_scene *meshes_scene(void)
{
    return stage_meshes_create(7, FRAMES, W, H);
}

static void solids_alone(const void *arg)
{
    (void)arg;
    check_alone(random_scene);
}
static void quadrics_alone(const void *arg)
{
    (void)arg;
    check_alone(quadrics_scene);
}
static void meshes_alone(const void *arg)
{
    (void)arg;
    check_alone(meshes_scene);
}

/* Every width gives the same bits. */
static void widths_agree(const void *arg)
{
    (void)arg;
    static const int lanes[] = {4, 8, 16};
    static stage s[3];
    const int n = reel_render_best_lanes() == 16 ? 3 : reel_render_best_lanes() == 8 ? 2 : 1;
    for (int i = 0; i < n; i++) {
        open_stage(&s[i], meshes_scene(), lanes[i]);
    }
    for (int frame = 0; frame < FRAMES; frame++) {
        for (int i = 0; i < n; i++) {
            const reel_objects *a = &s[0].objects, *b = &s[i].objects;
            draw(&s[i], 0, frame);
            CHECK(memcmp(a->amodal, b->amodal, ((size_t)s->n + 1) * sizeof *a->amodal) == 0);
            CHECK(memcmp(a->track_state, b->track_state, (size_t)s->n_tracks) == 0);
            CHECK_INT(a->amodal_masks.end[s->n], ==, b->amodal_masks.end[s->n]);
            CHECK(memcmp(a->amodal_masks.text, b->amodal_masks.text, a->amodal_masks.end[s->n]) ==
                  0);
        }
    }
    for (int i = 0; i < n; i++) {
        close_stage(&s[i]);
    }
}

/* The extent holds many points of the surface, and some of them come near to each of its sides. */
static void check_extents(reel_scene *scene, double gap)
{
    enum { MANY = 3000 };
    static stage s;
    reel_arena arena = {0};
    reel_track *points = NULL;
    reel_error err = {0};
    int n = 0, known = 0;
    open_stage(&s, scene, 0);
    CHECK_INT(reel_tracks_make(s.base.scene, MANY, &arena, &points, &n, &err), ==, REEL_OK);
    draw(&s, 0, 0);
    const reel_view view = reel_view_at(s.base.scene, s.base.take, 0, 0);
    for (int id = 1; id <= s.n; id++) {
        const double *e = s.objects.amodal[id].extent;
        double lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY};
        bool front = true;
        for (int i = 0; i < n; i++) {
            double u, v, z;
            if (points[i].instance != id ||
                !ref_present(s.base.scene, s.base.take, 0, points[i].body)) {
                continue;
            }
            const reel_vec3 p = reel_v3(points[i].point[0], points[i].point[1], points[i].point[2]);
            front = front &&
                    reel_view_project(
                        &view, reel_pose_apply(reel_take_pose(s.base.take, 0, points[i].body), p),
                        &u, &v, &z);
            lo[0] = front ? fmin(lo[0], u) : lo[0];
            hi[0] = front ? fmax(hi[0], u) : hi[0];
            lo[1] = front ? fmin(lo[1], v) : lo[1];
            hi[1] = front ? fmax(hi[1], v) : hi[1];
        }
        if (isnan(e[0]) || !front || lo[0] > hi[0]) {
            continue;
        }
        known++;
        for (int a = 0; a < 2; a++) {
            const double slack = gap * (e[2 + a] - e[a]);
            if (lo[a] < e[a] - 1e-6 || hi[a] > e[2 + a] + 1e-6 || lo[a] > e[a] + slack ||
                hi[a] < e[2 + a] - slack) {
                CHECK_FAIL("instance %d, axis %d: extent %g %g, points %g %g", id, a, e[a],
                           e[2 + a], lo[a], hi[a]);
            }
        }
    }
    CHECK_INT(known, >=, 3);
    reel_arena_finish(&arena);
    close_stage(&s);
}

static void extents_hold_the_surface(const void *arg)
{
    (void)arg;
    check_extents(random_scene(), 0.08);
    check_extents(quadrics_scene(), 0.08);
    check_extents(meshes_scene(), 0.08);
}

/* A track is visible if a ray of the reference to it meets nothing before it. */
static void check_tracks(reel_scene *scene)
{
    static stage s;
    int seen[4] = {0}, wrong = 0, compared = 0;
    open_stage(&s, scene, 0);
    for (int frame = 0; frame < FRAMES; frame++) {
        const reel_view view = reel_view_at(s.base.scene, s.base.take, 1, frame);
        draw(&s, 1, frame);
        for (int i = 0; i < s.n_tracks; i++) {
            const reel_track *t = &s.tracks[i];
            const reel_pose pose =
                reel_take_pose(s.base.take, frame * s.base.scene->samples_per_frame, t->body);
            const reel_vec3 p =
                reel_pose_apply(pose, reel_v3(t->point[0], t->point[1], t->point[2]));
            const reel_vec3 way = reel_v3_sub(p, view.eye);
            const int state = s.objects.track_state[i];
            double u = 0, v = 0, z = 0;
            const bool front = reel_view_project(&view, p, &u, &v, &z);
            const double zoom = (double)H / s.base.scene->height;
            u = (u - 0.5 * s.base.scene->width) * zoom + 0.5 * W;
            v = (v - 0.5 * s.base.scene->height) * zoom + 0.5 * H;
            const bool inside = front && u >= 0 && u < W && v >= 0 && v < H;
            seen[state]++;
            if (!ref_present(s.base.scene, s.base.take, frame, t->body)) {
                CHECK_INT(state, ==, REEL_TRACK_ABSENT);
                continue;
            }
            CHECK_INT(state == REEL_TRACK_OUTSIDE, ==, !inside);
            if (!inside) {
                continue;
            }
            /* way is to the point, so that t is 1 there */
            const ref_hit hit = ref_cast(s.base.scene, s.base.take, frame, view.eye, way, 1e9, -1);
            const double off = (hit.t - 1) * reel_v3_len(way);
            const reel_vec3 n =
                reel_quat_rotate(pose.q, reel_v3(t->normal[0], t->normal[1], t->normal[2]));
            const double cosine = -reel_v3_dot(n, way) / reel_v3_len(way);
            if (fabs(off) < 2e-3 && fabs(off) > 1e-5) {
                continue; /* too near to something else to say */
            }
            if (fabs(cosine) > 1e-3) {
                compared++;
                wrong += (state == REEL_TRACK_VISIBLE) != (fabs(off) <= 1e-5 && cosine > 0);
            }
        }
    }
    CHECK_INT(seen[REEL_TRACK_VISIBLE], >, 20);
    CHECK_INT(seen[REEL_TRACK_OCCLUDED], >, 20);
    CHECK_INT(compared, >, 200);
    CHECK_INT(wrong, ==, 0);
    close_stage(&s);
}

static void tracks_are_seen(const void *arg)
{
    (void)arg;
    (void)ref_ray;
    check_tracks(random_scene());
    check_tracks(quadrics_scene());
    check_tracks(meshes_scene());
}

/* Track i of an object is the same however many there are. */
static void tracks_only_append(const void *arg)
{
    (void)arg;
    reel_arena arena = {0};
    reel_track *few = NULL, *many = NULL;
    int n_few = 0, n_many = 0;
    reel_error err = {0};
    reel_scene *scene = random_scene();
    CHECK_INT(reel_tracks_make(scene, 3, &arena, &few, &n_few, &err), ==, REEL_OK);
    CHECK_INT(reel_tracks_make(scene, 5, &arena, &many, &n_many, &err), ==, REEL_OK);
    CHECK_INT(n_few * 5, ==, n_many * 3);
    for (int i = 0; i < n_few; i++) {
        const reel_track *a = &few[i], *b = &many[i / 3 * 5 + i % 3];
        CHECK(a->instance == b->instance && a->geom == b->geom && a->body == b->body);
        CHECK(memcmp(a->point, b->point, sizeof a->point) == 0);
    }
    reel_arena_finish(&arena);
    reel_scene_destroy(&scene);
}

static const check_test tests[] = {
    {"amodal figures of solids are those of each alone", solids_alone, NULL},
    {"the same of cones and ellipsoids", quadrics_alone, NULL},
    {"the same of meshes", meshes_alone, NULL},
    {"all widths give the same bits", widths_agree, NULL},
    {"extents hold the surface, and tightly", extents_hold_the_surface, NULL},
    {"tracks are visible where a ray reaches them first", tracks_are_seen, NULL},
    {"more tracks leave the first as they are", tracks_only_append, NULL},
};
CHECK_MAIN(tests)
