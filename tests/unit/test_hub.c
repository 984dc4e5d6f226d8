/* What the hub or its viewer would refuse: each rule broken once, and a dataset that keeps all. */
#include "base/fs.h"
#include "export/hub/hub.h"
#include "export/hub/hub_internal.h"
#include "export/hub/yaml.h"
#include "export/parquet_write.h"
#include "export/tar.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

#include <unistd.h>

static char dir[256];

/* ---- a dataset that is only its manifest ------------------------------------------------------
 */

static reel_json *files;

static void begin(void)
{
    files = reel_json_array();
}

static void file(const char *path, int64_t bytes)
{
    reel_json *entry = reel_json_object();
    CHECK(reel_json_put(entry, "path", reel_json_string(path)));
    CHECK(reel_json_put(entry, "bytes", reel_json_int(bytes)));
    CHECK(reel_json_push(files, entry));
}

static const char front[] =
    "---\nlicense: cc-by-4.0\nconfigs:\n- config_name: a\n"
    "  data_files: \"x.csv\"\n---\n";

static void card(const char *text)
{
    char path[512];
    reel_fs_join(path, sizeof path, dir, "README.md");
    CHECK_INT(reel_fs_publish(path, text, strlen(text), NULL), ==, REEL_OK);
}

typedef struct heard {
    int n;
    char text[4096];
} heard;

static bool hear(void *ctx, const reel_error *finding)
{
    heard *h = ctx;
    const size_t used = strlen(h->text);
    snprintf(h->text + used, sizeof h->text - used, "%s: %s\n", finding->file, finding->msg);
    return ++h->n < 20;
}

/* Check, and forget the manifest. */
static heard check(void)
{
    heard h = {0};
    reel_dataset dataset = {.layout = "clips", .manifest = reel_json_object()};
    snprintf(dataset.root, sizeof dataset.root, "%s", dir);
    CHECK(reel_json_put(dataset.manifest, "files", files));
    const reel_status status = reel_hub_check(&dataset, hear, &h, NULL);
    CHECK_INT(status, ==, h.n ? REEL_E_CONFLICT : REEL_OK);
    reel_json_destroy(&dataset.manifest);
    return h;
}

static void want(const heard *h, const char *text)
{
    if (h->n != 1 || !strstr(h->text, text)) {
        CHECK_FAIL("wanted one finding with \"%s\", got %d: %s", text, h->n, h->text);
    }
}

/* ---- files ------------------------------------------------------------------------------------
 */

static void numbers_of_files(const void *param)
{
    (void)param;
    char name[64];
    card(front);
    begin();
    for (int i = 0; i < 99990; i++) { /* and x.csv, README.md, manifest.json */
        snprintf(name, sizeof name, "f/%03d/%05d.bin", i / 1000, i);
        file(name, 1);
    }
    file("README.md", 1);
    file("x.csv", 1);
    heard h = check();
    CHECK_INT(h.n, ==, 0);
    begin();
    for (int i = 0; i < REEL_HUB_MAX_FILES; i++) {
        snprintf(name, sizeof name, "f/%03d/%05d.bin", i / 1000, i);
        file(name, 1);
    }
    file("x.csv", 1);
    h = check();
    want(&h, "too many for a repository");
}

static void entries_of_a_folder(const void *param)
{
    (void)param;
    char name[64];
    card(front);
    for (int extra = 0; extra < 2; extra++) {
        begin();
        for (int i = 0; i < REEL_HUB_MAX_ENTRIES / 2; i++) {
            snprintf(name, sizeof name, "a/b-c/%05d", i);
            file(name, 1);
            snprintf(name, sizeof name, "a/b/%05d", i); /* sorts behind b-c/ */
            file(name, 1);
            snprintf(name, sizeof name, "a/b/d%05d/%05d", i, i); /* folders count as well */
            file(name, 1);
        }
        if (extra) {
            file("a/b/one more", 1);
        }
        file("x.csv", 1);
        heard h = check();
        if (extra) {
            want(&h, "a/b/: holds more than 10000");
        } else {
            CHECK_INT(h.n, ==, 0);
        }
    }
}

