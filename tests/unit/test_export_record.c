#include "base/fs.h"
#include "base/scene_json.h"
#include "export/record.h"
#include "export/zarr.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { WIDTH = 48, HEIGHT = 32, FRAMES = 5 };

static char dir[256];
static reel_scene *scene;
static reel_take *take;

static const char *in_dir(const char *name)
{
    static char path[4][512];
    static int next;
    char *out = path[next++ % 4];
    reel_fs_join(out, sizeof(path[0]), dir, name);
    return out;
}

static bool has_file(const char *folder, const char *name)
{
    char path[1024];
    reel_fs_join(path, sizeof(path), folder, name);
    return reel_fs_exists(path);
}

static const reel_record_file *file_of(const reel_record *record, const char *role)
{
    for (int i = 0; i < record->n_files; i++) {
        if (strcmp(record->files[i].role, role) == 0) {
            return &record->files[i];
        }
    }
    return NULL;
}

static void a_record_comes_back(const void *param)
{
    (void)param;
    const char *path = in_dir("back");
    const reel_record_options options = fixture_options(scene, 2);
    reel_record *r = NULL;
    reel_error err = {0};
    CHECK(fixture_record(path, scene, take, &options, &err) == REEL_OK);
    CHECK(reel_record_open(path, &r, &err) == REEL_OK);
    CHECK_STR(r->clip_id, "fixture_000000");
    CHECK_STR(r->split, "train");
    CHECK_STR(r->family, "fixture");
    CHECK(r->base_seed == options.base_seed && r->seed == scene->seed);
    CHECK_INT(r->index, ==, 3);
    CHECK_INT(r->attempt, ==, 1);
    CHECK_INT(r->labels, ==, REEL_PLANES_LABELS);
    CHECK_INT(r->store, ==, REEL_STORE_PLANES);
    CHECK_INT(r->video.crf, ==, 21);
    CHECK_STR(r->video.preset, "veryfast");
    CHECK_NEAR(r->depth_scale, 0.001, 0);
    CHECK_INT(r->n_streams, ==, 2);
    CHECK_STR(r->streams[1].id, "fixture_000000_side");
    CHECK_STR(r->streams[1].planes, "fixture_000000_side.zarr.zip");
    CHECK_INT(r->n_files, ==, 7);
    reel_sha256 digest;
    reel_xxh128 content;
    char hex[REEL_SHA256_HEX];
    CHECK(reel_scene_digest(scene, &digest, NULL) == REEL_OK);
    reel_sha256_hex(digest, hex);
    CHECK_STR(r->scene_sha256, hex);
    CHECK_STR(file_of(r, "scene")->sha256, hex);

    CHECK(reel_record_load_data(r, &err) == REEL_OK);
    CHECK(reel_scene_digest(r->scene, &digest, NULL) == REEL_OK);
    reel_sha256_hex(digest, hex);
    CHECK_STR(r->scene_sha256, hex);
    CHECK(reel_take_digest(r->take, &content, NULL) == REEL_OK);
    reel_xxh128_hex(content, hex);
    CHECK_STR(r->take_xxh128, hex);
    CHECK_INT(r->take->n_events, ==, 1);
    reel_record_close(&r);
    CHECK(r == NULL);
}

