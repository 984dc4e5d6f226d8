/*
 * replay.c - runs a fuzz target on every file of the folders (or files) that are named.
 *
 * For builds without a fuzz engine: the corpus is a regression test. Each input is also run with
 * its tail cut off and with single bytes changed, from a fixed random stream, so that a plain build
 * looks a little beyond the corpus.
 */
#include "base/alloc.h"
#include "base/fs.h"
#include "base/rng.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

enum { VARIANTS = 200 };

typedef struct replay {
    const char *dir;
    int n_files;
    bool failed;
} replay;

/* A fresh copy of exactly `size` bytes, so that a sanitizer sees a read beyond them. */
static bool run_copy(const char *data, size_t size, size_t flip, uint8_t value)
{
    uint8_t *copy = reel_alloc(size);
    if (!copy) {
        return false;
    }
    memcpy(copy, data, size);
    if (flip < size) {
        copy[flip] = value;
    }
    LLVMFuzzerTestOneInput(copy, size);
    reel_free(copy);
    return true;
}

static bool run_file(const char *path)
{
    char *data = NULL;
    size_t size = 0;
    reel_error err = {0};
    if (reel_fs_read(path, &data, &size, &err) != REEL_OK) {
        fprintf(stderr, "%s: %s\n", path, err.msg);
        return false;
    }
    bool ok = run_copy(data, size, size, 0);
    reel_rng rng = reel_rng_stream(0, "replay");
    for (int i = 0; ok && size > 0 && i < VARIANTS; i++) {
        const size_t at = (size_t)reel_rng_int(&rng, 0, (int64_t)size - 1);
        const uint8_t value = (uint8_t)reel_rng_int(&rng, 0, 255);
        ok = i % 4 == 0 ? run_copy(data, at, at, 0) : run_copy(data, size, at, value);
    }
    reel_free(data);
    return ok;
}

static bool visit(void *ctx, const char *name)
{
    replay *r = ctx;
    char path[REEL_PATH_MAX];
    reel_fs_join(path, sizeof(path), r->dir, name);
    r->n_files++;
    r->failed = !run_file(path);
    return !r->failed;
}

int main(int argc, char **argv)
{
    replay r = {0};
    for (int i = 1; i < argc && !r.failed; i++) {
        reel_error err = {0};
        r.dir = argv[i];
        if (!reel_fs_is_dir(argv[i])) {
            r.n_files++;
            r.failed = !run_file(argv[i]);
        } else if (reel_fs_list(argv[i], visit, &r, &err) != REEL_OK) {
            fprintf(stderr, "%s: %s\n", argv[i], err.msg);
            r.failed = true;
        }
    }
    printf("%d files, each in %d variants\n", r.n_files, VARIANTS + 1);
    return r.failed || r.n_files == 0;
}
