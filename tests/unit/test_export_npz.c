#include "base/fs.h"
#include "export/npz.h"
#include "export/zip.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

static char dir[256];

static const char *in_dir(const char *name)
{
    static char path[4][512];
    static int next;
    char *out = path[next++ % 4];
    reel_fs_join(out, sizeof(path[0]), dir, name);
    return out;
}

static void arrays_come_back(const void *param)
{
    (void)param;
    const char *path = in_dir("back.npz");
    static double d[6] = {1, -2, 3.5, 1e300, 5, 6};
    static uint8_t bytes[5] = {1, 2, 3, 4, 255};
    static int64_t one = -7;
    const reel_npz_array two = {"<f8", 2, {2, 3}, sizeof(d), d};
    const reel_npz_array row = {"|u1", 1, {5}, 5, bytes};
    const reel_npz_array scalar = {"<i8", 0, {0}, 8, &one};
    const reel_npz_array empty = {"<i4", 3, {4, 0, 2}, 0, d};
    reel_npz_writer *w = NULL;
    CHECK(reel_npz_create(path, &w, NULL) == REEL_OK);
    CHECK(reel_npz_add(w, "0/two", &two, NULL) == REEL_OK);
    CHECK(reel_npz_add(w, "row", &row, NULL) == REEL_OK);
    CHECK(reel_npz_add(w, "scalar", &scalar, NULL) == REEL_OK);
    CHECK(reel_npz_add(w, "empty", &empty, NULL) == REEL_OK);
    CHECK(reel_npz_finish(w, NULL) == REEL_OK);
    reel_npz_writer_destroy(&w);

    reel_npz *npz = NULL;
    reel_npz_array a;
    CHECK(reel_npz_open(path, &npz, NULL) == REEL_OK);
    CHECK_INT(reel_npz_count(npz), ==, 4);
    CHECK_STR(reel_npz_name(npz, 0), "0/two");
    CHECK(reel_npz_read(npz, "0/two", &a, NULL) == REEL_OK);
    CHECK_STR(a.dtype, "<f8");
    CHECK_INT(a.n_dims, ==, 2);
    CHECK_INT(a.shape[1], ==, 3);
    CHECK(memcmp(a.data, d, sizeof(d)) == 0);
    reel_free_aligned(a.data);
    CHECK(reel_npz_read(npz, "row", &a, NULL) == REEL_OK);
    CHECK_INT(a.shape[0], ==, 5);
    CHECK(memcmp(a.data, bytes, 5) == 0);
    reel_free_aligned(a.data);
    CHECK(reel_npz_read(npz, "scalar", &a, NULL) == REEL_OK);
    CHECK_INT(a.n_dims, ==, 0);
    CHECK_INT(*(int64_t *)a.data, ==, -7);
    reel_free_aligned(a.data);
    CHECK(reel_npz_read(npz, "empty", &a, NULL) == REEL_OK);
    CHECK_INT(a.bytes, ==, 0);
    reel_free_aligned(a.data);
    reel_error err = {0};
    CHECK(reel_npz_read(npz, "nothing", &a, &err) == REEL_E_CONFLICT);
    CHECK_STR(err.field, "nothing");
    reel_npz_close(&npz);
}

/* One array "x" whose .npy is `header` (after the ten bytes of prefix) and `bytes` zero bytes. */
static reel_status read_npy(const char *header, size_t bytes, reel_npz_array *out)
{
    const char *path = in_dir("made.npz");
    const size_t n = strlen(header);
    char npy[2048] = "\x93NUMPY\x01";
    reel_zip_writer *w = NULL;
    reel_npz *npz = NULL;
    npy[8] = (char)(n & 255);
    npy[9] = (char)(n >> 8);
    memcpy(npy + 10, header, n);
    reel_status status = reel_zip_create(path, &w, NULL);
    if (status == REEL_OK) {
        status = reel_zip_add(w, "x.npy", npy, 10 + n + bytes, NULL);
    }
    if (status == REEL_OK) {
        status = reel_zip_finish(w, NULL);
    }
    reel_zip_writer_destroy(&w);
    CHECK(status == REEL_OK);
    CHECK(reel_npz_open(path, &npz, NULL) == REEL_OK);
    status = reel_npz_read(npz, "x", out, NULL);
    reel_npz_close(&npz);
    return status;
}

typedef struct header_case {
    const char *text;
    size_t bytes;
    bool is_good;
} header_case;

static void headers_are_read_as_numpy_does(const void *param)
{
    (void)param;
    static const header_case cases[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\n", 48, true},
        {"{\"shape\":(3,4),\"fortran_order\":False,\"descr\":\"<f4\"}", 48, true},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", 3, true},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (), }", 1, true},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", 4, false},
        {"{'descr': '|u1', 'fortran_order': True, 'shape': (3,), }", 3, false},
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (3,), }", 12, false},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", 24, false},
        {"{'descr': '<f3', 'fortran_order': False, 'shape': (3,), }", 9, false},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (-3,), }", 3, false},
        {"{'descr': '|u1', 'fortran_order': False}", 3, false},
        {"{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", 3, false},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3,), 'x': 1}", 3, false},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3,)", 3, false},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 2)}", 0, false},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}", 0, false},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", 1, false},
        {"", 3, false},
        {"{'descr': '|", 0, false},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3", 0, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reel_npz_array a;
        const reel_status status = read_npy(cases[i].text, cases[i].bytes, &a);
        if (status != (cases[i].is_good ? REEL_OK : REEL_E_CONFLICT)) {
            CHECK_FAIL("%s gives %s", cases[i].text, reel_status_name(status));
        }
        if (status == REEL_OK) {
            CHECK_INT(a.bytes, ==, cases[i].bytes);
            reel_free_aligned(a.data);
        }
    }
}

static const check_test tests[] = {
    {"arrays come back", arrays_come_back, NULL},
    {"headers as numpy reads them", headers_are_read_as_numpy_does, NULL},
};

FIXTURE_MAIN(tests, dir)