static void digests_and_boxes_are_those_of_the_frames(const void *param)
{
    (void)param;
    const char *path = in_dir("frames");
    const reel_record_options options = fixture_options(scene, 2);
    reel_record *r = NULL;
    reel_frame frame, got;
    CHECK(fixture_record(path, scene, take, &options, NULL) == REEL_OK);
    CHECK(reel_record_open(path, &r, NULL) == REEL_OK);
    CHECK(reel_record_load_data(r, NULL) == REEL_OK);
    CHECK(reel_frame_init(&frame, WIDTH, HEIGHT, reel_record_planes(&options), 2, NULL) == REEL_OK);
    CHECK(reel_frame_init(&got, WIDTH, HEIGHT, REEL_PLANES_LABELS, 2, NULL) == REEL_OK);
    for (int s = 0; s < 2; s++) {
        char store[1024];
        reel_zarr *zarr = NULL;
        reel_fs_join(store, sizeof(store), path, r->streams[s].planes);
        CHECK(reel_zarr_open(store, &zarr, NULL) == REEL_OK);
        CHECK_INT(r->streams[s].digested, ==, reel_record_planes(&options));
        for (int f = 0; f < FRAMES; f++) {
            fixture_draw(&frame, f + 5 * s);
            CHECK(reel_zarr_read(zarr, f, &got, NULL) == REEL_OK);
            for (int p = 0; p < REEL_PLANE_COUNT; p++) {
                const reel_xxh128 want = reel_frame_digest(&frame, (reel_plane)p);
                CHECK(memcmp(&want, &r->streams[s].digest[p][f], sizeof(want)) == 0);
                const reel_xxh128 read = p ? reel_frame_digest(&got, (reel_plane)p) : want;
                CHECK(memcmp(&want, &read, sizeof(want)) == 0);
            }
            for (int id = 1; id <= 2; id++) {
                const int32_t *box = r->boxes[s] + 4 * (2 * f + id - 1);
                CHECK_INT(box[0], ==, frame.boxes[id].x0);
                CHECK_INT(box[3], ==, frame.boxes[id].y1);
                CHECK_INT(r->visible_pixels[s][2 * f + id - 1], ==, frame.boxes[id].pixels);
            }
            const reel_view view = reel_view_at(scene, take, s, f);
            CHECK_NEAR(r->k[s][9 * f], view.fx, 0);
            CHECK_NEAR(r->k[s][9 * f + 5], view.cy, 0);
            CHECK_NEAR(r->cam_from_world[s][16 * f + 6], view.cam_from_world.m[1][2], 0);
            CHECK_NEAR(r->cam_from_world[s][16 * f + 11], view.translation.z, 0);
            CHECK_NEAR(r->cam_from_world[s][16 * f + 15], 1, 0);
        }
        reel_zarr_close(&zarr);
    }
    reel_frame_finish(&frame);
    reel_frame_finish(&got);
    reel_record_close(&r);
}

static void bytes_depend_on_contents_alone(const void *param)
{
    (void)param;
    /* a second time, with other clips between, and cameras one after another */
    const reel_record_options options = fixture_options(scene, 2);
    reel_record_options other = fixture_options(scene, 1);
    reel_record_writer *w = NULL;
    reel_frame frame;
    char *a = NULL, *b = NULL, path[1024];
    size_t na = 0, nb = 0;
    CHECK(fixture_record(in_dir("one"), scene, take, &options, NULL) == REEL_OK);
    other.video.crf = 30;
    CHECK(fixture_record(in_dir("between"), scene, take, &other, NULL) == REEL_OK);
    CHECK(reel_frame_init(&frame, WIDTH, HEIGHT, reel_record_planes(&options), 2, NULL) == REEL_OK);
    CHECK(reel_record_begin(in_dir("two"), scene, take, &options, &w, NULL) == REEL_OK);
    for (int i = 1; i >= 0; i--) {
        for (int f = 0; f < FRAMES; f++) {
            const reel_view view = reel_view_at(scene, take, i, f);
            fixture_draw(&frame, f + 5 * i);
            CHECK(reel_record_write(w, i, &frame, &view, NULL) == REEL_OK);
        }
    }
    CHECK(reel_record_end(w, NULL) == REEL_OK);
    const reel_record_times times = reel_record_writer_times(w);
    CHECK(times.video > 0 && times.labels > 0 && times.other > 0);
    reel_record_writer_destroy(&w);
    reel_fs_join(path, sizeof(path), in_dir("one"), "manifest.json");
    CHECK(reel_fs_read(path, &a, &na, NULL) == REEL_OK);
    reel_fs_join(path, sizeof(path), in_dir("two"), "manifest.json");
    CHECK(reel_fs_read(path, &b, &nb, NULL) == REEL_OK);
    CHECK(na == nb && memcmp(a, b, na) == 0); /* it holds every file's SHA-256 */
    reel_free(a);
    reel_free(b);
    reel_frame_finish(&frame);
}

