/* Packing of synthetic records: the layout, interruptions, refusals, and what the checks of a
 * dataset find. What other readers make of it: tests/conformance/read_tables.py. */
#include "base/alloc.h"
#include "base/fs.h"
#include "export/pack.h"
#include "export/pack_internal.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"
#include <sys/stat.h>
#include <unistd.h>

enum { CLIPS = 3, FRAMES = 4 };

static char top[2048];

static const char *under(const char *dir, const char *name)
{
    static char path[4][REEL_PATH_MAX];
    static int next;
    char *out = path[next++ % 4];
    reel_fs_join(out, sizeof(path[0]), dir, name);
    return out;
}

static void make_top(void)
{
    if (!top[0]) {
        fixture_temp_dir(top, sizeof(top));
    }
}

/* A new folder for a dataset, and the records in <root>/.work/<clip id>; the last is of "test". */
static const char *make_records(const char *name, char dirs[CLIPS][REEL_PATH_MAX])
{
    static char root[REEL_PATH_MAX];
    make_top();
    reel_fs_join(root, sizeof(root), top, name);
    CHECK_INT(reel_fs_make_dirs(under(root, ".work"), NULL), ==, REEL_OK);
    for (int i = 0; i < CLIPS; i++) {
        char id[32];
        snprintf(id, sizeof(id), "clip_%d", i);
        reel_scene *scene = fixture_scene(32, 16, 24, FRAMES);
        reel_take *take = fixture_take(scene);
        reel_record_options options = fixture_options(scene, i == 1 ? 2 : 1);
        options.clip_id = id;
        options.split = i == CLIPS - 1 ? "test" : "train";
        options.index = (uint64_t)i;
        snprintf(dirs[i], REEL_PATH_MAX, "%s", under(under(root, ".work"), id));
        CHECK_INT(fixture_record(dirs[i], scene, take, &options, NULL), ==, REEL_OK);
        reel_take_destroy(&take);
        reel_scene_destroy(&scene);
    }
    return root;
}

static int folder_entries = REEL_FOLDER_ENTRIES;

static reel_status pack(const char *root, char dirs[CLIPS][REEL_PATH_MAX], bool backwards,
                        reel_error *err)
{
    const char *list[CLIPS];
    for (int i = 0; i < CLIPS; i++) {
        list[i] = dirs[backwards ? CLIPS - 1 - i : i];
    }
    reel_pack_options options = reel_pack_options_default();
    options.name = "fixture";
    options.command = "physreel run fixture";
    options.folder_entries = folder_entries;
    return reel_pack_clips(root, list, CLIPS, &options, err);
}

typedef struct findings {
    int n;
    char text[1200]; /* of the first */
} findings;

static bool keep(void *ctx, const reel_error *finding)
{
    findings *f = ctx;
    if (f->n++ == 0) {
        reel_error_format(finding, f->text, sizeof(f->text));
    }
    return true;
}

/* What the check of the files finds; a manifest that cannot be opened counts. */
static findings check_files(const char *root)
{
    findings f = {0};
    reel_error err = {0};
    reel_dataset *dataset = NULL;
    if (reel_dataset_open(root, &dataset, &err) != REEL_OK) {
        keep(&f, &err);
        return f;
    }
    const reel_status status = reel_dataset_check_files(dataset, keep, &f, &err);
    CHECK_INT(status, ==, f.n ? REEL_E_CONFLICT : REEL_OK);
    reel_dataset_close(&dataset);
    return f;
}

static findings check_tables(const char *root)
{
    findings f = {0};
    reel_dataset *dataset = NULL;
    CHECK_INT(reel_dataset_open(root, &dataset, NULL), ==, REEL_OK);
    const reel_status status = reel_dataset_check_tables(dataset, keep, &f, NULL);
    CHECK_INT(status, ==, f.n ? REEL_E_CONFLICT : REEL_OK);
    reel_dataset_close(&dataset);
    return f;
}

