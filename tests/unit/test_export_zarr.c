#include "base/fs.h"
#include "export/filters.h"
#include "export/zarr.h"
#include "export/zip.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

enum { WIDTH = 34, HEIGHT = 18, FRAMES = 3 };

static char dir[256];

static const char *in_dir(const char *name)
{
    static char path[4][512];
    static int next;
    char *out = path[next++ % 4];
    reel_fs_join(out, sizeof(path[0]), dir, name);
    return out;
}

static const reel_stream_desc desc = {"clip_main", "main", WIDTH, HEIGHT, 24, FRAMES, 0.002};

static reel_frame new_frame(reel_planes planes)
{
    reel_frame frame;
    CHECK(reel_frame_init(&frame, WIDTH, HEIGHT, planes, 2, NULL) == REEL_OK);
    return frame;
}

/* Frame `t`: drawn, or noise in every bit (all differences that a Delta can meet). */
static void fill(reel_frame *frame, int t, bool noise)
{
    fixture_draw(frame, t);
    for (int p = 0; noise && p < REEL_PLANE_COUNT; p++) {
        uint8_t *data = frame->plane[p];
        const size_t n = data ? reel_plane_bytes((reel_plane)p, WIDTH, HEIGHT) : 0;
        for (size_t i = 0; i < n; i++) {
            data[i] = (uint8_t)fixture_noise((uint32_t)i, (uint32_t)t, (uint32_t)p);
        }
    }
}

static reel_status write_store(const char *path, reel_planes planes, bool noise, reel_error *err)
{
    reel_sink *sink = NULL;
    reel_frame frame = new_frame(planes);
    reel_status status = reel_zarr_sink_open(path, &desc, planes, &sink, err);
    for (int t = 0; status == REEL_OK && t < FRAMES; t++) {
        fill(&frame, t, noise);
        status = reel_sink_write(sink, &frame, err);
    }
    if (status == REEL_OK) {
        status = reel_sink_close(sink, err);
    }
    reel_sink_destroy(&sink);
    reel_frame_finish(&frame);
    return status;
}

static void planes_come_back(const void *param)
{
    const bool noise = param != NULL;
    const char *path = in_dir(noise ? "noise.zarr.zip" : "smooth.zarr.zip");
    reel_zarr *zarr = NULL;
    reel_frame want = new_frame(REEL_PLANES_LABELS), got = new_frame(REEL_PLANES_LABELS);
    CHECK(write_store(path, REEL_PLANES_LABELS, noise, NULL) == REEL_OK);
    CHECK(reel_zarr_open(path, &zarr, NULL) == REEL_OK);
    CHECK_INT(reel_zarr_planes(zarr), ==, REEL_PLANES_LABELS);
    CHECK_INT(reel_zarr_frames(zarr), ==, FRAMES);
    CHECK_INT(reel_zarr_width(zarr), ==, WIDTH);
    CHECK_INT(reel_zarr_height(zarr), ==, HEIGHT);
    CHECK_NEAR(reel_zarr_depth_scale(zarr), 0.002, 0);
    for (int t = FRAMES - 1; t >= 0; t--) {
        fill(&want, t, noise);
        CHECK(reel_zarr_read(zarr, t, &got, NULL) == REEL_OK);
        for (int p = 1; p < REEL_PLANE_COUNT; p++) {
            CHECK(memcmp(got.plane[p], want.plane[p],
                         reel_plane_bytes((reel_plane)p, WIDTH, HEIGHT)) == 0);
        }
    }
    reel_zarr_close(&zarr);
    reel_frame_finish(&want);
    reel_frame_finish(&got);
}

static void the_same_frames_give_the_same_bytes(const void *param)
{
    (void)param;
    reel_sha256 a, b;
    uint64_t size = 0;
    CHECK(write_store(in_dir("a.zip"), REEL_PLANES_DEFAULT, false, NULL) == REEL_OK);
    CHECK(write_store(in_dir("b.zip"), REEL_PLANES_DEFAULT, false, NULL) == REEL_OK);
    CHECK(reel_sha256_file(in_dir("a.zip"), &a, &size, NULL) == REEL_OK);
    CHECK(reel_sha256_file(in_dir("b.zip"), &b, &size, NULL) == REEL_OK);
    CHECK(memcmp(&a, &b, sizeof(a)) == 0);
}

