/* A frame is a function of (scene, take, camera, frame): not of what was drawn before it. */
#include "bench/stage_scene.h"
#include "tests/render_kit.h"

#include <math.h>
#include <unistd.h>

enum { W = 80, H = 48, FRAMES = 4 };

/* The linker sends here what our libraries ask the heap for, by base/alloc or not. */
static uint64_t heap_calls;
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
    heap_calls++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    heap_calls++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    heap_calls++;
    return __real_realloc(p, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    heap_calls++;
    return __real_aligned_alloc(alignment, size);
}

static const reel_planes all_planes = REEL_PLANES_LABELS | REEL_PLANE_BIT(REEL_PLANE_RGB);

/* Its scene may have been changed. */
static void open_renderer(kit_stage *r, reel_quality quality, reel_planes planes)
{
    reel_render_options options = reel_render_options_default();
    options.quality = quality;
    options.samples = quality >= REEL_QUALITY_HIGH ? 1 : 0;
    kit_create(r->scene, r->take, &options, planes, &r->renderer, &r->frame);
}

static kit_stage new_rig(stage_kind kind, int width, int height)
{
    kit_stage r = {.scene = stage_scene_create(kind, FRAMES, width, height)};
    CHECK(r.scene);
    r.take = stage_take_create(r.scene);
    CHECK(r.take);
    return r;
}

static kit_stage open_rig(stage_kind kind)
{
    kit_stage r = new_rig(kind, W, H);
    open_renderer(&r, REEL_QUALITY_STANDARD, all_planes);
    return r;
}

/* Lens and shutter: a frame is then the mean of several pictures. */
static void open_lenses(reel_scene *s)
{
    for (int c = 0; c < s->n_cameras; c++) {
        s->cameras[c].aperture = 0.02;
        s->cameras[c].focus = 2;
        s->cameras[c].shutter = 0.5;
        s->cameras[c].grain = 1;
    }
}

/* Digest of all planes and boxes of a frame. */
static uint64_t digest_but(kit_stage *r, int camera, int frame, reel_planes skip)
{
    reel_error err = {0};
    uint64_t h = 0;
    reel_frame *f = &r->frame;
    for (int p = 0; p < REEL_PLANE_COUNT; p++) { /* what was there before must not show */
        if (f->plane[p]) {
            memset(f->plane[p], 0xa5, reel_plane_bytes((reel_plane)p, f->width, f->height));
        }
    }
    CHECK_INT(reel_renderer_draw(r->renderer, camera, frame, f, &err), ==, REEL_OK);
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (f->plane[p] && !(skip & REEL_PLANE_BIT(p))) {
            h = reel_xxh64_of(f->plane[p], reel_plane_bytes((reel_plane)p, f->width, f->height), h);
        }
    }
    return reel_xxh64_of(r->frame.boxes,
                         sizeof *r->frame.boxes * ((size_t)r->frame.n_instances + 1), h);
}

static uint64_t digest(kit_stage *r, int camera, int frame)
{
    return digest_but(r, camera, frame, 0);
}

static void order_does_not_matter(const void *param)
{
    uint64_t forward[3][FRAMES];
    kit_stage r = open_rig(STAGE_TWENTY);
    (void)param;
    for (int c = 0; c < 3; c++) {
        for (int f = 0; f < FRAMES; f++) {
            forward[c][f] = digest(&r, c, f);
        }
    }
    for (int f = FRAMES - 1; f >= 0; f--) {
        for (int c = 0; c < 3; c++) {
            CHECK_INT(digest(&r, c, f), ==, forward[c][f]);
        }
    }
    kit_close(&r);
    r = open_rig(STAGE_TWENTY);
    CHECK_INT(digest(&r, 1, 2), ==, forward[1][2]); /* a renderer that drew nothing before */
    kit_close(&r);
}

static void two_renderers_side_by_side(const void *param)
{
    uint64_t alone[2][FRAMES];
    kit_stage a = open_rig(STAGE_TWENTY), b = open_rig(STAGE_PATTERNS);
    (void)param;
    for (int f = 0; f < FRAMES; f++) {
        alone[0][f] = digest(&a, 0, f);
    }
    for (int f = 0; f < FRAMES; f++) {
        alone[1][f] = digest(&b, 0, f);
    }
    for (int f = 0; f < FRAMES; f++) {
        CHECK_INT(digest(&a, 0, f), ==, alone[0][f]);
        CHECK_INT(digest(&b, 0, f), ==, alone[1][f]);
    }
    kit_close(&a);
    kit_close(&b);
}

