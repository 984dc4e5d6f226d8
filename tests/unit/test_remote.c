/* Names and words of the hub: what is a repository, what hf is asked for, what it said. hf itself
 * is played by this program; tests/push runs the real one. */
#include "export/remote/hub.h"
#include "tests/check.h"
#include <string.h>

static void names(const void *param)
{
    (void)param;
    /* the rule of huggingface_hub, validate_repo_id() */
    static const char *const good[] = {"me/demo", "a/b", "_a/b_", "me/a.b-c_d", "0/1"};
    static const char *const bad[] = {"demo",    "me/",    "/demo",  "me/a/b",      "me/_a/b",
                                      "_ x/y",   "me/-a",  "me/a-",  "me/.a",       "me/a..b",
                                      "me/a--b", "me/a b", "me/a;b", "me/\xc3\xa4", "me/_\n",
                                      "",        "a/_*"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CHECK(reel_hub_is_repo(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(!reel_hub_is_repo(bad[i]));
    }
    CHECK(reel_hub_is_ref("v3.0") && reel_hub_is_ref("a/b-c") && !reel_hub_is_ref("-x"));
    CHECK(!reel_hub_is_ref("a..b") && !reel_hub_is_ref("a/") && !reel_hub_is_ref(""));
}

/* ---- hf ----------------------------------------------------------------------------------------
 */

typedef struct played {
    const char *said; /* on stderr */
    int exit_status;
    char last[512]; /* of the arguments, the last ones, with '|' between */
} played;

static reel_status run(void *ctx, const char *const *argv, reel_bytes *out, reel_bytes *told,
                       int *exit_status, reel_error *err)
{
    played *p = ctx;
    (void)err;
    p->last[0] = '\0';
    for (int i = 0; argv[i]; i++) {
        const size_t used = strlen(p->last);
        snprintf(p->last + used, sizeof p->last - used, "|%s", argv[i]);
    }
    reel_bytes_text(out, "{}");
    if (p->said) {
        /* exactly so many bytes: what is read beyond them is seen by a sanitizer */
        reel_bytes_text(told, p->said);
    }
    *exit_status = p->exit_status;
    return REEL_OK;
}

static reel_status wait_not(void *ctx, double seconds, const char *why, reel_error *err)
{
    (void)ctx;
    (void)seconds;
    (void)why;
    (void)err;
    return REEL_OK;
}

static reel_hub *open_hub(played *p)
{
    const reel_hub_options options = {.repo = "me/demo",
                                      .tries = 1,
                                      .stage = "none",
                                      .runner = {.ctx = p, .run = run, .wait = wait_not}};
    reel_hub *hub = NULL;
    CHECK_INT(reel_hub_open(&options, &hub, NULL), ==, REEL_OK);
    return hub;
}

/* hf takes patterns as Python's fnmatch has them, and options begin with '-'. */
static void patterns(const void *param)
{
    (void)param;
    static const char *const others[] = {"a/b.txt", "a*b?[c].x", "--token", "a-b"};
    played p = {0};
    reel_hub *hub = open_hub(&p);
    CHECK_INT(reel_hub_remove(hub, others, 4, NULL), ==, REEL_OK);
    CHECK(strstr(p.last, "|a/b.txt|a[*]b[?][[]c].x|[-]-token|a-b") != NULL);
    reel_hub_close(&hub);
}

static void last_words(const void *param)
{
    (void)param;
    static const struct {
        const char *said, *why;
    } ends[] = {
        {"Traceback\nError: Client error '400 Bad Request': no\nSet HF_DEBUG=1\n", "Bad Request'"},
        {"\033[31mError: Bad request: no such thing.\033[0m\n", "Bad request: no such thing"},
        {"Bad request\n\033[31", "Bad request"}, /* cut off within a colour */
        {"\033[31\nBad request\n", "Bad request"},
        {"\033", "hf "},
        {"", "hf "},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        static const char *const name[] = {"a"};
        reel_error err = {0};
        played p = {0};
        reel_hub *hub = open_hub(&p);
        p.said = ends[i].said;
        p.exit_status = 1;
        CHECK_INT(reel_hub_remove(hub, name, 1, &err), !=, REEL_OK);
        CHECK(strstr(err.msg, ends[i].why) != NULL);
        CHECK(strchr(err.msg, '\033') == NULL);
        reel_hub_close(&hub);
    }
}

static const check_test tests[] = {
    {"names of repositories, branches and tags", names, NULL},
    {"others are removed by patterns of their own", patterns, NULL},
    {"what hf said last", last_words, NULL},
};
CHECK_MAIN(tests)
