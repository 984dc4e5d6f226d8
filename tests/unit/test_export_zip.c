#include "base/fs.h"
#include "export/crc32.h"
#include "export/zip.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

#include <unistd.h>
#include <zlib.h>

static char dir[256];

static const char *in_dir(const char *name)
{
    static char path[4][512];
    static int next;
    char *out = path[next++ % 4];
    reel_fs_join(out, sizeof(path[0]), dir, name);
    return out;
}

/* Without the fsync of reel_fs_publish(): damage is done a thousand times below. */
static void write_plain(const char *path, const char *data, size_t size)
{
    unlink(path); /* truncating makes some file systems flush */
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK(fwrite(data, 1, size, file) == size);
    CHECK(fclose(file) == 0);
}

static reel_status write_archive(const char *path, reel_error *err)
{
    reel_zip_writer *zip = NULL;
    static const char text[] = "123456789";
    const reel_zip_part parts[2] = {{"12345", 5}, {"6789", 4}};
    reel_status status = reel_zip_create(path, &zip, err);
    if (status == REEL_OK) {
        status = reel_zip_add(zip, "b/whole", text, 9, err);
    }
    if (status == REEL_OK) {
        status = reel_zip_add_parts(zip, "a", parts, 2, err);
    }
    if (status == REEL_OK) {
        status = reel_zip_add(zip, "\xc3\xa9", NULL, 0, err);
    }
    if (status == REEL_OK) {
        status = reel_zip_finish(zip, err);
    }
    reel_zip_writer_destroy(&zip);
    return status;
}

static void crc_is_the_one_of_the_catalogue(const void *param)
{
    (void)param;
    /* the check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms */
    CHECK_INT(reel_crc32(0, "123456789", 9), ==, 0xcbf43926);
    CHECK_INT(reel_crc32(reel_crc32(0, "1234", 4), "56789", 5), ==, 0xcbf43926);
    CHECK_INT(reel_crc32(0, NULL, 0), ==, 0);
}

static void bytes_are_those_of_the_format(const void *param)
{
    (void)param;
    /* laid out by hand after APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16 */
    static const unsigned char want[] = {'P', 'K', 3,   4,    20,   0,    0,    0,    0,
                                         0, /* stored */
                                         0,   0,   33,  0,    0x26, 0x39, 0xf4, 0xcb, 9,
                                         0,   0,   0,   9,    0,    0,    0, /* 1980-01-01 */
                                         1,   0,   0,   0,    'n',  '1',  '2',  '3',  '4',
                                         '5', '6', '7', '8',  '9',  'P',  'K',  1,    2,
                                         20,  0,   20,  0,    0,    0,    0,    0,    0,
                                         0,   33,  0,   0x26, 0x39, 0xf4, 0xcb, 9,    0,
                                         0,   0,   9,   0,    0,    0,    1,    0,    0,
                                         0,   0,   0,   0,    0,    0,    0,    0,    0,
                                         0,   0,   0,   0,    0,    0,    'n',  'P',  'K',
                                         5,   6,   0,   0,    0,    0,    1,    0,    1,
                                         0,   47,  0,   0,    0,    40,   0,    0,    0,
                                         0,   0};
    reel_zip_writer *zip = NULL;
    const char *path = in_dir("golden.zip");
    char *data = NULL;
    size_t size = 0;
    CHECK(reel_zip_create(path, &zip, NULL) == REEL_OK);
    CHECK(reel_zip_add(zip, "n", "123456789", 9, NULL) == REEL_OK);
    CHECK(reel_zip_finish(zip, NULL) == REEL_OK);
    reel_zip_writer_destroy(&zip);
    CHECK(reel_fs_read(path, &data, &size, NULL) == REEL_OK);
    CHECK_INT(size, ==, sizeof(want));
    CHECK(memcmp(data, want, size) == 0);
    reel_free(data);
}