static void size_can_change_between_frames(const void *param)
{
    reel_error err = {0};
    reel_frame small;
    kit_stage r = open_rig(STAGE_TWENTY);
    (void)param;
    const uint64_t before = digest(&r, 0, 1);
    CHECK_INT(reel_frame_init(&small, 34, 22, all_planes, r.frame.n_instances, &err), ==, REEL_OK);
    CHECK_INT(reel_renderer_draw(r.renderer, 0, 1, &small, &err), ==, REEL_OK);
    CHECK_INT(digest(&r, 0, 1), ==, before);
    reel_frame_finish(&small);
    kit_close(&r);
}

/* After the first frame of a size, at every quality, with lens and without. */
static void frames_allocate_nothing(const void *param)
{
    (void)param;
    for (int kind = 0; kind < STAGE_COUNT; kind++) {
        for (int q = REEL_QUALITY_LABELS; q < REEL_QUALITY_COUNT; q++) {
            kit_stage r = new_rig((stage_kind)kind, 34, 18);
            if (kind % 2) {
                open_lenses(r.scene);
            }
            open_renderer(&r, (reel_quality)q,
                          q > REEL_QUALITY_LABELS ? all_planes : REEL_PLANES_LABELS);
            digest(&r, 0, 0);
            const uint64_t before = heap_calls;
            CHECK(before > 10);
            for (int f = 0; f < (q < REEL_QUALITY_HIGH ? FRAMES : 1); f++) {
                digest(&r, 1, f);
                digest(&r, 0, f);
            }
            CHECK_INT(heap_calls, ==, before);
            kit_close(&r);
        }
    }
}

/* KiB of memory that this process has of its own, files' pages apart. */
static long resident(void)
{
    long pages = 0, resident = 0, shared = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%ld %ld %ld", &pages, &resident, &shared) == 3);
    fclose(file);
    return (resident - shared) * (sysconf(_SC_PAGESIZE) / 1024);
}

static void memory_is_flat(const void *param)
{
    reel_error err = {0};
    long before = 0;
    (void)param;
    kit_stage r = new_rig(STAGE_MESHES, 16, 16);
    open_renderer(&r, REEL_QUALITY_STANDARD, all_planes);
    for (int i = 0; i < 10000; i++) {
        CHECK_INT(reel_renderer_draw(r.renderer, i % 3, i % FRAMES, &r.frame, &err), ==, REEL_OK);
        before = i == 100 ? resident() : before;
    }
    CHECK_INT(resident() - before, <=, 64);
    kit_close(&r);
}

/* Neither the quality nor its samples, nor whether colours are drawn at all, nor a lens changes a
 * label; coverage is at every quality of the same samples. */
static void labels_are_the_same_at_every_quality(const void *param)
{
    const reel_planes rgb = REEL_PLANE_BIT(REEL_PLANE_RGB);
    (void)param;
    for (int kind = 0; kind < STAGE_COUNT; kind++) {
        uint64_t want = 0;
        for (int i = 0; i < 2 * REEL_QUALITY_COUNT; i++) {
            const int q = i % REEL_QUALITY_COUNT;
            if (q >= REEL_QUALITY_HIGH && i > REEL_QUALITY_COUNT && kind != STAGE_MESHES) {
                continue; /* slow */
            }
            kit_stage r = new_rig((stage_kind)kind, 50, 34);
            if (i > REEL_QUALITY_COUNT) {
                open_lenses(r.scene);
            }
            open_renderer(&r, (reel_quality)q, q > 0 ? all_planes : REEL_PLANES_LABELS);
            const uint64_t got = digest_but(&r, kind % 3, 1, rgb);
            want = i == 0 ? got : want;
            CHECK_INT(got, ==, want);
            kit_close(&r);
            r = new_rig((stage_kind)kind, 50, 34); /* without coverage: one sample a pixel */
            const reel_planes few = all_planes & ~REEL_PLANE_BIT(REEL_PLANE_COVERAGE);
            open_renderer(&r, (reel_quality)q, q > 0 ? few : few & ~rgb);
            const uint64_t fewer = digest_but(&r, kind % 3, 1, rgb);
            static uint64_t want_fewer;
            want_fewer = i == 0 ? fewer : want_fewer;
            CHECK_INT(fewer, ==, want_fewer);
            kit_close(&r);
        }
    }
}

/* Colours are the same whatever is asked for along with them: coverage looks at samples that edges
 * of colours leave out. */
