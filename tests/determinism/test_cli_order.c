/*
 * Clips in another order, and after other clips in the same process: the same records.
 */
#include "tests/run_kit.h"
#include <unistd.h>

enum { CLIPS = 4 };

static reel_plan *make_plan(void)
{
    char *words[] = {"toss",  "ramp", "--size",   "64x48", "--frames", "9",
                     "--fps", "2",    "--labels", "all",   "--count",  "2"};
    reel_plan *plan = kit_plan((int)(sizeof words / sizeof *words), words);
    CHECK_INT(plan->n_clips, ==, CLIPS);
    return plan;
}

/* SHA-256 of a record's manifest, which holds the digests of all its files and contents. */
static void make_clip(const reel_plan *plan, int clip, const char *dir, char hex[REEL_SHA256_HEX])
{
    char path[REEL_PATH_MAX], manifest[REEL_PATH_MAX];
    reel_error err = {0};
    reel_sha256 digest;
    uint64_t size;
    if (reel_job_run(plan, clip, dir, NULL, NULL, &err)) {
        CHECK_FAIL("clip %d: %s", clip, err.msg);
    }
    reel_fs_join(path, sizeof path, dir, plan->clips[clip].id);
    reel_fs_join(manifest, sizeof manifest, path, "manifest.json");
    CHECK_INT(reel_sha256_file(manifest, &digest, &size, &err), ==, REEL_OK);
    reel_sha256_hex(digest, hex);
    CHECK_INT(reel_fs_remove_tree(path, &err), ==, REEL_OK);
}

static void any_order(const void *param)
{
    static const int orders[][CLIPS] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 2, 0, 1}};
    char dir[] = "/tmp/physreel-order-XXXXXX";
    char want[CLIPS][REEL_SHA256_HEX];
    (void)param;
    CHECK(mkdtemp(dir) != NULL);
    reel_plan *plan = make_plan();
    for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++) {
        for (int i = 0; i < CLIPS; i++) {
            char got[REEL_SHA256_HEX];
            int clip = orders[o][i];
            make_clip(plan, clip, dir, got);
            if (o == 0) {
                memcpy(want[clip], got, sizeof got);
            }
            CHECK_STR(got, want[clip]);
        }
    }
    reel_plan_destroy(&plan);
    CHECK_INT(rmdir(dir), ==, 0);
}

static const check_test tests[] = {{"any order, any history of the process", any_order, NULL}};
CHECK_MAIN(tests)
