#include "base/alloc.h"
#include "base/fs.h"
#include "tests/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[64];

/* A path under the test's folder, in one of a few buffers that take turns. */
static const char *at(const char *name)
{
    static char paths[4][REEL_PATH_MAX];
    static int turn;
    char *out = paths[turn++ % 4];
    reel_fs_join(out, REEL_PATH_MAX, root, name);
    return out;
}

static void fresh_root(void)
{
    reel_error err = {0};
    if (root[0]) {
        CHECK_INT(reel_fs_remove_tree(root, &err), ==, REEL_OK);
    }
    snprintf(root, sizeof(root), "/tmp/test_fs_XXXXXX");
    CHECK(mkdtemp(root));
}

static int count_names(const char *dir)
{
    int n = 0;
    DIR *d = opendir(dir);
    CHECK(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    }
    closedir(d);
    return n;
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void check_content(const char *path, const char *want)
{
    char *data = NULL;
    size_t size = 0;
    CHECK_INT(reel_fs_read(path, &data, &size, NULL), ==, REEL_OK);
    CHECK_STR(data, want);
    CHECK_INT(size, ==, strlen(want));
    reel_free(data);
}

static void folders_are_made(const void *param)
{
    (void)param;
    reel_error err = {0};
    fresh_root();
    CHECK_INT(reel_fs_make_dirs(at("a/b//c/"), NULL), ==, REEL_OK);
    CHECK(reel_fs_is_dir(at("a/b/c")));
    CHECK_INT(reel_fs_make_dirs(at("a/b/c"), NULL), ==, REEL_OK);
    CHECK_INT(reel_fs_make_dirs("/", NULL), ==, REEL_OK);
    CHECK_INT(reel_fs_make_dirs("", &err), ==, REEL_E_IO);
    write_file(at("file"), "x");
    CHECK_INT(reel_fs_make_dirs(at("file/d"), &err), ==, REEL_E_IO);
    CHECK_CONTAINS(err.file, "/file");
    CHECK_INT(reel_fs_make_dirs("/proc/no such place", &err), ==, REEL_E_IO);
    CHECK(reel_fs_exists(at("file")) && !reel_fs_is_dir(at("file")) && !reel_fs_exists(at("no")));
    CHECK_INT(symlink("nowhere", at("dangling")), ==, 0);
    CHECK(reel_fs_exists(at("dangling")));
}

static void paths_are_joined(const void *param)
{
    (void)param;
    static const char *const cases[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}};
    char out[8];
    for (int i = 0; i < 4; i++) {
        reel_fs_join(out, sizeof(out), cases[i][0], cases[i][1]);
        CHECK_STR(out, cases[i][2]);
    }
}

static void files_are_read_whole(const void *param)
{
    (void)param;
    char *data = NULL;
    size_t size = 0;
    reel_error err = {0};
    CHECK_INT(reel_fs_read("/proc/self/status", &data, &size, NULL), ==, REEL_OK); /* st_size 0 */
    CHECK_CONTAINS(data, "VmRSS");
    CHECK_INT(strlen(data), ==, size);
    reel_free(data);
    data = NULL;
    CHECK_INT(reel_fs_read(root, &data, &size, &err), ==, REEL_E_IO);
    CHECK_INT(reel_fs_read(at("missing"), &data, &size, &err), ==, REEL_E_IO);
    CHECK_STR(err.file, at("missing"));
    reel_alloc_fail_at(1);
    CHECK_INT(reel_fs_read("/proc/self/status", &data, &size, &err), ==, REEL_E_NOMEM);
    CHECK(!data);
    write_file(at("empty"), "");
    check_content(at("empty"), "");
}

static void publishing_replaces(const void *param)
{
    (void)param;
    reel_error err = {0};
    fresh_root();
    CHECK_INT(reel_fs_publish(at("f"), "one", 3, NULL), ==, REEL_OK);
    check_content(at("f"), "one");
    CHECK_INT(reel_fs_publish(at("f"), "three", 5, NULL), ==, REEL_OK);
    check_content(at("f"), "three");
    CHECK_INT(count_names(root), ==, 1);
    CHECK_INT(reel_fs_publish(at("no/f"), "x", 1, &err), ==, REEL_E_IO);
    CHECK_STR(err.file, at("no/f"));
    /* onto a folder: nothing stays behind */
    CHECK_INT(mkdir(at("d"), 0777), ==, 0);
    CHECK_INT(reel_fs_publish(at("d"), "x", 1, &err), ==, REEL_E_IO);
    CHECK_INT(count_names(root), ==, 2);
    /* a relative name */
    char before[REEL_PATH_MAX];
    CHECK(getcwd(before, sizeof(before)) && chdir(root) == 0);
    const reel_status status = reel_fs_publish("here", "x", 1, NULL);
    CHECK_INT(chdir(before), ==, 0);
    CHECK_INT(status, ==, REEL_OK);
    check_content(at("here"), "x");
}

