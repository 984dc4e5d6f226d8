/* tests of export/tar.h: what other readers cannot show; they have the archives in
 * tests/conformance */
#include "base/fs.h"
#include "export/tar.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

#include <sys/stat.h>
#include <unistd.h>

static char dir[1024];

static void path_of(char out[REEL_PATH_MAX], const char *name)
{
    reel_fs_join(out, REEL_PATH_MAX, dir, name);
}

/* Every byte of a header, from the table of POSIX.1-1988, section 10.1.1. */
static void a_header_has_the_bytes_of_the_format(const void *param)
{
    (void)param;
    char path[REEL_PATH_MAX], *data = NULL;
    size_t size = 0;
    reel_tar_writer *tar = NULL;
    reel_error err = {0};
    path_of(path, "one.tar");
    CHECK_INT(reel_tar_create(path, &tar, &err), ==, REEL_OK);
    CHECK_INT(reel_tar_add(tar, "a.txt", "hello", 5, &err), ==, REEL_OK);
    CHECK_INT(reel_tar_size(tar), ==, 4 * 512);
    CHECK_INT(reel_tar_finish(tar, &err), ==, REEL_OK);
    reel_tar_destroy(&tar);
    CHECK_INT(reel_fs_read(path, &data, &size, &err), ==, REEL_OK);
    CHECK_INT(size, ==, 4 * 512);
    char want[512] = {0};
    memcpy(want, "a.txt", 5);
    memcpy(want + 100, "0000644\0000000000\0000000000\00000000000005\00000000000000\000", 48);
    memcpy(want + 156, "0", 1);
    memcpy(want + 257, "ustar\00000", 8);
    memcpy(want + 329, "0000000\0000000000\000", 16);
    /* the bytes summed up by hand: "a.txt" 495, mode 350, owners 672, size 533, time 528, the
       checksum as blanks 256, type 48, magic and version 655, devices 672 */
    memcpy(want + 148, "010161\0 ", 8);
    CHECK_INT(495 + 350 + 672 + 533 + 528 + 256 + 48 + 655 + 672, ==, 010161);
    CHECK(memcmp(data, want, 512) == 0);
    CHECK(memcmp(data + 512, "hello", 5) == 0);
    for (size_t i = 517; i < size; i++) {
        CHECK_INT(data[i], ==, 0);
    }
    reel_free(data);
}

static void sizes_are_whole_blocks(const void *param)
{
    (void)param;
    CHECK_INT(reel_tar_member_size(0), ==, 512);
    CHECK_INT(reel_tar_member_size(1), ==, 1024);
    CHECK_INT(reel_tar_member_size(512), ==, 1024);
    CHECK_INT(reel_tar_member_size(513), ==, 1536);
}

static void what_does_not_fit_is_an_error(const void *param)
{
    (void)param;
    char path[REEL_PATH_MAX], from[REEL_PATH_MAX], name[128];
    reel_tar_writer *tar = NULL;
    reel_error err = {0};
    path_of(path, "bad.tar");
    CHECK_INT(reel_tar_create(path, &tar, &err), ==, REEL_OK);
    memset(name, 'n', sizeof name);
    name[100] = 0;
    CHECK_INT(reel_tar_add(tar, name, "", 0, &err), ==, REEL_OK);
    name[100] = 'n';
    name[101] = 0;
    CHECK_INT(reel_tar_add(tar, name, "", 0, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.msg, "more than 100 bytes");
    path_of(from, "none");
    CHECK_INT(reel_tar_add_file(tar, "a", from, &err), ==, REEL_E_IO);
    CHECK_CONTAINS(err.file, "none");
    CHECK_INT(reel_tar_add_file(tar, "a", dir, &err), ==, REEL_E_IO);
    /* a file with a hole, so that nothing has to be written */
    path_of(from, "large");
    FILE *file = fopen(from, "wb");
    CHECK(file && ftruncate(fileno(file), (off_t)1 << 33) == 0 && fclose(file) == 0);
    CHECK_INT(reel_tar_add_file(tar, "a", from, &err), ==, REEL_E_IO);
    CHECK_CONTAINS(err.msg, "8 GiB");
    CHECK_INT(unlink(from), ==, 0);
    reel_tar_destroy(&tar);
    CHECK(!reel_fs_exists(path));
    path_of(path, ".tmp-bad.tar");
    CHECK(!reel_fs_exists(path));
}

static void a_full_disk_is_an_error(const void *param)
{
    (void)param;
    reel_tar_writer *tar = NULL;
    reel_error err = {0};
    char path[REEL_PATH_MAX], link[REEL_PATH_MAX];
    path_of(path, "full.tar");
    path_of(link, ".tmp-full.tar");
    CHECK_INT(symlink("/dev/full", link), ==, 0);
    CHECK_INT(reel_tar_create(path, &tar, &err), ==, REEL_OK);
    CHECK_INT(reel_tar_add(tar, "a", "b", 1, &err), ==, REEL_OK); /* still in memory */
    CHECK_INT(reel_tar_finish(tar, &err), ==, REEL_E_IO);
    reel_tar_destroy(&tar);
    CHECK(!reel_fs_exists(path) && !reel_fs_exists(link));
}

static const check_test tests[] = {
    {"golden header", a_header_has_the_bytes_of_the_format, NULL},
    {"sizes", sizes_are_whole_blocks, NULL},
    {"what does not fit", what_does_not_fit_is_an_error, NULL},
    {"full disk", a_full_disk_is_an_error, NULL},
};
FIXTURE_MAIN(tests, dir)