static void paths_and_sizes(const void *param)
{
    (void)param;
    static const struct {
        const char *path, *why;
    } bad[] = {
        {"a/../b", ". or .."}, {"a/.git/x", ".git"},  {"a//b", "empty part"},
        {"a/b /c", "space"},   {"a/b\tc", "control"}, {".cache/huggingface/x", "refuses"},
        {"a\\b", "backslash"},
    };
    card(front);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin();
        file("x.csv", 1);
        file(bad[i].path, 1);
        heard h = check();
        want(&h, bad[i].why);
    }
    begin();
    file("x.csv", REEL_HUB_MAX_FILE);
    heard h = check();
    CHECK_INT(h.n, ==, 0);
    begin();
    file("x.csv", REEL_HUB_MAX_FILE + 1);
    h = check();
    want(&h, "too many for one file");
}

/* ---- the card ---------------------------------------------------------------------------------
 */

static void patterns(const void *param)
{
    (void)param;
    CHECK(reel_hub_matches("a/*/c.*", "a/b/c.mp4"));
    CHECK(!reel_hub_matches("a/*.mp4", "a/b/c.mp4"));
    CHECK(reel_hub_matches("a/**", "a/b/c.mp4"));
    CHECK(reel_hub_matches("a/**/*.mp4", "a/c.mp4"));
    CHECK(reel_hub_matches("a/**/*.mp4", "a/b/d/c.mp4"));
    CHECK(!reel_hub_matches("a/**/*.mp4", "b/c.mp4"));
    CHECK(reel_hub_matches("?.csv", "x.csv"));
    CHECK(!reel_hub_matches("x.csv", "x.csvx"));
    CHECK(reel_hub_matches("*", "x") && reel_hub_matches("**", "") && !reel_hub_matches("", "x"));
    /* no pattern takes for ever */
    CHECK(!reel_hub_matches("**a**a**a**a**a**a**a**a**a**a**b",
                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void broken_cards(const void *param)
{
    (void)param;
    static const struct {
        const char *text, *why;
    } cards[] = {
        {"# no front matter\n", "does not begin with ---"},
        {"---\nlicense: [\n---\n", "line "},
        {"---\nlicense: mit\nlicense: mit\nconfigs: []\n---\n", "twice"},
        {"---\nconfigs: []\n---\n", "license: is missing"},
        {"---\nlicense: mit\n---\n", "configs: is missing"},
        {"---\nlicense: my-own\nconfigs: []\n---\n", "license: is not one"},
        {"---\nlicense: mit\ntask_categories: [fly]\nconfigs: []\n---\n", "task_categories"},
        {"---\nlicense: mit\nsize_categories: n<2K\nconfigs: []\n---\n", "size_categories"},
        {"---\nlicense: mit\nconfigs:\n- data_files: x.csv\n---\n", "config_name"},
        {"---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files: y.csv\n---\n", "no file"},
        {"---\nlicense: mit\nconfigs:\n- config_name: a\n---\n", "no data_files"},
        {"---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files:\n  - split: a-b\n"
         "    path: x.csv\n---\n",
         "is no name"},
        {"---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files: [x.csv, x.json]\n---\n",
         "several kinds"},
        {"---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files: x.csv\n"
         "- config_name: b\n  data_files: x.json\n---\n",
         "one builder"},
        {"---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files: x.csv\n"
         "- config_name: a\n  data_files: x.csv\n---\n",
         "one name twice"},
        {"---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files: []\n---\n",
         "without a row, which `datasets` does not load: \"train\""},
        {"---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files:\n  - split: test\n"
         "    path: []\n---\n",
         "without a row, which `datasets` does not load: \"test\""},
    };
    for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++) {
        card(cards[i].text);
        begin();
        file("x.csv", 1);
        file("x.json", 1);
        heard h = check();
        want(&h, cards[i].why);
    }
}

/* Files that are there and hold nothing. */
static void splits_without_rows(const void *param)
{
    (void)param;
    char path[512];
    reel_parquet_writer *table = NULL;
    reel_fs_join(path, sizeof path, dir, "none.parquet");
    CHECK_INT(reel_parquet_create(path, reel_table_get(REEL_TABLE_EVENTS, true), &table, NULL), ==,
              0);
    CHECK_INT(reel_parquet_close(table, NULL), ==, 0);
    reel_parquet_destroy(&table);
    reel_fs_join(path, sizeof path, dir, "none.jsonl");
    CHECK_INT(reel_fs_publish(path, "", 0, NULL), ==, 0);
    reel_fs_join(path, sizeof path, dir, "some.jsonl");
    CHECK_INT(reel_fs_publish(path, "{}\n", 3, NULL), ==, 0);
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"none.parquet", "none.jsonl", "some.jsonl"};
        char text[256];
        snprintf(text, sizeof text,
                 "---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files:\n"
                 "  - split: test\n    path: %s\n---\n",
                 names[i]);
        card(text);
        begin();
        file(names[i], 1);
        heard h = check();
        if (i < 2) {
            want(&h, "without a row, which `datasets` does not load: \"test\"");
        } else {
            CHECK_INT(h.n, ==, 0);
        }
    }
}