static void one_camera_and_few_streams(const void *param)
{
    (void)param;
    reel_record_options options = fixture_options(scene, 1);
    reel_record *r = NULL;
    options.store = REEL_STORE_STATES;
    options.labels = 0;
    CHECK_INT(reel_record_planes(&options), ==,
              REEL_PLANE_BIT(REEL_PLANE_RGB) | REEL_PLANE_BIT(REEL_PLANE_INSTANCE));
    CHECK(fixture_record(in_dir("states"), scene, take, &options, NULL) == REEL_OK);
    CHECK(reel_record_open(in_dir("states"), &r, NULL) == REEL_OK);
    CHECK_INT(r->store, ==, REEL_STORE_STATES);
    CHECK_STR(r->streams[0].id, "fixture_000000");
    CHECK_STR(r->streams[0].video, "fixture_000000.mp4");
    CHECK(r->streams[0].planes == NULL);
    CHECK(!has_file(in_dir("states"), "fixture_000000.zarr.zip"));
    reel_record_close(&r);

    options = fixture_options(scene, 1);
    options.colour = false;
    options.quality = "labels";
    CHECK(fixture_record(in_dir("labels"), scene, take, &options, NULL) == REEL_OK);
    CHECK(reel_record_open(in_dir("labels"), &r, NULL) == REEL_OK);
    CHECK(!r->colour && r->streams[0].video == NULL);
    CHECK(!has_file(in_dir("labels"), "fixture_000000.mp4"));
    CHECK(has_file(in_dir("labels"), "fixture_000000.zarr.zip"));
    reel_record_close(&r);
}

static void nothing_half_written_stays(const void *param)
{
    (void)param;
    const reel_record_options options = fixture_options(scene, 1);
    reel_record_writer *w = NULL;
    reel_frame frame;
    reel_error err = {0};
    const char *path = in_dir("half");
    CHECK(reel_frame_init(&frame, WIDTH, HEIGHT, reel_record_planes(&options), 2, NULL) == REEL_OK);
    CHECK(reel_record_begin(path, scene, take, &options, &w, NULL) == REEL_OK);
    const reel_view view = reel_view_at(scene, take, 0, 0);
    fixture_draw(&frame, 0);
    CHECK(reel_record_write(w, 0, &frame, &view, NULL) == REEL_OK);
    CHECK(has_file(path, "fixture_000000.mp4"));
    reel_record_writer_destroy(&w);
    CHECK(!reel_fs_exists(path));
    /* a folder that was there is neither used nor removed */
    CHECK(mkdir(path, 0777) == 0);
    CHECK(reel_record_begin(path, scene, take, &options, &w, &err) == REEL_E_IO);
    CHECK_CONTAINS(err.msg, "exists");
    CHECK(reel_fs_is_dir(path));
    CHECK(reel_record_begin(in_dir("no/such"), scene, take, &options, &w, &err) == REEL_E_IO);
    reel_frame_finish(&frame);
}

static void a_disk_that_fills_leaves_nothing(const void *param)
{
    (void)param;
    const reel_record_options options = fixture_options(scene, 1);
    struct rlimit old, small;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
    bool failed = true;
    /* each file in turn is the one that no longer fits */
    for (rlim_t limit = 64; failed; limit += limit / 2) {
        reel_error err = {0};
        small = old;
        small.rlim_cur = limit;
        CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
        const reel_status status = fixture_record(in_dir("fills"), scene, take, &options, &err);
        CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
        failed = status != REEL_OK;
        if (failed) {
            CHECK(status == REEL_E_IO);
            CHECK_CONTAINS(err.file, "fills/");
            CHECK_CONTAINS(err.msg, "too large");
            CHECK(!reel_fs_exists(in_dir("fills")));
        }
        CHECK(limit < 1 << 24);
    }
    CHECK(reel_fs_exists(in_dir("fills")));
}

