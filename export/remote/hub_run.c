/* hub_run.c - one run of `hf`, and what to make of its end */
#include "base/log.h"
#include "export/remote/hub_internal.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool says(const char *told, const char *words)
{
    return strstr(told, words) != NULL;
}

/* The status in "401 Client Error", "403 Forbidden" and their kin; 0: none. */
static int http_status(const char *told)
{
    static const char *const marks[] = {" Client Error", " Server Error", " Forbidden",
                                        " Too Many Requests", " Unauthorized"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        for (const char *at = strstr(told, marks[i]); at; at = strstr(at + 1, marks[i])) {
            if (at - told >= 3 && isdigit((unsigned char)at[-1]) &&
                isdigit((unsigned char)at[-2]) && isdigit((unsigned char)at[-3])) {
                return atoi(at - 3);
            }
        }
    }
    /* "Client error '404 Not Found'" of the HTTP library */
    const char *quoted = strstr(told, " error '");
    return quoted ? atoi(quoted + strlen(" error '")) : 0;
}

reel_hub_verdict reel_hub_judge(int exit_status, const char *told)
{
    const int status = http_status(told);
    if (exit_status == 2 && (says(told, "No such command") || says(told, "No such option") ||
                             says(told, "unexpected extra argument"))) {
        return REEL_HUB_TOO_OLD;
    }
    if (says(told, "Not logged in") || says(told, "Invalid user token") ||
        says(told, "Invalid credentials") || says(told, "Invalid username or password")) {
        return REEL_HUB_NO_TOKEN;
    }
    if (status == 403) {
        return REEL_HUB_FORBIDDEN;
    }
    if (status == 404 || (status == 0 && says(told, " not found"))) {
        return REEL_HUB_ABSENT;
    }
    if (status == 401) {
        return REEL_HUB_NO_TOKEN;
    }
    if (status == 408 || status == 409 || status == 412 || status == 425 || status == 429 ||
        status >= 500) {
        return REEL_HUB_PASSING;
    }
    if (status >= 400 || exit_status == 2 || says(told, "Invalid value") ||
        says(told, "offline mode") || says(told, "Bad request")) {
        return REEL_HUB_REFUSED;
    }
    return REEL_HUB_PASSING;
}

/* Lines that tell nobody more. */
static bool is_idle(const char *line)
{
    static const char *const starts[] = {
        "For more information",  "Hint",      "Make sure", "Set HF_",
        "Cannot access content", "Traceback", "  "};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (strncmp(line, starts[i], strlen(starts[i])) == 0) {
            return true;
        }
    }
    return line[0] == '\n' || line[0] == '\0';
}

/* Append a line without colours. */
static size_t put_line(const char *line, char *out, size_t used, size_t size)
{
    if (used > 0 && used + 1 < size) {
        out[used++] = ' ';
    }
    for (; *line && *line != '\n' && used + 1 < size; line++) {
        if (*line == '\033') {
            line += strcspn(line, "m\n");
            if (*line != 'm') {
                break;
            }
        } else {
            out[used++] = *line;
        }
    }
    out[used] = '\0';
    return used;
}

/* What follows the colour that a line begins with. */
static const char *skip_colour(const char *line)
{
    const size_t n = line[0] == '\033' ? strcspn(line, "m\n") : 0;
    return line + n + (n > 0 && line[n] == 'm');
}

/* What says why: all from the last "Error: " on, or else the last line. */
static void last_words(const char *told, char *out, size_t size)
{
    static const char mark[] = "Error: ";
    const char *from = NULL;
    size_t used = 0;
    out[0] = '\0';
    for (const char *line = told; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *text = skip_colour(line);
        from = strncmp(text, mark, strlen(mark)) == 0 ? text + strlen(mark) : from;
    }
    for (const char *line = from ? from : told; *line;
         line += strcspn(line, "\n"), line += *line == '\n') {
        const char *text = skip_colour(line);
        if (!is_idle(text)) {
            used = put_line(text, out, from ? used : 0, size);
        }
    }
    while (used > 0 && strchr(" .", out[used - 1])) {
        out[--used] = '\0';
    }
}

