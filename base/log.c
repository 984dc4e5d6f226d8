#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static reel_log_level max_level = REEL_LOG_INFO;

void reel_log_set_level(reel_log_level level)
{
    max_level = level;
}

void reel_log_write(reel_log_level level, const char *fmt, ...)
{
    static const char *const prefix[] = {"error: ", "warning: ", "", "debug: "};
    if (level > max_level) {
        return;
    }
    char line[2048];
    const int start = snprintf(line, sizeof(line), "physreel: %s", prefix[level]);
    va_list args;
    va_start(args, fmt);
    const int n = vsnprintf(line + start, sizeof(line) - (size_t)start, fmt, args);
    va_end(args);
    if (n < 0) {
        return;
    }
    size_t size = strlen(line);
    if ((size_t)start + (size_t)n > size) {
        memcpy(line + size - 3, "...", 3);
    }
    for (size_t i = 0; i < size; i++) {
        if (line[i] == '\n' || line[i] == '\r') {
            line[i] = ' ';
        }
    }
    line[size++] = '\n';
    /* one write, so that the lines of several processes do not mix; nowhere to report a failure */
    const ssize_t written = write(STDERR_FILENO, line, size);
    (void)written;
}

void reel_log_error(const char *what, const reel_error *err)
{
    char text[1024];
    reel_error_format(err, text, (int)sizeof(text));
    if (what) {
        reel_log_write(REEL_LOG_ERROR, "%s: %s", what, text);
    } else {
        reel_log_write(REEL_LOG_ERROR, "%s", text);
    }
}
