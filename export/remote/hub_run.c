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

/* The line that says why: the last that begins with "Error", or else the last of all. Colours and
 * line breaks are left out. */
static void last_words(const char *told, char *out, size_t size)
{
    const char *best = "", *error = NULL;
    size_t used = 0;
    for (const char *line = told; *line;) {
        const size_t n = strcspn(line, "\n");
        const char *text = line + (strncmp(line, "\033[", 2) == 0 ? strcspn(line, "m") + 1 : 0);
        if (strncmp(text, "Error: ", 7) == 0) {
            error = text + 7;
        } else if (n > 0 && strncmp(text, "Hint", 4) != 0) {
            best = text;
        }
        line += n + (line[n] == '\n');
    }
    if (error) {
        best = error;
    }
    for (const char *c = best; *c && used + 1 < size; c++) {
        if (*c == '\033') {
            c += strcspn(c, "m");
            if (!*c) {
                break;
            }
        } else if (*c == '\n' && (!error || (c[1] == '\n' && used > 0))) {
            if (!error) {
                break;
            }
        } else {
            const bool blank = *c == '\n' || *c == ' ';
            if (!blank || (used > 0 && out[used - 1] != ' ')) {
                out[used++] = *c == '\n' ? ' ' : *c;
            }
        }
    }
    while (used > 0 && (out[used - 1] == ' ' || out[used - 1] == '.')) {
        used--;
    }
    out[used] = '\0';
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

const char *reel_hub_output(reel_hub *hub)
{
    return hub->out.data ? (const char *)hub->out.data : "";
}
