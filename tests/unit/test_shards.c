/* tests of the webdataset layout: what becomes of shards while they are written */
#include "base/fs.h"
#include "export/layout/layout_drive.h"
#include "export/tables.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

#include <unistd.h>

static char dir[1024];

enum { CLIPS = 6 };

/* The folder of a record: clips 2 and 5 are of the split "test". Made once. */
static const char *clip_dir(int index, bool colour, reel_store store)
{
    static char path[REEL_PATH_MAX];
    char id[64];
    snprintf(id, sizeof id, "clip_%d_%d_%d", index, colour, store);
    reel_fs_join(path, sizeof path, dir, id);
    if (!reel_fs_exists(path)) {
        reel_scene *scene = fixture_scene(32, 16, 4, 3);
        reel_take *take = fixture_take(scene);
        reel_record_options options = fixture_options(scene, 1 + index % 2);
        reel_error err = {0};
        options.clip_id = id;
        options.index = (uint64_t)index;
        options.split = index % 3 == 2 ? "test" : "train";
        options.colour = colour;
        options.store = store;
        CHECK_INT(fixture_record(path, scene, take, &options, &err), ==, REEL_OK);
        reel_take_destroy(&take);
        reel_scene_destroy(&scene);
    }
    return path;
}

/* What a receiver sees. */
typedef struct seen {
    int n;
    bool remove;
    char names[128][64];
    reel_xxh128 digests[128];
} seen;

static reel_status receive(void *ctx, const char *name, const char *path, reel_error *err)
{
    seen *s = ctx;
    char *data = NULL;
    size_t size = 0;
    CHECK_INT(reel_fs_read(path, &data, &size, err), ==, REEL_OK);
    CHECK_INT(s->n, <, 128);
    for (int i = 0; i < s->n; i++) {
        CHECK(strcmp(s->names[i], name) != 0); /* told once */
    }
    snprintf(s->names[s->n], sizeof s->names[0], "%s", name);
    s->digests[s->n++] = reel_xxh128_of(data, size);
    reel_free(data);
    CHECK(!s->remove || unlink(path) == 0);
    return REEL_OK;
}

typedef struct writing {
    reel_layout_options options;
    void *writer;
} writing;

static void begin(writing *w, const char *root, const char *setting, seen *s)
{
    static const char *given[1];
    reel_error err = {0};
    given[0] = setting;
    *w = (writing){.options = {.layout = reel_layout_find("webdataset"),
                               .root = root,
                               .n_given = 1,
                               .given = given,
                               .files = reel_layout_files_create(receive, s)}};
    CHECK(w->options.layout && w->options.files);
    CHECK_INT(reel_fs_make_dirs(root, &err), ==, REEL_OK);
    CHECK_INT(w->options.layout->open(&w->options, &w->writer, &err), ==, REEL_OK);
}

static reel_status put(writing *w, const char *path, reel_error *err)
{
    reel_record *record = NULL;
    CHECK_INT(reel_record_open(path, &record, err), ==, REEL_OK);
    CHECK_INT(reel_record_load_data(record, err), ==, REEL_OK);
    const reel_layout_clip clip = {.record = record};
    const reel_status status = w->options.layout->put(w->writer, &clip, NULL, err);
    reel_record_close(&record);
    return status;
}

static void end(writing *w)
{
    w->options.layout->destroy(w->writer);
    reel_layout_files_destroy(&w->options.files);
}

static void write_all(const char *name, bool remove, seen *s)
{
    char root[REEL_PATH_MAX];
    writing w;
    reel_error err = {0};
    reel_fs_join(root, sizeof root, dir, name);
    *s = (seen){.remove = remove};
    begin(&w, root, "shard-size=32K", s);
    for (int i = 0; i < CLIPS; i++) {
        CHECK_INT(put(&w, clip_dir(i, true, REEL_STORE_PLANES), &err), ==, REEL_OK);
    }
    CHECK_INT(w.options.layout->finish(w.writer, &err), ==, REEL_OK);
    end(&w);
}

/* videos, labels, records; and the tables */
enum { SETS = 3, FILES_OF_A_SHARD = SETS + REEL_TABLE_COUNT };