static void what_is_not_there_is_said(const void *param)
{
    (void)param;
    const char *path = in_dir("few.zip");
    reel_zarr *zarr = NULL;
    reel_error err = {0};
    reel_frame frame = new_frame(REEL_PLANE_BIT(REEL_PLANE_NORMAL));
    reel_frame depth = new_frame(REEL_PLANE_BIT(REEL_PLANE_DEPTH));
    CHECK(write_store(path, REEL_PLANES_DEFAULT, false, NULL) == REEL_OK);
    CHECK(reel_zarr_open(path, &zarr, NULL) == REEL_OK);
    CHECK_INT(reel_zarr_planes(zarr), ==, REEL_PLANES_DEFAULT);
    CHECK(reel_zarr_read(zarr, 0, &frame, &err) == REEL_E_CONFLICT);
    CHECK_STR(err.field, "normal");
    CHECK(reel_zarr_read(zarr, FRAMES, &depth, &err) == REEL_E_CONFLICT);
    CHECK(reel_zarr_read(zarr, 0, &depth, NULL) == REEL_OK);
    reel_zarr_close(&zarr);
    CHECK(reel_zarr_open(in_dir("none.zip"), &zarr, &err) == REEL_E_IO);
    reel_frame_finish(&frame);
    reel_frame_finish(&depth);
}

/* ---- stores that others made ---------------------------------------------------------------- */

typedef struct meta_case {
    const char *text;
    const char *says; /* NULL: it is read */
} meta_case;

#define META(shape, chunks, dtype, more)                                              \
    "{\"zarr_format\":2,\"shape\":" shape ",\"chunks\":" chunks ",\"dtype\":\"" dtype \
    "\",\"order\":\"C\"," more "}"
#define PLAIN "\"fill_value\":0,\"filters\":null,\"compressor\":null"

static reel_status open_made(const char *meta, const char *chunk_name, const void *chunk,
                             size_t size, reel_zarr **out, reel_error *err)
{
    const char *path = in_dir("made.zip");
    reel_zip_writer *zip = NULL;
    unlink(path); /* truncating makes some file systems flush */
    CHECK(reel_zip_create(path, &zip, NULL) == REEL_OK);
    CHECK(reel_zip_add(zip, "instance/.zarray", meta, strlen(meta), NULL) == REEL_OK);
    if (chunk_name) {
        CHECK(reel_zip_add(zip, chunk_name, chunk, size, NULL) == REEL_OK);
    }
    CHECK(reel_zip_finish(zip, NULL) == REEL_OK);
    reel_zip_writer_destroy(&zip);
    return reel_zarr_open(path, out, err);
}

static void metadata_is_checked(const void *param)
{
    (void)param;
    static const meta_case cases[] = {
        {META("[3,18,34]", "[1,18,34]", "<u2", PLAIN), NULL},
        {META("[3,18,34]", "[1,18,34]", "<u2", PLAIN ",\"dimension_separator\":\"/\""), NULL},
        {META("[3,18,34]", "[1,18,34]", "<u2", PLAIN ",\"dimension_separator\":\"-\""),
         "separator"},
        {META("[3,18,34]", "[3,18,34]", "<u2", PLAIN), "chunks"},
        {META("[3,18]", "[1,18]", "<u2", PLAIN), "axes"},
        {META("[3,18,34]", "[1,18,34]", "<u4", PLAIN), "type"},
        {META("[0,18,34]", "[1,18,34]", "<u2", PLAIN), "range"},
        {META("[3,18000000,34]", "[1,18000000,34]", "<u2", PLAIN), "range"},
        {META("[3,18,34]", "[1,18,34]", "<u2",
              "\"filters\":[{\"id\":\"quantize\"}],\"compressor\":null"),
         "filter"},
        {META("[3,18,34]", "[1,18,34]", "<u2", "\"filters\":null,\"compressor\":{\"id\":\"zlib\"}"),
         "compressor"},
        {"{\"zarr_format\":3}", "format 2"},
        {"{\"zarr_format\":2", ""},
        {"[]", "format 2"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reel_zarr *zarr = NULL;
        reel_error err = {0};
        const reel_status status = open_made(cases[i].text, NULL, NULL, 0, &zarr, &err);
        if (!cases[i].says) {
            CHECK(status == REEL_OK);
            reel_zarr_close(&zarr);
        } else {
            CHECK(status == REEL_E_CONFLICT);
            CHECK_CONTAINS(err.file, "made.zip");
            CHECK_CONTAINS(err.msg, cases[i].says);
        }
    }
}

static void stores_without_codecs_are_read(const void *param)
{
    (void)param;
    static uint16_t ids[WIDTH * HEIGHT], coded[WIDTH * HEIGHT];
    const char *delta = META("[3,18,34]", "[1,18,34]", "<u2",
                             "\"compressor\":null,\"dimension_separator\":\"/\",\"filters\":"
                             "[{\"id\":\"delta\",\"dtype\":\"<u2\"}]");
    reel_zarr *zarr = NULL;
    reel_error err = {0};
    reel_frame frame = new_frame(REEL_PLANE_BIT(REEL_PLANE_INSTANCE));
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        ids[i] = (uint16_t)fixture_noise((uint32_t)i, 0, 0);
    }
    reel_delta_encode(ids, coded, sizeof(ids), 2);
    CHECK(open_made(delta, "instance/1/0/0", coded, sizeof(coded), &zarr, NULL) == REEL_OK);
    CHECK(reel_zarr_read(zarr, 1, &frame, NULL) == REEL_OK);
    CHECK(memcmp(frame.plane[REEL_PLANE_INSTANCE], ids, sizeof(ids)) == 0);
    CHECK(reel_zarr_read(zarr, 2, &frame, &err) == REEL_E_CONFLICT);
    CHECK_CONTAINS(err.msg, "frame 2");
    reel_zarr_close(&zarr);
    CHECK(open_made(delta, "instance/1/0/0", coded, 10, &zarr, NULL) == REEL_OK);
    CHECK(reel_zarr_read(zarr, 1, &frame, &err) == REEL_E_CONFLICT);
    reel_zarr_close(&zarr);
    reel_frame_finish(&frame);
}

