#include "base/log.h"
#include "base/status.h"
#include "tests/check.h"

#include <unistd.h>

static void failing_fills_the_error(const void *param)
{
    (void)param;
    reel_error err = {0};
    char text[1024];
    CHECK_INT(reel_fail(NULL, REEL_E_IO, "%d", 3), ==, REEL_E_IO);
    CHECK_INT(reel_fail_at(&err, REEL_E_SCENE, "toss.lua", 12, "ball.mass", "%s %d", "is", -1), ==,
              REEL_E_SCENE);
    reel_error_format(&err, text, (int)sizeof(text));
    CHECK_STR(text, "toss.lua:12: ball.mass: is -1");
    /* file, line and field stay; the message may build on the one before */
    CHECK_INT(reel_fail(&err, REEL_E_NOMEM, "clip 3: %s", err.msg), ==, REEL_E_NOMEM);
    reel_error_format(&err, text, (int)sizeof(text));
    CHECK_STR(text, "toss.lua:12: ball.mass: clip 3: is -1");
    reel_fail_at(&err, REEL_E_IO, err.file, 0, err.field, "again");
    reel_error_format(&err, text, (int)sizeof(text));
    CHECK_STR(text, "toss.lua:12: ball.mass: again");
    CHECK_INT(err.status, ==, REEL_E_IO);
}

static void formats_of_parts(const void *param)
{
    (void)param;
    char text[64], tiny[8];
    reel_error err = {.status = REEL_E_IO, .file = "a.json", .msg = "is missing"};
    reel_error_format(&err, text, (int)sizeof(text));
    CHECK_STR(text, "a.json: is missing");
    reel_error_format(&err, tiny, (int)sizeof(tiny));
    CHECK_STR(tiny, "a.json:");
    err = (reel_error){.status = REEL_E_NOMEM, .field = "bodies[3]"};
    reel_error_format(&err, text, (int)sizeof(text));
    CHECK_STR(text, "bodies[3]: out of memory");
    err = (reel_error){.status = REEL_E_IO, .line = 3, .msg = "x"};
    reel_error_format(&err, text, (int)sizeof(text));
    CHECK_STR(text, "x");
}

static void long_parts_are_cut(const void *param)
{
    (void)param;
    static char x[2000];
    memset(x, 'o', sizeof(x) - 1);
    reel_error err = {0};
    reel_fail_at(&err, REEL_E_SCENE, x, 1, x, "%s", x);
    CHECK_INT(strlen(err.file), ==, sizeof(err.file) - 1);
    CHECK_INT(strlen(err.field), ==, sizeof(err.field) - 1);
    CHECK_INT(strlen(err.msg), ==, sizeof(err.msg) - 1);
}

static void exit_statuses(const void *param)
{
    (void)param;
    static const struct {
        reel_status status;
        int exit;
    } cases[] = {{REEL_OK, 0},         {REEL_E_USAGE, 64},    {REEL_E_SCENE, 65},
                 {REEL_E_REFUSED, 65}, {REEL_E_INTERNAL, 70}, {REEL_E_CONFLICT, 70},
                 {REEL_E_IO, 74},      {REEL_E_NOMEM, 75},    {REEL_E_RETRY, 75}};
    for (int i = 0; i < 9; i++) {
        CHECK_INT(reel_exit_status(cases[i].status), ==, cases[i].exit);
        CHECK(reel_status_name(cases[i].status)[0]);
        for (int k = 0; k < i; k++) {
            CHECK(strcmp(reel_status_name(cases[i].status), reel_status_name(cases[k].status)));
        }
    }
}

/* What `speak` writes to standard error. */
static void heard(void (*speak)(void), char *out, size_t size)
{
    int ends[2];
    CHECK_INT(pipe(ends), ==, 0);
    const int saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    speak();
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    const ssize_t n = read(ends[0], out, size - 1);
    close(ends[0]);
    out[n > 0 ? n : 0] = '\0';
}

static void speak_levels(void)
{
    static char x[4000];
    const reel_error err = {REEL_E_IO, "f", 2, "", "lost"};
    memset(x, 'o', sizeof(x) - 1);
    reel_log_write(REEL_LOG_DEBUG, "unheard");
    reel_log_write(REEL_LOG_INFO, "two\nlines");
    reel_log_error("clip 7", &err);
    reel_log_error(NULL, &err);
    reel_log_set_level(REEL_LOG_ERROR);
    reel_log_write(REEL_LOG_WARN, "unheard");
    reel_log_set_level(REEL_LOG_DEBUG);
    reel_log_write(REEL_LOG_DEBUG, "%s", x);
    reel_log_set_level(REEL_LOG_INFO);
}

static void messages_are_lines(const void *param)
{
    (void)param;
    char text[8192];
    heard(speak_levels, text, sizeof(text));
    CHECK_CONTAINS(text, "physreel: two lines\n");
    CHECK_CONTAINS(text, "physreel: error: clip 7: f:2: lost\nphysreel: error: f:2: lost\n");
    CHECK_CONTAINS(text, "physreel: debug: ooo");
    CHECK_CONTAINS(text, "ooo...\n");
    CHECK(!strstr(text, "unheard"));
}

static const check_test tests[] = {
    {"failing fills the error", failing_fills_the_error, NULL},
    {"formats of the parts", formats_of_parts, NULL},
    {"long parts are cut", long_parts_are_cut, NULL},
    {"exit statuses", exit_statuses, NULL},
    {"messages are lines", messages_are_lines, NULL},
};
CHECK_MAIN(tests)