/* A leftover of another run with our process id is neither used nor removed. */
static void leftovers_are_stepped_over(const void *param)
{
    (void)param;
    char name[64];
    fresh_root();
    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof(name), ".tmp-f-%ld-%d", (long)getpid(), i);
        write_file(at(name), "old");
    }
    CHECK_INT(reel_fs_publish(at("f"), "new", 3, NULL), ==, REEL_OK);
    check_content(at("f"), "new");
    CHECK_INT(count_names(root), ==, 51);
}

/* A full disk, as a limit on the size of files: an error, and the old file as it was. */
static void full_disk(const void *param)
{
    (void)param;
    fresh_root();
    CHECK_INT(reel_fs_publish(at("f"), "old", 3, NULL), ==, REEL_OK);
    const pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        static char big[100000];
        const struct rlimit limit = {5000, 5000};
        reel_error err = {0};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        const reel_status status = reel_fs_publish(at("f"), big, sizeof(big), &err);
        _exit(status == REEL_E_IO && strstr(err.msg, "File too large") ? 0 : 1);
    }
    int result = -1;
    CHECK_INT(waitpid(pid, &result, 0), ==, pid);
    CHECK_INT(result, ==, 0);
    check_content(at("f"), "old");
    CHECK_INT(count_names(root), ==, 1);
}

/* Killed at any moment: the name holds all of the old or all of the new contents. */
static void killed_while_writing(const void *param)
{
    (void)param;
    enum { SIZE = 1 << 20 };
    fresh_root();
    int seen[3] = {0};
    for (int round = 0; round < 40; round++) {
        const pid_t pid = fork();
        CHECK(pid >= 0);
        if (pid == 0) {
            char *data = malloc(SIZE);
            for (int k = 0;; k++) {
                memset(data, 'a' + k % 26, SIZE);
                if (reel_fs_publish(at("f"), data, SIZE, NULL) != REEL_OK) {
                    _exit(1);
                }
            }
        }
        usleep((useconds_t)(500 + 700 * round));
        kill(pid, SIGKILL);
        int result;
        CHECK_INT(waitpid(pid, &result, 0), ==, pid);
        CHECK(WIFSIGNALED(result));
        char *data = NULL;
        size_t size = 0;
        if (reel_fs_exists(at("f"))) {
            CHECK_INT(reel_fs_read(at("f"), &data, &size, NULL), ==, REEL_OK);
            CHECK_INT(size, ==, SIZE);
            CHECK_INT(memcmp(data, data + 1, SIZE - 1), ==, 0); /* one letter throughout */
            reel_free(data);
        }
        /* what else is there has the mark of a temporary */
        DIR *d = opendir(root);
        for (struct dirent *e; (e = readdir(d)) != NULL;) {
            const bool is_tmp = strncmp(e->d_name, ".tmp-f-", 7) == 0;
            CHECK(is_tmp || strcmp(e->d_name, "f") == 0 || e->d_name[0] == '.');
            seen[is_tmp]++;
        }
        closedir(d);
    }
    CHECK_INT(seen[1], >, 0); /* some were indeed caught in the middle */
}

static void trees_are_published(const void *param)
{
    (void)param;
    reel_error err = {0};
    fresh_root();
    CHECK_INT(reel_fs_make_dirs(at(".tmp-clip/deep/er"), NULL), ==, REEL_OK);
    write_file(at(".tmp-clip/a"), "a");
    write_file(at(".tmp-clip/deep/er/b"), "b");
    CHECK_INT(symlink("/nowhere", at(".tmp-clip/link")), ==, 0);
    CHECK_INT(reel_fs_publish_dir(at(".tmp-clip"), at("clip"), NULL), ==, REEL_OK);
    CHECK(!reel_fs_exists(at(".tmp-clip")));
    check_content(at("clip/deep/er/b"), "b");
    /* never onto something, not even an empty folder */
    CHECK_INT(reel_fs_make_dirs(at(".tmp-2"), NULL), ==, REEL_OK);
    CHECK_INT(reel_fs_make_dirs(at("empty"), NULL), ==, REEL_OK);
    CHECK_INT(reel_fs_publish_dir(at(".tmp-2"), at("clip"), &err), ==, REEL_E_IO);
    CHECK_INT(reel_fs_publish_dir(at(".tmp-2"), at("empty"), &err), ==, REEL_E_IO);
    CHECK_STR(err.file, at("empty"));
    CHECK(reel_fs_exists(at(".tmp-2")));
    CHECK_INT(reel_fs_publish_dir(at("none"), at("x"), &err), ==, REEL_E_IO);
}