static void entries_come_back(const void *param)
{
    (void)param;
    const char *path = in_dir("back.zip");
    reel_zip *zip = NULL;
    char text[10] = "";
    CHECK(write_archive(path, NULL) == REEL_OK);
    CHECK(reel_zip_open(path, &zip, NULL) == REEL_OK);
    CHECK_INT(reel_zip_count(zip), ==, 3);
    CHECK_STR(reel_zip_name(zip, 0), "a");
    const int whole = reel_zip_find(zip, "b/whole");
    CHECK_INT(reel_zip_size(zip, whole), ==, 9);
    CHECK(reel_zip_read(zip, whole, text, NULL) == REEL_OK);
    CHECK_STR(text, "123456789");
    CHECK_INT(reel_zip_find(zip, "b"), ==, -1);
    CHECK_INT(reel_zip_size(zip, reel_zip_find(zip, "\xc3\xa9")), ==, 0);
    reel_zip_close(&zip);
}

/* Opens and reads all; what it says must be one of the three. */
static reel_status read_all(const char *path, bool *same)
{
    reel_zip *zip = NULL;
    reel_error err = {0};
    reel_status status = reel_zip_open(path, &zip, &err);
    *same = status == REEL_OK && reel_zip_count(zip) == 3;
    for (int i = 0; status == REEL_OK && i < reel_zip_count(zip); i++) {
        const size_t size = reel_zip_size(zip, i);
        char *data = reel_alloc(size + 1);
        status = reel_zip_read(zip, i, data, &err);
        *same = *same && (size == 0 || (size == 9 && memcmp(data, "123456789", 9) == 0));
        reel_free(data);
    }
    reel_zip_close(&zip);
    CHECK(status == REEL_OK || status == REEL_E_CONFLICT || status == REEL_E_IO);
    CHECK(status == REEL_OK || err.file[0] != '\0');
    return status;
}

static void damage_is_found(const void *param)
{
    (void)param;
    const char *path = in_dir("good.zip"), *bad = in_dir("bad.zip");
    char *data = NULL;
    size_t size = 0;
    bool same = false;
    CHECK(write_archive(path, NULL) == REEL_OK);
    CHECK(reel_fs_read(path, &data, &size, NULL) == REEL_OK);
    for (size_t cut = 0; cut < size; cut++) {
        write_plain(bad, data, cut);
        CHECK(read_all(bad, &same) != REEL_OK);
    }
    for (size_t i = 0; i < size; i++) {
        for (int bit = 0; bit < 8; bit += 3) {
            data[i] = (char)(data[i] ^ 1 << bit);
            write_plain(bad, data, size);
            read_all(bad, &same); /* dates and the like may change: it must not crash */
            data[i] = (char)(data[i] ^ 1 << bit);
        }
    }
    /* a byte of content is not silently another */
    char *content = memmem(data, size, "123456789", 9);
    content[4] = 'x';
    write_plain(bad, data, size);
    CHECK(read_all(bad, &same) == REEL_E_CONFLICT);
    reel_free(data);
}

static void the_last_of_one_name_counts(const void *param)
{
    (void)param;
    const char *path = in_dir("twice.zip");
    reel_zip_writer *w = NULL;
    reel_zip *zip = NULL;
    char *data = NULL, c = 0;
    size_t size = 0;
    CHECK(reel_zip_create(path, &w, NULL) == REEL_OK);
    CHECK(reel_zip_add(w, "n0", "old", 3, NULL) == REEL_OK);
    CHECK(reel_zip_add(w, "n1", "w", 1, NULL) == REEL_OK);
    CHECK(reel_zip_finish(w, NULL) == REEL_OK);
    reel_zip_writer_destroy(&w);
    CHECK(reel_fs_read(path, &data, &size, NULL) == REEL_OK);
    for (char *p = data; (p = memmem(p, size - (size_t)(p - data), "n1", 2)) != NULL; p++) {
        p[1] = '0';
    }
    write_plain(path, data, size);
    CHECK(reel_zip_open(path, &zip, NULL) == REEL_OK);
    CHECK_INT(reel_zip_count(zip), ==, 1);
    CHECK_INT(reel_zip_size(zip, 0), ==, 1);
    CHECK(reel_zip_read(zip, 0, &c, NULL) == REEL_OK);
    CHECK_INT(c, ==, 'w');
    reel_zip_close(&zip);
    reel_free(data);
}

