#include "base/fs.h"
#include "export/mp4_read.h"
#include "export/sink.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 64, HEIGHT = 48, FRAMES = 30 };

static char dir[256];

static const char *in_dir(const char *name)
{
    static char path[4][512];
    static int next;
    char *out = path[next++ % 4];
    reel_fs_join(out, sizeof(path[0]), dir, name);
    return out;
}

static reel_status write_video(const char *path, int frames, bool close, reel_error *err)
{
    const reel_stream_desc desc = {"clip", "main", WIDTH, HEIGHT, 24, FRAMES, 0.001};
    const reel_video_options options = reel_video_options_default(24);
    reel_sink *sink = NULL;
    reel_frame frame;
    CHECK(reel_frame_init(&frame, WIDTH, HEIGHT, REEL_PLANE_BIT(REEL_PLANE_RGB), 2, NULL) ==
          REEL_OK);
    reel_status status = reel_mp4_sink_open(path, &desc, &options, &sink, err);
    for (int t = 0; status == REEL_OK && t < frames; t++) {
        fixture_draw(&frame, t);
        status = reel_sink_write(sink, &frame, err);
    }
    if (status == REEL_OK && close) {
        status = reel_sink_close(sink, err);
        CHECK(reel_sink_seconds(sink) > 0);
    }
    reel_sink_destroy(&sink);
    reel_frame_finish(&frame);
    return status;
}

static uint32_t big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ISO 14496-12: boxes of (size, type); readers that stream need moov before mdat. */
static void boxes_are_in_streaming_order(const void *param)
{
    (void)param;
    const char *path = in_dir("order.mp4");
    char *data = NULL;
    size_t size = 0;
    CHECK(write_video(path, FRAMES, true, NULL) == REEL_OK);
    CHECK(reel_fs_read(path, &data, &size, NULL) == REEL_OK);
    char order[64] = "";
    for (size_t at = 0; at + 8 <= size;) {
        const uint32_t n = big_endian((unsigned char *)data + at);
        CHECK(n >= 8 && n <= size - at && strlen(order) < 50);
        strncat(order, data + at + 4, 4);
        strcat(order, " ");
        at += n;
    }
    CHECK_STR(order, "ftyp moov free mdat ");
    CHECK(!memmem(data, size, "edts", 4)); /* no edit list */
    CHECK(!memmem(data, size, "x264", 4)); /* and no versions */
    CHECK(!memmem(data, size, "Lav", 3));
    reel_free(data);
}

static void the_same_frames_give_the_same_bytes(const void *param)
{
    (void)param;
    reel_sha256 a, b;
    uint64_t size = 0;
    CHECK(write_video(in_dir("a.mp4"), FRAMES, true, NULL) == REEL_OK);
    CHECK(write_video(in_dir("other.mp4"), 3, false, NULL) == REEL_OK);
    CHECK(write_video(in_dir("b.mp4"), FRAMES, true, NULL) == REEL_OK);
    CHECK(reel_sha256_file(in_dir("a.mp4"), &a, &size, NULL) == REEL_OK);
    CHECK(reel_sha256_file(in_dir("b.mp4"), &b, &size, NULL) == REEL_OK);
    CHECK(memcmp(&a, &b, sizeof(a)) == 0);
    CHECK(!reel_fs_exists(in_dir("other.mp4")));
}

static void a_full_disk_is_an_error(const void *param)
{
    (void)param;
    const char *path = in_dir("full.mp4");
    reel_error err = {0};
    CHECK(symlink("/dev/full", path) == 0);
    CHECK(write_video(path, FRAMES, true, &err) == REEL_E_IO);
    CHECK_CONTAINS(err.file, "full.mp4");
    CHECK_CONTAINS(err.msg, "No space left");
    CHECK(!reel_fs_exists(path));
    CHECK(reel_fs_exists("/dev/full"));
    CHECK(write_video(in_dir("no/such/folder.mp4"), 1, true, &err) == REEL_E_IO);
    CHECK_CONTAINS(err.msg, "No such file");
}

/* The last bytes are written when moov moves to the front: no error may be lost there either. */
static void a_disk_that_fills_at_the_end_is_an_error(const void *param)
{
    (void)param;
    static const rlim_t missing[] = {1, 8, 100, 300, 700, 1000, 1500};
    const char *path = in_dir("tight.mp4");
    struct rlimit old, small;
    struct stat st;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(write_video(path, FRAMES, true, NULL) == REEL_OK);
    CHECK(stat(path, &st) == 0);
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
    small = old;
    for (size_t i = 0; i <= sizeof(missing) / sizeof(missing[0]); i++) {
        const bool fits = i == sizeof(missing) / sizeof(missing[0]);
        reel_error err = {0};
        small.rlim_cur = (rlim_t)st.st_size - (fits ? 0 : missing[i]);
        CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
        const reel_status status = write_video(path, FRAMES, true, &err);
        CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
        CHECK(status == (fits ? REEL_OK : REEL_E_IO));
        CHECK(reel_fs_exists(path) == fits);
    }
}