static void no_memory_is_an_error_at_every_place(const void *param)
{
    (void)param;
    reel_record_options options = fixture_options(scene, 1);
    reel_status status = REEL_E_NOMEM;
    int n = 1;
    /* the codecs' own memory is not counted: few frames and sparse steps keep this short */
    for (; status != REEL_OK && n < 100000; n += 1 + n / 12) {
        reel_error err = {0};
        reel_alloc_fail_at((uint64_t)n);
        status = fixture_record(in_dir("memory"), scene, take, &options, &err);
        reel_alloc_fail_at(0);
        if (status != REEL_OK) {
            CHECK(status == REEL_E_NOMEM);
            CHECK(!reel_fs_exists(in_dir("memory")));
        }
    }
    CHECK(status == REEL_OK);
    CHECK(n > 20);
}

static void no_memory_to_read_is_an_error(const void *param)
{
    (void)param;
    const char *path = in_dir("reread");
    const reel_record_options options = fixture_options(scene, 2);
    reel_status status = REEL_E_NOMEM;
    int n = 1;
    CHECK(fixture_record(path, scene, take, &options, NULL) == REEL_OK);
    for (; status != REEL_OK && n < 100000; n += 1 + n / 40) {
        reel_record *r = NULL;
        reel_error err = {0};
        reel_alloc_fail_at((uint64_t)n);
        status = reel_record_open(path, &r, &err);
        if (status == REEL_OK) {
            status = reel_record_load_data(r, &err);
        }
        reel_alloc_fail_at(0);
        CHECK(status == REEL_OK || (status == REEL_E_NOMEM && err.msg[0] != '\0'));
        reel_record_close(&r);
    }
    CHECK(status == REEL_OK);
    CHECK(n > 20);
}

/* Files of a record that were exchanged for something else. */
static void a_wrong_part_is_refused(const void *param)
{
    (void)param;
    static const char *const parts[] = {"scene.json", "take.npz", "views.npz"};
    const reel_record_options options = fixture_options(scene, 1);
    reel_scene *longer = fixture_scene(WIDTH, HEIGHT, 24, FRAMES + 1);
    reel_take *longer_take = fixture_take(longer);
    CHECK(fixture_record(in_dir("longer"), longer, longer_take, &options, NULL) == REEL_OK);
    CHECK(fixture_record(in_dir("parts"), scene, take, &options, NULL) == REEL_OK);
    for (int i = 0; i < 3; i++) {
        char from[1024], to[1024], *other = NULL, *own = NULL;
        size_t n_other = 0, n_own = 0;
        reel_record *r = NULL;
        reel_error err = {0};
        reel_fs_join(from, sizeof(from), in_dir("longer"), parts[i]);
        reel_fs_join(to, sizeof(to), in_dir("parts"), parts[i]);
        CHECK(reel_fs_read(from, &other, &n_other, NULL) == REEL_OK);
        CHECK(reel_fs_read(to, &own, &n_own, NULL) == REEL_OK);
        for (int cut = 0; cut < 2; cut++) {
            const size_t n = cut ? n_own / 2 : n_other;
            CHECK(reel_fs_publish(to, cut ? own : other, n, NULL) == REEL_OK);
            CHECK(reel_record_open(in_dir("parts"), &r, &err) == REEL_OK);
            CHECK(reel_record_load_data(r, &err) == REEL_E_CONFLICT);
            /* a longer scene is one by itself: the take is what does not fit it */
            CHECK_CONTAINS(err.file, i == 0 && !cut ? "take.npz" : parts[i]);
            reel_record_close(&r);
        }
        CHECK(reel_fs_publish(to, own, n_own, NULL) == REEL_OK);
        reel_free(other);
        reel_free(own);
    }
    reel_take_destroy(&longer_take);
    reel_scene_destroy(&longer);
}