static void write_plain(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

static reel_sha256 manifest_digest(const char *root)
{
    reel_sha256 digest;
    uint64_t size;
    CHECK_INT(reel_sha256_file(under(root, "manifest.json"), &digest, &size, NULL), ==, REEL_OK);
    return digest;
}

static void files_stand_where_the_layout_says(const void *param)
{
    (void)param;
    static const char *const files[] = {
        "README.md",
        "manifest.json",
        "clips/train/metadata.parquet",
        "clips/test/metadata.parquet",
        "clips/train/000/clip_0.mp4",
        "clips/train/000/clip_1_main.mp4",
        "clips/train/000/clip_1_side.mp4",
        "clips/test/000/clip_2.mp4",
        "labels/train/000/clip_1_side.zarr.zip",
        "records/train/000/clip_1/scene.json",
        "records/train/000/clip_1/take.npz",
        "records/train/000/clip_1/views.npz",
        "records/train/000/clip_1/manifest.json",
        "tables/states/train-00000-of-00001.parquet",
        "tables/boxes/test-00000-of-00001.parquet",
    };
    char dirs[CLIPS][REEL_PATH_MAX];
    const char *root = make_records("layout", dirs);
    CHECK_INT(pack(root, dirs, false, NULL), ==, REEL_OK);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (!reel_fs_exists(under(root, files[i]))) {
            CHECK_FAIL("%s is not there", files[i]);
        }
    }
    CHECK(!reel_fs_exists(dirs[0]) && !reel_fs_exists(dirs[2]));
    CHECK_STR(check_files(root).text, "");
    CHECK_STR(check_tables(root).text, "");

    reel_dataset *dataset = NULL;
    reel_record *record = NULL;
    char path[REEL_PATH_MAX];
    CHECK_INT(reel_dataset_open(root, &dataset, NULL), ==, REEL_OK);
    CHECK_INT(dataset->n_clips, ==, CLIPS);
    CHECK_INT(reel_record_open(dataset->record_dirs[1], &record, NULL), ==, REEL_OK);
    CHECK_STR(record->clip_id, "clip_1");
    reel_dataset_stream_path(dataset, record, record->streams[1].video, path, sizeof(path));
    CHECK_STR(path, under(root, "clips/train/000/clip_1_side.mp4"));
    reel_dataset_stream_path(dataset, record, record->streams[1].planes, path, sizeof(path));
    CHECK_STR(path, under(root, "labels/train/000/clip_1_side.zarr.zip"));
    reel_record_close(&record);
    reel_dataset_close(&dataset);
}

/* One clip has two cameras: of two files a folder holds one clip. */
static void a_folder_has_so_many_files(const void *param)
{
    (void)param;
    char dirs[CLIPS][REEL_PATH_MAX];
    const char *root = make_records("narrow", dirs);
    folder_entries = 3;
    const reel_status status = pack(root, dirs, false, NULL);
    folder_entries = REEL_FOLDER_ENTRIES;
    CHECK_INT(status, ==, REEL_OK);
    CHECK(reel_fs_exists(under(root, "clips/train/000/clip_0.mp4")));
    CHECK(reel_fs_exists(under(root, "clips/train/001/clip_1_main.mp4")));
    CHECK(reel_fs_exists(under(root, "labels/train/001/clip_1_side.zarr.zip")));
    CHECK(reel_fs_exists(under(root, "records/train/001/clip_1/scene.json")));
    CHECK(reel_fs_exists(under(root, "clips/test/000/clip_2.mp4")));
    CHECK_INT(check_files(root).n, ==, 0);
    CHECK_INT(check_tables(root).n, ==, 0);
    /* the hub takes 10,000 entries: 12 planes of a camera, each a file */
    CHECK_INT(reel_place_per_folder(1, REEL_FOLDER_ENTRIES), ==, 1000);
    CHECK_INT(reel_place_per_folder(10, REEL_FOLDER_ENTRIES), ==, 1000);
    CHECK_INT(reel_place_per_folder(12, REEL_FOLDER_ENTRIES), ==, 833);
    CHECK_INT(reel_place_per_folder(20000, REEL_FOLDER_ENTRIES), ==, 1);
}

static void order_of_the_records_does_not_matter(const void *param)
{
    (void)param;
    char dirs[CLIPS][REEL_PATH_MAX];
    const char *root = make_records("forwards", dirs);
    CHECK_INT(pack(root, dirs, false, NULL), ==, REEL_OK);
    const reel_sha256 first = manifest_digest(root);
    root = make_records("backwards", dirs);
    CHECK_INT(pack(root, dirs, true, NULL), ==, REEL_OK);
    const reel_sha256 second = manifest_digest(root);
    CHECK(memcmp(first.bytes, second.bytes, sizeof(first.bytes)) == 0);
    /* again over a whole dataset: the same */
    CHECK_INT(pack(root, dirs, false, NULL), ==, REEL_OK);
    const reel_sha256 again = manifest_digest(root);
    CHECK(memcmp(first.bytes, again.bytes, sizeof(first.bytes)) == 0);
}