static void versions_are_known(const void *param)
{
    (void)param;
    const char *const *v = reel_export_versions();
    bool has_x264 = false;
    for (; *v; v += 2) {
        CHECK(v[1] && v[1][0] != '\0' && strcmp(v[1], "unknown") != 0);
        if (strcmp(v[0], "libx264") == 0) {
            has_x264 = true;
            CHECK_CONTAINS(v[1], "core ");
        }
    }
    CHECK(has_x264);
}

static void hash_and_null_take_frames(const void *param)
{
    (void)param;
    const reel_stream_desc desc = {"clip", "main", WIDTH, HEIGHT, 24, 2, 0.001};
    const reel_planes planes = REEL_PLANES_DEFAULT | REEL_PLANE_BIT(REEL_PLANE_RGB);
    reel_sink *hash = NULL, *null = NULL;
    reel_frame frame;
    CHECK(reel_frame_init(&frame, WIDTH, HEIGHT, planes, 2, NULL) == REEL_OK);
    CHECK(reel_hash_sink_open(&desc, planes, &hash, NULL) == REEL_OK);
    CHECK(reel_null_sink_open(&null, NULL) == REEL_OK);
    for (int t = 0; t < 2; t++) {
        fixture_draw(&frame, t);
        CHECK(reel_sink_write(hash, &frame, NULL) == REEL_OK);
        CHECK(reel_sink_write(null, &frame, NULL) == REEL_OK);
    }
    CHECK(reel_sink_close(hash, NULL) == REEL_OK);
    CHECK(reel_sink_close(null, NULL) == REEL_OK);
    const reel_xxh128 want = reel_frame_digest(&frame, REEL_PLANE_DEPTH);
    const reel_xxh128 got = reel_hash_sink_digest(hash, REEL_PLANE_DEPTH, 1);
    const reel_xxh128 before = reel_hash_sink_digest(hash, REEL_PLANE_DEPTH, 0);
    CHECK(memcmp(&want, &got, sizeof(want)) == 0);
    CHECK(memcmp(&want, &before, sizeof(want)) != 0);
    reel_sink_destroy(&hash);
    reel_sink_destroy(&null);
    reel_frame_finish(&frame);
}

/* Every frame comes back, in order, as near as the codec leaves it. */
static void frames_come_back(const void *param)
{
    (void)param;
    static uint8_t rgb[WIDTH * HEIGHT * 3];
    const char *path = in_dir("back.mp4");
    reel_mp4_reader *reader = NULL;
    reel_frame frame;
    CHECK(write_video(path, FRAMES, true, NULL) == REEL_OK);
    CHECK(reel_frame_init(&frame, WIDTH, HEIGHT, REEL_PLANE_BIT(REEL_PLANE_RGB), 2, NULL) ==
          REEL_OK);
    CHECK(reel_mp4_open(path, &reader, NULL) == REEL_OK);
    CHECK_INT(reel_mp4_width(reader), ==, WIDTH);
    CHECK_INT(reel_mp4_height(reader), ==, HEIGHT);
    for (int t = 0; t < FRAMES; t++) {
        CHECK(reel_mp4_next(reader, rgb, NULL) == REEL_OK);
        double near = 0, other = 0;
        for (int k = 0; k < 2; k++) {
            fixture_draw(&frame, t + 5 * k);
            const uint8_t *want = frame.plane[REEL_PLANE_RGB];
            for (size_t i = 0; i < sizeof rgb; i++) {
                *(k ? &other : &near) += abs(rgb[i] - want[i]) / (double)sizeof rgb;
            }
        }
        CHECK(near < 12 && near < 0.7 * other);
    }
    CHECK(reel_mp4_next(reader, rgb, NULL) == REEL_E_CONFLICT);
    reel_mp4_close(&reader);
    CHECK(reel_mp4_open(in_dir("none.mp4"), &reader, NULL) == REEL_E_IO);
    CHECK(reader == NULL);
    reel_frame_finish(&frame);
}

static const check_test tests[] = {
    {"streaming order", boxes_are_in_streaming_order, NULL},
    {"same bytes", the_same_frames_give_the_same_bytes, NULL},
    {"frames come back", frames_come_back, NULL},
    {"full disk", a_full_disk_is_an_error, NULL},
    {"disk that fills at the end", a_disk_that_fills_at_the_end_is_an_error, NULL},
    {"versions", versions_are_known, NULL},
    {"hash and null", hash_and_null_take_frames, NULL},
};

FIXTURE_MAIN(tests, dir)
