#include "base/status.h"

#include <stdio.h>
#include <string.h>

static void set_message(reel_error *err, reel_status status, const char *fmt, va_list args)
{
    /* formatted aside first: an argument may point into *err */
    char msg[sizeof(err->msg)];
    vsnprintf(msg, sizeof(msg), fmt, args);
    memcpy(err->msg, msg, sizeof(msg));
    err->status = status;
}

reel_status reel_fail(reel_error *err, reel_status status, const char *fmt, ...)
{
    if (err) {
        va_list args;
        va_start(args, fmt);
        set_message(err, status, fmt, args);
        va_end(args);
    }
    return status;
}

reel_status reel_fail_at(reel_error *err, reel_status status, const char *file, int line,
                         const char *field, const char *fmt, ...)
{
    if (err) {
        va_list args;
        va_start(args, fmt);
        set_message(err, status, fmt, args);
        va_end(args);
        if (file && file != err->file) {
            snprintf(err->file, sizeof(err->file), "%s", file);
        }
        if (line > 0) {
            err->line = line;
        }
        if (field && field != err->field) {
            snprintf(err->field, sizeof(err->field), "%s", field);
        }
    }
    return status;
}

const char *reel_status_name(reel_status status)
{
    switch (status) {
    case REEL_OK: return "ok";
    case REEL_E_USAGE: return "bad usage";
    case REEL_E_SCENE: return "bad scene";
    case REEL_E_REFUSED: return "refused";
    case REEL_E_INTERNAL: return "internal error";
    case REEL_E_CONFLICT: return "conflict";
    case REEL_E_IO: return "i/o error";
    case REEL_E_NOMEM: return "out of memory";
    case REEL_E_RETRY: return "interrupted";
    }
    return "unknown status";
}

int reel_exit_status(reel_status status)
{
    switch (status) {
    case REEL_OK: return 0;
    case REEL_E_USAGE: return 64;
    case REEL_E_SCENE:
    case REEL_E_REFUSED: return 65;
    case REEL_E_INTERNAL:
    case REEL_E_CONFLICT: return 70;
    case REEL_E_IO: return 74;
    case REEL_E_NOMEM:
    case REEL_E_RETRY: return 75;
    }
    return 70;
}

void reel_error_format(const reel_error *err, char *out, int size)
{
    assert(size > 0);
    char line[16] = "";
    if (err->line > 0) {
        snprintf(line, sizeof(line), ":%d", err->line);
    }
    const char *msg = err->msg[0] ? err->msg : reel_status_name(err->status);
    snprintf(out, (size_t)size, "%s%s%s%s%s%s", err->file, err->file[0] ? line : "",
             err->file[0] ? ": " : "", err->field, err->field[0] ? ": " : "", msg);
}