typedef struct edit {
    const char *from, *to, *field;
} edit;

static void a_wrong_manifest_is_refused(const void *param)
{
    (void)param;
    static const edit edits[] = {
        {"\"physreel-record\"", "\"physreel-rocord\"", "format"},
        {"\"format_version\":1", "\"format_version\":9", "format_version"},
        {"\"attempt\":1", "\"attempt\":-", ""},
        {"\"fixture_000000\"", "\"fixture/000000\"", "clip_id"},
        {"\"18446744073709551615\"", "\"18446744073709551616\"", "base_seed"},
        {"\"depth_scale\":0.001", "\"depth_scale\":0.000", "depth_scale"},
        {"\"scene.json\"", "\"scene/json\"", "name"},
        {"\"role\":\"scene\"", "\"role\":\"scone\"", "role"},
        {"\"store\":\"planes\"", "\"store\":\"plains\"", "store"},
        {"\"labels\":[\"depth\"", "\"labels\":[\"death\"", "labels"},
        {"\"camera_index\":0", "\"camera_index\":X", ""},
        {"\"albedo\":[\"", "\"albedo\":[\"g", "xxh128"},
    };
    const char *path = in_dir("edited");
    const reel_record_options options = fixture_options(scene, 1);
    char manifest[1024], *text = NULL;
    size_t size = 0;
    reel_record *r = NULL;
    CHECK(fixture_record(path, scene, take, &options, NULL) == REEL_OK);
    reel_fs_join(manifest, sizeof(manifest), path, "manifest.json");
    CHECK(reel_fs_read(manifest, &text, &size, NULL) == REEL_OK);
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        char *bad = reel_alloc(size + 8);
        memcpy(bad, text, size + 1);
        char *at = strstr(bad, edits[i].from);
        CHECK(at != NULL);
        memcpy(at, edits[i].to, strlen(edits[i].to));
        reel_error err = {0};
        CHECK(reel_fs_publish(manifest, bad, strlen(bad), NULL) == REEL_OK);
        CHECK(reel_record_open(path, &r, &err) == REEL_E_CONFLICT);
        CHECK_CONTAINS(err.file, "manifest.json");
        CHECK_STR(err.field, edits[i].field);
        reel_free(bad);
    }
    reel_free(text);
    CHECK(reel_record_open(in_dir("none"), &r, NULL) == REEL_E_IO);
}

static const check_test tests[] = {
    {"a record comes back", a_record_comes_back, NULL},
    {"digests and boxes", digests_and_boxes_are_those_of_the_frames, NULL},
    {"bytes depend on contents", bytes_depend_on_contents_alone, NULL},
    {"one camera, few streams", one_camera_and_few_streams, NULL},
    {"nothing half-written", nothing_half_written_stays, NULL},
    {"a disk that fills", a_disk_that_fills_leaves_nothing, NULL},
    {"no memory", no_memory_is_an_error_at_every_place, NULL},
    {"no memory to read", no_memory_to_read_is_an_error, NULL},
    {"wrong part", a_wrong_part_is_refused, NULL},
    {"wrong manifest", a_wrong_manifest_is_refused, NULL},
};

int main(int argc, char **argv)
{
    fixture_temp_dir(dir, sizeof(dir));
    scene = fixture_scene(WIDTH, HEIGHT, 24, FRAMES);
    take = fixture_take(scene);
    const int failed = check_run(tests, sizeof(tests) / sizeof(tests[0]), argc, argv);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
    (void)reel_fs_remove_tree(dir, NULL);
    return failed;
}