static void yaml_values(const void *param)
{
    (void)param;
    static const char text[] = "a: 1\nb: 1.5\nc: yes\nd: true\ne: ~\nf: \"1\"\ng: [x, {h: 2}]\n";
    reel_json *got = NULL, *expected = NULL;
    CHECK_INT(reel_yaml_parse(text, sizeof text - 1, "t", 1, &got, NULL), ==, REEL_OK);
    static const char json[] =
        "{\"a\":1,\"b\":1.5,\"c\":\"yes\",\"d\":true,\"e\":null,\"f\":\"1\",\"g\":[\"x\",{\"h\":2}]"
        "}";
    CHECK_INT(reel_json_parse(json, sizeof json - 1, "t", &expected, NULL), ==, REEL_OK);
    char *a = reel_json_canonical(got, NULL), *b = reel_json_canonical(expected, NULL);
    CHECK(strcmp(a, b) == 0);
    reel_free(a);
    reel_free(b);
    reel_json_destroy(&got);
    reel_json_destroy(&expected);
}

static void yaml_refusals(const void *param)
{
    (void)param;
    static const char *const texts[] = {
        "a: !!str 1\n",     "a: !b [1]\n",  "a: !c {d: 1}\n", "!e 1\n",
        "a: &x 1\nb: *x\n", "a: 1\na: 2\n", "[1]: 2\n",       ""};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        reel_json *got = NULL;
        CHECK_INT(reel_yaml_parse(texts[i], strlen(texts[i]), "t", 1, &got, NULL), ==,
                  REEL_E_CONFLICT);
        CHECK(got == NULL);
    }
}

/* ---- shards -----------------------------------------------------------------------------------
 */

static void shard(const char *const *members, int n)
{
    char path[512];
    reel_tar_writer *tar = NULL;
    reel_fs_join(path, sizeof path, dir, "s.tar");
    (void)!unlink(path);
    CHECK_INT(reel_tar_create(path, &tar, NULL), ==, REEL_OK);
    for (int i = 0; i < n; i++) {
        CHECK_INT(reel_tar_add(tar, members[i], "1", 1, NULL), ==, REEL_OK);
    }
    CHECK_INT(reel_tar_finish(tar, NULL), ==, REEL_OK);
    reel_tar_destroy(&tar);
}

static void samples_of_shards(const void *param)
{
    (void)param;
    static const char *const good[] = {"a.mp4", "a.json", "b.mp4", "b.json", "c.mp4", "c.json"};
    static const char *const many[] = {"a.x", "a.y", "b.x", "b.y", "c.x", "c.y",
                                       "d.x", "d.y", "e.x", "e.y", "f.x", "g.x"};
    static const char *const lacking[] = {"a.mp4", "a.json", "b.mp4", "c.mp4", "c.json"};
    static const char *const dotless[] = {"a.mp4", "b"};
    static const struct {
        const char *const *members;
        int n;
        const char *why;
    } shards[] = {{good, 6, NULL},
                  {many, 12, NULL},
                  {lacking, 5, "different fields"},
                  {dotless, 2, "without a dot"},
                  {good, 0, "no samples"}};
    card("---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files: \"*.tar\"\n---\n");
    for (size_t i = 0; i < sizeof shards / sizeof shards[0]; i++) {
        shard(shards[i].members, shards[i].n);
        begin();
        file("s.tar", 1);
        heard h = check();
        if (shards[i].why) {
            want(&h, shards[i].why);
        } else {
            CHECK_INT(h.n, ==, 0);
        }
    }
}

static const check_test tests[] = {
    {"numbers of files", numbers_of_files, NULL},
    {"entries of a folder", entries_of_a_folder, NULL},
    {"paths and sizes", paths_and_sizes, NULL},
    {"patterns", patterns, NULL},
    {"broken cards", broken_cards, NULL},
    {"splits without a row", splits_without_rows, NULL},
    {"YAML values", yaml_values, NULL},
    {"YAML that is refused", yaml_refusals, NULL},
    {"samples of shards", samples_of_shards, NULL},
};

FIXTURE_MAIN(tests, dir)