static reel_status explain(const reel_hub *hub, const char *const *argv, reel_hub_verdict verdict,
                           int exit_status, const char *told, reel_error *err)
{
    char words[300];
    last_words(told, words, sizeof words);
    switch (verdict) {
    case REEL_HUB_NO_TOKEN:
        return reel_fail(err, REEL_E_USAGE,
                         "the hub takes no token from here (%s): set HF_TOKEN to a token with "
                         "write permission, or run hf auth login",
                         words);
    case REEL_HUB_FORBIDDEN:
        return reel_fail(err, REEL_E_USAGE,
                         "no permission for %s (%s): the token must be one of its owner's, with "
                         "write permission",
                         hub->options.repo, words);
    case REEL_HUB_ABSENT: return reel_fail(err, REEL_E_USAGE, "%s: %s", hub->options.repo, words);
    case REEL_HUB_TOO_OLD:
        return reel_fail(err, REEL_E_USAGE,
                         "the command hf does not know hf %s %s (%s): a push needs huggingface_hub "
                         "%d.%d or newer: pip install -U huggingface_hub",
                         argv[1], argv[2] ? argv[2] : "", words, REEL_HUB_MAJOR, REEL_HUB_MINOR);
    case REEL_HUB_REFUSED: return reel_fail(err, REEL_E_IO, "hf %s: %s", argv[1], words);
    default:
        return reel_fail(err, REEL_E_RETRY,
                         "hf %s failed with status %d, %d times over: %s; the same command goes on "
                         "from here",
                         argv[1], exit_status, hub->options.tries, words);
    }
}

/* Once. */
static reel_status run_once(reel_hub *hub, const char *const *argv, int *exit_status,
                            reel_error *err)
{
    reel_bytes_clear(&hub->out);
    reel_bytes_clear(&hub->told);
    const reel_status status = hub->options.runner.run(hub->options.runner.ctx, argv, &hub->out,
                                                       &hub->told, exit_status, err);
    reel_bytes_put_u8(&hub->out, 0);
    reel_bytes_put_u8(&hub->told, 0);
    if (!status && (hub->out.failed || hub->told.failed)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for what hf says");
    }
    if (!status && *exit_status == 127) {
        return reel_fail(err, REEL_E_USAGE,
                         "the command hf is not there, which a push to the hub needs: pip install "
                         "huggingface_hub");
    }
    return status;
}

reel_status reel_hub_run(reel_hub *hub, const char *const *argv, bool *absent, reel_error *err)
{
    double pause = 1.0;
    for (int i = 1;; i++, pause = pause < 30.0 ? 2.0 * pause : 60.0) {
        int exit_status = 0;
        reel_status status = run_once(hub, argv, &exit_status, err);
        if (status || exit_status == 0) {
            return status;
        }
        const char *told = (const char *)hub->told.data;
        const reel_hub_verdict verdict = reel_hub_judge(exit_status, told);
        if (verdict == REEL_HUB_ABSENT && absent) {
            *absent = true;
            return REEL_OK;
        }
        reel_log_write(REEL_LOG_DEBUG, "hf %s ended with %d: %s", argv[1], exit_status, told);
        if (verdict != REEL_HUB_PASSING || i >= hub->options.tries) {
            return explain(hub, argv, verdict, exit_status, told, err);
        }
        char words[200], why[320];
        last_words(told, words, sizeof words);
        snprintf(why, sizeof why, "hf %s: %s", argv[1], words);
        status = hub->options.runner.wait(hub->options.runner.ctx, pause, why, err);
        if (status) {
            return status;
        }
    }
}

reel_status reel_hub_may(reel_hub *hub, const char *const *argv, reel_error *err)
{
    int exit_status = 0;
    const reel_status status = run_once(hub, argv, &exit_status, err);
    if (status || exit_status == 0) {
        return status;
    }
    const char *told = (const char *)hub->told.data;
    const reel_hub_verdict verdict = reel_hub_judge(exit_status, told);
    return verdict == REEL_HUB_NO_TOKEN || verdict == REEL_HUB_FORBIDDEN
               ? explain(hub, argv, verdict, exit_status, told, err)
               : REEL_OK;
}

const char *reel_hub_output(reel_hub *hub)
{
    return hub->out.data ? (const char *)hub->out.data : "";
}