/* A file that is done is never asked for again: what is sent may be removed at once. */
static void files_may_go_as_soon_as_they_are_done(const void *param)
{
    (void)param;
    static seen kept, removed;
    write_all("kept", false, &kept);
    write_all("removed", true, &removed);
    CHECK_INT(kept.n, ==, removed.n);
    CHECK_INT(kept.n, >, 3 * FILES_OF_A_SHARD);
    for (int i = 0; i < kept.n; i++) {
        CHECK_STR(kept.names[i], removed.names[i]);
        CHECK(memcmp(&kept.digests[i], &removed.digests[i], sizeof kept.digests[i]) == 0);
    }
}

/* All of a shard is told together, so that room for one shard of each split is enough. */
static void all_of_a_shard_is_done_together(const void *param)
{
    (void)param;
    static seen s;
    write_all("together", false, &s);
    for (int i = 0; i < s.n; i++) {
        const char *shard = strrchr(s.names[i], '/');
        CHECK(i % FILES_OF_A_SHARD == 0 ||
              strncmp(shard, strrchr(s.names[i - 1], '/'), strcspn(shard, ".")) == 0);
        CHECK_INT(strncmp(s.names[i], "tables/", 7) == 0, ==, i % FILES_OF_A_SHARD >= SETS);
    }
}

static void clips_that_differ_are_refused(const void *param)
{
    (void)param;
    static const struct {
        bool colour;
        reel_store store;
        const char *says;
    } others[] = {{false, REEL_STORE_PLANES, "without colour"},
                  {true, REEL_STORE_STATES, "different stored label planes"}};
    for (int i = 0; i < 2; i++) {
        static seen s;
        writing w;
        char root[REEL_PATH_MAX], name[32];
        reel_error err = {0};
        snprintf(name, sizeof name, "differ_%d", i);
        reel_fs_join(root, sizeof root, dir, name);
        s = (seen){0};
        begin(&w, root, "shard-size=1G", &s);
        CHECK_INT(put(&w, clip_dir(0, true, REEL_STORE_PLANES), &err), ==, REEL_OK);
        CHECK_INT(put(&w, clip_dir(1, others[i].colour, others[i].store), &err), ==,
                  REEL_E_CONFLICT);
        CHECK_CONTAINS(err.msg, others[i].says);
        end(&w);
        CHECK_INT(s.n, ==, 0); /* and nothing half-written has been told */
    }
}

static void sizes_are_read_as_people_write_them(const void *param)
{
    (void)param;
    static const struct {
        const char *text;
        reel_status status;
    } cases[] = {{"4096", REEL_OK},
                 {"4K", REEL_OK},
                 {"512M", REEL_OK},
                 {"8192G", REEL_OK},
                 {"4095", REEL_E_USAGE},
                 {"8193G", REEL_E_USAGE},
                 {"", REEL_E_USAGE},
                 {"1g", REEL_E_USAGE},
                 {"1.5G", REEL_E_USAGE},
                 {"-1G", REEL_E_USAGE},
                 {"1GB", REEL_E_USAGE},
                 {"G", REEL_E_USAGE},
                 {"99999999999999", REEL_E_USAGE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char setting[64];
        const char *given[] = {setting};
        const reel_layout_options options = {
            .layout = reel_layout_find("webdataset"), .root = dir, .n_given = 1, .given = given};
        void *writer = NULL;
        reel_error err = {0};
        snprintf(setting, sizeof setting, "shard-size=%s", cases[i].text);
        const reel_status status = options.layout->open(&options, &writer, &err);
        if (status != cases[i].status) {
            CHECK_FAIL("%s: status %d", cases[i].text, status);
        }
        CHECK(status == REEL_OK || strcmp(err.field, "shard-size") == 0);
        options.layout->destroy(writer);
    }
}

static const check_test tests[] = {
    {"files may go", files_may_go_as_soon_as_they_are_done, NULL},
    {"a shard is done together", all_of_a_shard_is_done_together, NULL},
    {"clips that differ", clips_that_differ_are_refused, NULL},
    {"sizes", sizes_are_read_as_people_write_them, NULL},
};
FIXTURE_MAIN(tests, dir)