/* As if the process had died after moving the first `param` files. */
static void a_half_done_pack_is_finished(const void *param)
{
    static const char *const moves[][2] = {
        {".work/clip_0/clip_0.mp4", "clips/train/000/clip_0.mp4"},
        {".work/clip_0/clip_0.zarr.zip", "labels/train/000/clip_0.zarr.zip"},
        {".work/clip_0/take.npz", "records/train/000/clip_0/take.npz"},
        {".work/clip_0/scene.json", "records/train/000/clip_0/scene.json"},
        {".work/clip_0/views.npz", "records/train/000/clip_0/views.npz"},
        {".work/clip_0/manifest.json", "records/train/000/clip_0/manifest.json"},
    };
    const int n = *(const int *)param;
    char dirs[CLIPS][REEL_PATH_MAX], name[32];
    snprintf(name, sizeof(name), "half%d", n);
    const char *root = make_records(name, dirs);
    CHECK_INT(reel_fs_make_dirs(under(root, "clips/train/000"), NULL), ==, REEL_OK);
    CHECK_INT(reel_fs_make_dirs(under(root, "labels/train/000"), NULL), ==, REEL_OK);
    CHECK_INT(reel_fs_make_dirs(under(root, "records/train/000/clip_0"), NULL), ==, REEL_OK);
    for (int i = 0; i < n; i++) {
        CHECK_INT(rename(under(root, moves[i][0]), under(root, moves[i][1])), ==, 0);
    }
    CHECK_INT(pack(root, dirs, false, NULL), ==, REEL_OK);
    CHECK(!reel_fs_exists(dirs[0]));
    CHECK_STR(check_files(root).text, "");
}

/* Records that a pack has put in place are found in every numbered folder, not in the first alone.
 */