/* Damaged Blosc chunks under a right CRC: an error or other values, never a crash. */
static void hostile_chunks_end_in_errors(const void *param)
{
    (void)param;
    const char *path = in_dir("victim.zip");
    const char *meta =
        META("[1,18,34]", "[1,18,34]", "<u2", "\"filters\":null,\"compressor\":{\"id\":\"blosc\"}");
    reel_zip *zip = NULL;
    reel_frame frame = new_frame(REEL_PLANE_BIT(REEL_PLANE_INSTANCE));
    CHECK(write_store(path, REEL_PLANE_BIT(REEL_PLANE_INSTANCE), false, NULL) == REEL_OK);
    CHECK(reel_zip_open(path, &zip, NULL) == REEL_OK);
    const int entry = reel_zip_find(zip, "instance/0.0.0");
    const size_t size = reel_zip_size(zip, entry);
    uint8_t *good = reel_alloc(size), *bad = reel_alloc(size);
    CHECK(reel_zip_read(zip, entry, good, NULL) == REEL_OK);
    reel_zip_close(&zip);
    for (uint32_t round = 0; round < 1500; round++) {
        reel_zarr *zarr = NULL;
        const uint32_t h = fixture_noise(round, 1, 2);
        size_t n = size;
        memcpy(bad, good, size);
        bad[round < 16 * 8 ? round / 8 : h % size] ^= (uint8_t)(1u << (round % 8));
        if (round % 5 == 4) {
            n = h % size;
        }
        CHECK(open_made(meta, "instance/0.0.0", bad, n, &zarr, NULL) == REEL_OK);
        const reel_status status = reel_zarr_read(zarr, 0, &frame, NULL);
        CHECK(status == REEL_OK || status == REEL_E_CONFLICT);
        reel_zarr_close(&zarr);
    }
    reel_free(good);
    reel_free(bad);
    reel_frame_finish(&frame);
}

static void a_file_that_cannot_grow_is_an_error(const void *param)
{
    (void)param;
    const char *path = in_dir("small.zip");
    struct rlimit old, small;
    reel_error err = {0};
    signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
    small = old;
    small.rlim_cur = 2000;
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    const reel_status status = write_store(path, REEL_PLANES_LABELS, true, &err);
    CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
    CHECK(status == REEL_E_IO);
    CHECK_CONTAINS(err.file, "small.zip");
    CHECK(!reel_fs_exists(path));
}

static const check_test tests[] = {
    {"planes come back", planes_come_back, NULL},
    {"noise comes back", planes_come_back, "noise"},
    {"same bytes", the_same_frames_give_the_same_bytes, NULL},
    {"what is not there", what_is_not_there_is_said, NULL},
    {"metadata", metadata_is_checked, NULL},
    {"stores without codecs", stores_without_codecs_are_read, NULL},
    {"hostile chunks", hostile_chunks_end_in_errors, NULL},
    {"file that cannot grow", a_file_that_cannot_grow_is_an_error, NULL},
};

FIXTURE_MAIN(tests, dir)