static void a_full_disk_is_an_error(const void *param)
{
    (void)param;
    const char *path = in_dir("full.zip");
    reel_error err = {0};
    CHECK(symlink("/dev/full", path) == 0);
    CHECK(write_archive(path, &err) == REEL_E_IO);
    CHECK_CONTAINS(err.file, "full.zip");
    CHECK_CONTAINS(err.msg, "No space left");
    CHECK(!reel_fs_exists(path));
    CHECK(reel_fs_exists("/dev/full"));
    CHECK(write_archive(in_dir("no/such/folder.zip"), &err) == REEL_E_IO);
}

static void an_unfinished_file_is_removed(const void *param)
{
    (void)param;
    reel_zip_writer *zip = NULL;
    const char *path = in_dir("half.zip");
    CHECK(reel_zip_create(path, &zip, NULL) == REEL_OK);
    CHECK(reel_zip_add(zip, "n", "x", 1, NULL) == REEL_OK);
    reel_zip_writer_destroy(&zip);
    CHECK(!reel_fs_exists(path));
    CHECK(zip == NULL);
}

/* The data of the archive's entry at `offset`, unpacked by zlib; sizes and method as its header has
 * them. */
static void unpack(const char *file, size_t offset, size_t name_size, uint8_t *out, size_t size)
{
    const uint8_t *head = (const uint8_t *)file + offset;
    z_stream z = {0};
    CHECK_INT(head[8], ==, 8); /* deflated */
    CHECK_INT(head[22] | head[23] << 8 | head[24] << 16, ==, (int)size);
    CHECK(inflateInit2(&z, -15) == Z_OK);
    z.next_in = (Bytef *)(head + 30 + name_size);
    z.avail_in = (uInt)(head[18] | head[19] << 8 | head[20] << 16);
    z.next_out = out;
    z.avail_out = (uInt)size;
    CHECK(inflate(&z, Z_FINISH) == Z_STREAM_END);
    CHECK(z.avail_in == 0 && z.avail_out == 0);
    CHECK(inflateEnd(&z) == Z_OK);
}

static void packed_entries_are_deflated(const void *param)
{
    (void)param;
    enum { SIZE = 300000 };
    static uint8_t data[SIZE], back[SIZE];
    const reel_zip_part parts[2] = {{data, 7}, {data + 7, SIZE - 7}};
    const char *path = in_dir("packed.zip");
    reel_zip_writer *writer = NULL;
    reel_zip *zip = NULL;
    reel_error err = {0};
    char *file = NULL;
    size_t size = 0;
    uint32_t state = 1;
    for (int i = 0; i < SIZE; i++) { /* half of it cannot be packed */
        state = state * 1664525 + 1013904223;
        data[i] = i < SIZE / 2 ? (uint8_t)(i / 1000) : (uint8_t)(state >> 24);
    }
    CHECK(reel_zip_create(path, &writer, &err) == REEL_OK);
    CHECK(reel_zip_add_packed(writer, "one", parts, 2, 6, &err) == REEL_OK);
    CHECK(reel_zip_add(writer, "two", "x", 1, &err) == REEL_OK);
    CHECK(reel_zip_finish(writer, &err) == REEL_OK);
    reel_zip_writer_destroy(&writer);
    CHECK(reel_fs_read(path, &file, &size, &err) == REEL_OK);
    CHECK(size > SIZE / 2 && size < SIZE / 2 + SIZE / 8);
    unpack(file, 0, 3, back, SIZE);
    CHECK(memcmp(back, data, SIZE) == 0);
    CHECK(reel_zip_open(path, &zip, &err) == REEL_E_CONFLICT); /* says so, does not give noise */
    CHECK_CONTAINS(err.msg, "compressed");
    reel_free(file);
}

static const check_test tests[] = {
    {"crc", crc_is_the_one_of_the_catalogue, NULL},
    {"bytes of the format", bytes_are_those_of_the_format, NULL},
    {"entries come back", entries_come_back, NULL},
    {"packed entries", packed_entries_are_deflated, NULL},
    {"damage is found", damage_is_found, NULL},
    {"last of one name", the_last_of_one_name_counts, NULL},
    {"full disk", a_full_disk_is_an_error, NULL},
    {"unfinished file", an_unfinished_file_is_removed, NULL},
};

FIXTURE_MAIN(tests, dir)