static void a_clip_in_another_folder_is_found(const void *param)
{
    (void)param;
    char dirs[CLIPS][REEL_PATH_MAX];
    reel_error err = {0};
    const char *root = make_records("folders", dirs);
    CHECK_INT(pack(root, dirs, false, NULL), ==, REEL_OK);
    CHECK_INT(reel_fs_make_dirs(under(root, "records/train/001"), NULL), ==, REEL_OK);
    CHECK_INT(
        rename(under(root, "records/train/000/clip_1"), under(root, "records/train/001/clip_1")),
        ==, 0);
    CHECK_INT(pack(root, dirs, false, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.msg, "packed elsewhere");
    CHECK_CONTAINS(err.file, "clip_1");
}

/* The next attempt goes on where the last one ran out of memory. */
static void memory_can_run_out_anywhere(const void *param)
{
    (void)param;
    char dirs[CLIPS][REEL_PATH_MAX];
    const char *root = make_records("memory", dirs);
    reel_status status = REEL_E_NOMEM;
    int attempts = 0;
    for (uint64_t n = 1; status != REEL_OK; n += 1 + n / 16) {
        reel_alloc_fail_at(n);
        status = pack(root, dirs, false, NULL);
        reel_alloc_fail_at(0);
        CHECK(status == REEL_OK || status == REEL_E_NOMEM);
        CHECK(status == REEL_OK || !reel_fs_exists(under(root, "manifest.json")));
        attempts++;
    }
    CHECK_INT(attempts, >, 20);
    CHECK_STR(check_files(root).text, "");
    CHECK_STR(check_tables(root).text, "");
}

typedef reel_status check_fn(const reel_dataset *dataset, reel_finding_fn found, void *ctx,
                             reel_error *err);

/* Want of memory while a whole dataset is checked is an error of ours, never a finding. */
static void memory_that_runs_out_is_no_finding(const void *param)
{
    (void)param;
    static check_fn *const checks[] = {reel_dataset_check_files, reel_dataset_check_tables};
    char dirs[CLIPS][REEL_PATH_MAX];
    const char *root = make_records("check", dirs);
    reel_dataset *dataset = NULL;
    CHECK_INT(pack(root, dirs, false, NULL), ==, REEL_OK);
    CHECK_INT(reel_dataset_open(root, &dataset, NULL), ==, REEL_OK);
    for (int k = 0; k < 2; k++) {
        reel_status status = REEL_E_NOMEM;
        int attempts = 0;
        for (uint64_t n = 1; status != REEL_OK; n += 1 + n / 16) {
            findings f = {0};
            reel_alloc_fail_at(n);
            status = checks[k](dataset, keep, &f, NULL);
            reel_alloc_fail_at(0);
            CHECK_STR(f.text, "");
            CHECK(status == REEL_OK || status == REEL_E_NOMEM);
            attempts++;
        }
        CHECK_INT(attempts, >, 20);
    }
    reel_dataset_close(&dataset);
}

static void broken_records_are_refused(const void *param)
{
    (void)param;
    char dirs[CLIPS][REEL_PATH_MAX];
    reel_error err = {0};
    const char *root = make_records("cut", dirs);
    CHECK_INT(truncate(under(dirs[1], "take.npz"), 100), ==, 0);
    CHECK_INT(pack(root, dirs, false, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.file, "take.npz");
    CHECK(!reel_fs_exists(under(root, "manifest.json")));

    root = make_records("missing", dirs);
    CHECK_INT(unlink(under(dirs[2], "clip_2.mp4")), ==, 0);
    CHECK_INT(pack(root, dirs, false, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.file, "clip_2.mp4");

    root = make_records("stray", dirs);
    write_plain(under(dirs[2], "notes.txt"), "x", 1);
    CHECK_INT(pack(root, dirs, false, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.file, "clip_2");

    root = make_records("twice", dirs);
    snprintf(dirs[2], sizeof(dirs[2]), "%s", dirs[1]);
    CHECK_INT(pack(root, dirs, false, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.msg, "clip_1");

    root = make_records("gone", dirs);
    CHECK_INT(reel_fs_remove_tree(dirs[1], NULL), ==, REEL_OK);
    CHECK_INT(pack(root, dirs, false, &err), !=, REEL_OK);
}

/* Flip one byte of every file in turn, near its end and in its middle. */
static void a_flipped_byte_is_found(const void *param)
{
    (void)param;
    char dirs[CLIPS][REEL_PATH_MAX];
    const char *root = make_records("flip", dirs);
    CHECK_INT(pack(root, dirs, false, NULL), ==, REEL_OK);
    reel_dataset *dataset = NULL;
    CHECK_INT(reel_dataset_open(root, &dataset, NULL), ==, REEL_OK);
    const reel_json *files = reel_json_get(dataset->manifest, "files");
    for (size_t i = 0; i <= reel_json_count(files); i++) {
        const char *name = i == reel_json_count(files)
                               ? "manifest.json"
                               : reel_json_to_string(reel_json_get(reel_json_at(files, i), "path"));
        char *data = NULL;
        size_t size = 0;
        CHECK_INT(reel_fs_read(under(root, name), &data, &size, NULL), ==, REEL_OK);
        const size_t at[] = {0, size / 2, size - 1};
        for (int k = 0; k < 3; k++) {
            data[at[k]] ^= 1;
            write_plain(under(root, name), data, size);
            const findings f = check_files(root);
            CHECK_INT(f.n, >, 0);
            CHECK_CONTAINS(f.text, name);
            data[at[k]] ^= 1;
        }
        write_plain(under(root, name), data, size);
        reel_free(data);
    }
    reel_dataset_close(&dataset);
    CHECK_STR(check_files(root).text, "");
}

/* Every byte of the manifest matters, also where it stays JSON. */
static void the_manifest_guards_itself(const void *param)
{
    (void)param;
    char dirs[CLIPS][REEL_PATH_MAX];
    char *data = NULL;
    size_t size = 0;
    const char *root = make_records("manifest", dirs);
    CHECK_INT(pack(root, dirs, false, NULL), ==, REEL_OK);
    CHECK_INT(reel_fs_read(under(root, "manifest.json"), &data, &size, NULL), ==, REEL_OK);
    for (size_t at = 0; at < size; at += 97) {
        data[at] ^= 2;
        write_plain(under(root, "manifest.json"), data, size);
        CHECK_CONTAINS(check_files(root).text, "manifest.json");
        data[at] ^= 2;
    }
    char *longer = malloc(size + 2);
    memcpy(longer, data, size);
    longer[size] = '\n';
    write_plain(under(root, "manifest.json"), longer, size + 1);
    CHECK_CONTAINS(check_files(root).text, "canonical");
    free(longer);
    reel_free(data);
}

static void strays_and_gaps_are_found(const void *param)
{
    (void)param;
    char dirs[CLIPS][REEL_PATH_MAX];
    const char *root = make_records("strays", dirs);
    write_plain(under(root, "contact_sheet.png"), "png", 3); /* before: belongs to the dataset */
    CHECK_INT(pack(root, dirs, false, NULL), ==, REEL_OK);
    CHECK_STR(check_files(root).text, "");
    write_plain(under(root, "clips/train/000/extra.mp4"), "x", 1);
    findings f = check_files(root);
    CHECK_INT(f.n, ==, 1);
    CHECK_CONTAINS(f.text, "clips/train/000/extra.mp4");
    CHECK_INT(unlink(under(root, "clips/train/000/extra.mp4")), ==, 0);
    CHECK_INT(unlink(under(root, "contact_sheet.png")), ==, 0);
    f = check_files(root);
    CHECK_INT(f.n, ==, 1);
    CHECK_CONTAINS(f.text, "contact_sheet.png");
    CHECK_CONTAINS(f.text, "missing");
}

static void other_folders_are_no_datasets(const void *param)
{
    (void)param;
    reel_dataset *dataset = NULL;
    reel_error err = {0};
    make_top();
    CHECK_INT(reel_dataset_open(under(top, "nowhere"), &dataset, &err), ==, REEL_E_IO);
    CHECK_INT(reel_fs_make_dirs(under(top, "other"), NULL), ==, REEL_OK);
    CHECK_INT(reel_dataset_open(under(top, "other"), &dataset, &err), ==, REEL_E_IO);
    write_plain(under(top, "other/manifest.json"), "{\"format\":\"else\"}", 17);
    CHECK_INT(reel_dataset_open(under(top, "other"), &dataset, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.file, "manifest.json");
    static const char newer[] =
        "{\"format\":\"physreel-dataset\",\"format_version\":99,"
        "\"layout\":\"clips\"}";
    write_plain(under(top, "other/manifest.json"), newer, sizeof(newer) - 1);
    CHECK_INT(reel_dataset_open(under(top, "other"), &dataset, &err), ==, REEL_E_CONFLICT);
    CHECK_STR(err.field, "format_version");
    CHECK(!dataset);
}

/* docs/datasets.md describes every column in the words of the tables themselves. */
static void the_docs_name_every_column(const void *param)
{
    (void)param;
    char *docs = NULL, here[REEL_PATH_MAX];
    size_t size = 0;
    snprintf(here, sizeof(here), "%s",
             __FILE__); /* relative to the build folder, as we run there */
    *strrchr(here, '/') = 0;
    CHECK_INT(reel_fs_read(under(here, "../../docs/datasets.md"), &docs, &size, NULL), ==, REEL_OK);
    for (int t = 0; t < REEL_TABLE_COUNT; t++) {
        reel_bytes text = {0};
        reel_table_markdown(reel_table_get((reel_table_id)t, true), &text);
        reel_bytes_put_u8(&text, 0);
        if (!strstr(docs, (const char *)text.data)) {
            CHECK_FAIL("docs/datasets.md lacks this section as it is:\n%s",
                       (const char *)text.data);
        }
        reel_bytes_finish(&text);
    }
    reel_free(docs);
}

static void clean_up(const void *param)
{
    (void)param;
    CHECK_INT(reel_fs_remove_tree(top, NULL), ==, REEL_OK);
}

static const int steps[] = {1, 2, 3, 4, 5, 6};
static const check_test tests[] = {
    {"layout", files_stand_where_the_layout_says, NULL},
    {"files of a folder", a_folder_has_so_many_files, NULL},
    {"order does not matter", order_of_the_records_does_not_matter, NULL},
    {"interrupted after 1 file", a_half_done_pack_is_finished, &steps[0]},
    {"interrupted after 2 files", a_half_done_pack_is_finished, &steps[1]},
    {"interrupted after 3 files", a_half_done_pack_is_finished, &steps[2]},
    {"interrupted after 4 files", a_half_done_pack_is_finished, &steps[3]},
    {"interrupted after 5 files", a_half_done_pack_is_finished, &steps[4]},
    {"interrupted before the folder went", a_half_done_pack_is_finished, &steps[5]},
    {"another folder", a_clip_in_another_folder_is_found, NULL},
    {"out of memory", memory_can_run_out_anywhere, NULL},
    {"out of memory while checking", memory_that_runs_out_is_no_finding, NULL},
    {"broken records", broken_records_are_refused, NULL},
    {"flipped bytes", a_flipped_byte_is_found, NULL},
    {"the manifest guards itself", the_manifest_guards_itself, NULL},
    {"strays and gaps", strays_and_gaps_are_found, NULL},
    {"no dataset", other_folders_are_no_datasets, NULL},
    {"docs", the_docs_name_every_column, NULL},
    {"clean up", clean_up, NULL},
};
CHECK_MAIN(tests)