static void colours_are_the_same_alone(const void *param)
{
    const reel_planes rgb = REEL_PLANE_BIT(REEL_PLANE_RGB);
    const reel_planes asked[] = {rgb, rgb | REEL_PLANE_BIT(REEL_PLANE_COVERAGE), all_planes};
    (void)param;
    for (int kind = 0; kind < STAGE_COUNT; kind++) {
        uint64_t want = 0;
        for (int i = 0; i < 3; i++) {
            kit_stage r = new_rig((stage_kind)kind, 50, 34);
            open_renderer(&r, REEL_QUALITY_STANDARD, asked[i]);
            digest(&r, kind % 3, 1);
            const uint64_t got = reel_xxh64_of(r.frame.plane[REEL_PLANE_RGB], 50 * 34 * 3, 0);
            want = i == 0 ? got : want;
            CHECK_INT(got, ==, want);
            kit_close(&r);
        }
    }
}

static double rounded(double x)
{
    return floor(x * 1048576 + 0.5) / 1048576;
}

static reel_vec3 rounded_vec(reel_vec3 v, double far)
{
    return reel_v3(rounded(v.x) + far, rounded(v.y) - far, rounded(v.z) + far);
}

/* All moved by a power of two, from places in multiples of 2^-20 m, so that no rounding of the
 * places themselves comes in: every plane has the same bits. */
static void translation_changes_nothing(const void *param)
{
    (void)param;
    for (int kind = 0; kind < STAGE_COUNT; kind++) {
        uint64_t want = 0;
        for (int i = 0; i < 2; i++) {
            const double far = i * 1024.0;
            kit_stage r = new_rig((stage_kind)kind, W, H);
            for (int k = 0; k < r.take->n_samples * r.take->n_bodies * 3; k++) {
                r.take->position[k] = rounded(r.take->position[k]) + (k % 3 == 1 ? -far : far);
            }
            for (int c = 0; c < r.scene->n_cameras; c++) {
                reel_camera_key *key = &r.scene->cameras[c].keys[0];
                key->eye = rounded_vec(key->eye, far);
                key->target = rounded_vec(key->target, far);
            }
            open_renderer(&r, REEL_QUALITY_STANDARD, all_planes);
            const uint64_t got = digest(&r, 1, 1);
            want = i == 0 ? got : want;
            CHECK_INT(got, ==, want);
            kit_close(&r);
        }
    }
}

static void creation_survives_lack_of_memory(const void *param)
{
    reel_scene *scene = stage_scene_create(STAGE_TWENTY, FRAMES, W, H);
    const reel_render_options options = reel_render_options_default();
    (void)param;
    CHECK(scene);
    reel_take *take = stage_take_create(scene);
    CHECK(take);
    reel_status status = REEL_E_NOMEM;
    int n = 1;
    for (; status != REEL_OK; n++) {
        reel_renderer *r = NULL;
        reel_error err = {0};
        reel_alloc_fail_at((uint64_t)n);
        status = reel_renderer_create(scene, take, &options, &r, &err);
        reel_alloc_fail_at(0);
        CHECK(status == REEL_OK || (status == REEL_E_NOMEM && r == NULL));
        reel_renderer_destroy(&r);
    }
    CHECK_INT(n, >, 8);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
}

static void lanes_that_are_not_there(const void *param)
{
    reel_scene *scene = stage_scene_create(STAGE_TWENTY, FRAMES, W, H);
    reel_render_options options = reel_render_options_default();
    reel_renderer *r = NULL;
    reel_error err = {0};
    (void)param;
    CHECK(scene);
    reel_take *take = stage_take_create(scene);
    options.lanes = 32;
    CHECK_INT(reel_renderer_create(scene, take, &options, &r, &err), ==, REEL_E_USAGE);
    CHECK_CONTAINS(err.msg, "32 lanes");
    options.lanes = 0;
    scene->geoms[3].size[0] = -1;
    CHECK_INT(reel_renderer_create(scene, take, &options, &r, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.field, "geoms[3].size");
    CHECK(r == NULL);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
}

static const check_test tests[] = {
    {"order does not matter", order_does_not_matter, NULL},
    {"two renderers side by side", two_renderers_side_by_side, NULL},
    {"size can change between frames", size_can_change_between_frames, NULL},
    {"frames allocate nothing", frames_allocate_nothing, NULL},
    {"memory is flat over 10,000 frames", memory_is_flat, NULL},
    {"labels are the same at every quality", labels_are_the_same_at_every_quality, NULL},
    {"colours are the same alone", colours_are_the_same_alone, NULL},
    {"translation changes nothing", translation_changes_nothing, NULL},
    {"creation survives lack of memory", creation_survives_lack_of_memory, NULL},
    {"options and scenes that cannot be drawn", lanes_that_are_not_there, NULL},
};
CHECK_MAIN(tests)
