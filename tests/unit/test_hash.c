#include "base/alloc.h"
#include "base/hash.h"
#include "tests/check.h"

#include <sys/stat.h>
#include <unistd.h>

static void sha256_of_the_standard(const void *param)
{
    (void)param;
    /* FIPS 180-2, appendix B */
    char hex[REEL_SHA256_HEX];
    reel_sha256_hex(reel_sha256_of("", 0), hex);
    CHECK_STR(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    reel_sha256_hex(reel_sha256_of("abc", 3), hex);
    CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    char *million = reel_alloc(1000000);
    memset(million, 'a', 1000000);
    reel_sha256_hex(reel_sha256_of(million, 1000000), hex);
    CHECK_STR(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    reel_free(million);
}

static void sha256_of_a_file_as_coreutils_say(const void *param)
{
    (void)param;
    char path[] = "/tmp/test_hash_XXXXXX", command[128], theirs[65] = "", ours[REEL_SHA256_HEX];
    const int fd = mkstemp(path);
    CHECK(fd >= 0);
    /* more than a read's worth, and no whole number of them */
    for (int i = 0; i < 200001; i++) {
        const unsigned char byte = (unsigned char)(i * 37 + i / 251);
        CHECK_INT(write(fd, &byte, 1), ==, 1);
    }
    close(fd);
    snprintf(command, sizeof(command), "sha256sum %s", path);
    FILE *pipe = popen(command, "r");
    CHECK(pipe && fscanf(pipe, "%64s", theirs) == 1);
    pclose(pipe);
    reel_sha256 h;
    uint64_t size = 0;
    CHECK_INT(reel_sha256_file(path, &h, &size, NULL), ==, REEL_OK);
    unlink(path);
    reel_sha256_hex(h, ours);
    CHECK_STR(ours, theirs);
    CHECK_INT(size, ==, 200001);
}

static void files_that_cannot_be_read(const void *param)
{
    (void)param;
    reel_sha256 h = {{42}};
    uint64_t size = 42;
    reel_error err = {0};
    CHECK_INT(reel_sha256_file("/nowhere/at all", &h, &size, &err), ==, REEL_E_IO);
    CHECK_STR(err.file, "/nowhere/at all");
    CHECK_CONTAINS(err.msg, "No such file");
    /* what has no end, or waits for a writer */
    char dir[] = "/tmp/test_hash_XXXXXX", fifo[64];
    CHECK(mkdtemp(dir) != NULL);
    snprintf(fifo, sizeof(fifo), "%s/fifo", dir);
    CHECK_INT(mkfifo(fifo, 0600), ==, 0);
    const char *const others[] = {"/tmp", "/dev/zero", fifo};
    for (int i = 0; i < 3; i++) {
        CHECK_INT(reel_sha256_file(others[i], &h, &size, &err), ==, REEL_E_IO);
        CHECK_CONTAINS(err.msg, "not a regular file");
        CHECK_STR(err.file, others[i]);
    }
    unlink(fifo);
    rmdir(dir);
    CHECK(h.bytes[0] == 42 && size == 42);
    const uint64_t live = reel_alloc_live();
    reel_alloc_fail_at(1);
    CHECK_INT(reel_sha256_file(__FILE__, &h, &size, &err), ==, REEL_E_NOMEM);
    CHECK_INT(reel_alloc_live(), ==, live);
}

static void xxh128_as_xxhsum_prints_it(const void *param)
{
    (void)param;
    /* xxhash's own self-test: XXH3 of no bytes, 128 and 64 bits, seed 0 */
    char hex[REEL_XXH128_HEX];
    reel_xxh128_hex(reel_xxh128_of(NULL, 0), hex);
    CHECK_STR(hex, "99aa06d3014798d86001c324468d497f");
    CHECK_HASH(reel_xxh64_of(NULL, 0, 0), UINT64_C(0x2d06800538d394c2));
    CHECK(reel_xxh64_of("a", 1, 0) != reel_xxh64_of("a", 1, 1));
}

static void streaming_is_the_same(const void *param)
{
    (void)param;
    enum { N = 5000 };
    static unsigned char data[N];
    for (int i = 0; i < N; i++) {
        data[i] = (unsigned char)(i * i >> 3);
    }
    for (size_t piece = 1; piece < 700; piece += 61) {
        reel_xxh128_state *s = reel_xxh128_create();
        CHECK(s);
        for (size_t at = 0; at < N; at += piece) {
            reel_xxh128_update(s, data + at, at + piece < N ? piece : N - at);
            reel_xxh128_update(s, NULL, 0);
        }
        const reel_xxh128 a = reel_xxh128_digest(s), b = reel_xxh128_of(data, N);
        CHECK_INT(memcmp(&a, &b, sizeof(a)), ==, 0);
        reel_xxh128_destroy(&s);
        CHECK(!s);
        reel_xxh128_destroy(&s);
    }
}

static const check_test tests[] = {
    {"sha-256 of the standard's examples", sha256_of_the_standard, NULL},
    {"sha-256 of a file as coreutils say", sha256_of_a_file_as_coreutils_say, NULL},
    {"files that cannot be read", files_that_cannot_be_read, NULL},
    {"xxh128 as xxhsum prints it", xxh128_as_xxhsum_prints_it, NULL},
    {"streaming gives the same", streaming_is_the_same, NULL},
};
CHECK_MAIN(tests)