static void removal_follows_no_link(const void *param)
{
    (void)param;
    fresh_root();
    CHECK_INT(reel_fs_make_dirs(at("keep/sub"), NULL), ==, REEL_OK);
    write_file(at("keep/sub/file"), "kept");
    CHECK_INT(reel_fs_make_dirs(at("gone/x/y/z"), NULL), ==, REEL_OK);
    for (int i = 0; i < 500; i++) {
        char name[32];
        snprintf(name, sizeof(name), "gone/x/%d", i);
        write_file(at(name), "");
    }
    CHECK_INT(symlink("../../keep", at("gone/x/link")), ==, 0);
    CHECK_INT(symlink("../keep/sub/file", at("gone/file link")), ==, 0);
    CHECK_INT(reel_fs_remove_tree(at("gone"), NULL), ==, REEL_OK);
    CHECK(!reel_fs_exists(at("gone")));
    check_content(at("keep/sub/file"), "kept");
    /* a link as the path itself: the link goes, its target stays */
    CHECK_INT(symlink("keep", at("link")), ==, 0);
    CHECK_INT(reel_fs_remove_tree(at("link"), NULL), ==, REEL_OK);
    CHECK(!reel_fs_exists(at("link")));
    check_content(at("keep/sub/file"), "kept");
    CHECK_INT(reel_fs_remove_tree(at("never was"), NULL), ==, REEL_OK);
    CHECK_INT(reel_fs_remove_tree(at("keep/sub/file"), NULL), ==, REEL_OK);
    CHECK(reel_fs_is_dir(at("keep/sub")));
}

typedef struct seen {
    char text[256];
    int left;
} seen;

static bool note(void *ctx, const char *name)
{
    seen *s = ctx;
    strcat(s->text, name);
    strcat(s->text, "|");
    return --s->left > 0;
}

static void names_in_byte_order(const void *param)
{
    (void)param;
    static const char *const names[] = {"b", "a10", "B", "a9", ".x", "\u00e9"};
    reel_error err = {0};
    fresh_root();
    for (int i = 0; i < 6; i++) {
        write_file(at(names[i]), "");
    }
    seen all = {"", 100}, some = {"", 2};
    const uint64_t live = reel_alloc_live();
    CHECK_INT(reel_fs_list(root, note, &all, NULL), ==, REEL_OK);
    CHECK_STR(all.text, ".x|B|a10|a9|b|\u00e9|");
    CHECK_INT(reel_fs_list(root, note, &some, NULL), ==, REEL_OK);
    CHECK_STR(some.text, ".x|B|");
    CHECK_INT(reel_fs_list(at("none"), note, &all, &err), ==, REEL_E_IO);
    for (uint64_t n = 1; n <= 7; n++) {
        reel_alloc_fail_at(n);
        CHECK_INT(reel_fs_list(root, note, &all, &err), ==, REEL_E_NOMEM);
    }
    CHECK_INT(reel_alloc_live(), ==, live);
    CHECK_INT(reel_fs_remove_tree(root, NULL), ==, REEL_OK);
    root[0] = '\0';
}

static const check_test tests[] = {
    {"folders are made", folders_are_made, NULL},
    {"paths are joined", paths_are_joined, NULL},
    {"files are read whole", files_are_read_whole, NULL},
    {"publishing replaces", publishing_replaces, NULL},
    {"leftovers are stepped over", leftovers_are_stepped_over, NULL},
    {"a full disk", full_disk, NULL},
    {"killed while writing", killed_while_writing, NULL},
    {"trees are published", trees_are_published, NULL},
    {"removal follows no link", removal_follows_no_link, NULL},
    {"names in byte order", names_in_byte_order, NULL},
};
CHECK_MAIN(tests)
