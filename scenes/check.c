#include "scenes/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

reel_status reel_check_bad(const reel_spot *at, const char *member, const char *fmt, ...)
{
    char field[160], msg[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(msg, sizeof(msg), fmt, args);
    va_end(args);
    if (!at->list) {
        snprintf(field, sizeof(field), "%s", member);
    } else {
        snprintf(field, sizeof(field), "%s[%d]%s%.60s%s%s%s", at->list, at->i, at->name ? " (" : "",
                 at->name ? at->name : "", at->name ? ")" : "", member[0] ? "." : "", member);
    }
    return reel_fail_at(at->err, REEL_E_SCENE, NULL, 0, field, "%s", msg);
}

/* --- numbers
 * ------------------------------------------------------------------------------------------ */

reel_status reel_check_range(const reel_spot *at, const char *member, double v, double lo,
                             double hi)
{
    if (!isfinite(v)) {
        return reel_check_bad(at, member, "must be a finite number");
    }
    if (!(v >= lo && v <= hi)) {
        return reel_check_bad(at, member, "must be within %g .. %g, is %.9g", lo, hi, v);
    }
    return REEL_OK;
}

reel_status reel_check_positive(const reel_spot *at, const char *member, double v)
{
    if (!isfinite(v)) {
        return reel_check_bad(at, member, "must be a finite number");
    }
    return v > 0 ? REEL_OK : reel_check_bad(at, member, "must be > 0, is %.9g", v);
}

reel_status reel_check_vector(const reel_spot *at, const char *member, reel_vec3 v)
{
    if (!isfinite(v.x) || !isfinite(v.y) || !isfinite(v.z)) {
        return reel_check_bad(at, member, "must be finite numbers");
    }
    return REEL_OK;
}

reel_status reel_check_unit(const reel_spot *at, const char *member, reel_vec3 v)
{
    REEL_TRY(reel_check_vector(at, member, v));
    const double len = reel_v3_len(v);
    return fabs(len - 1) <= 1e-6 ? REEL_OK
                                 : reel_check_bad(at, member, "must have length 1, has %.9g", len);
}

reel_status reel_check_pose(const reel_spot *at, const char *member, reel_pose pose)
{
    const reel_quat q = pose.q;
    REEL_TRY(reel_check_vector(at, member, pose.p));
    const double n = sqrt(q.w * q.w + q.x * q.x + q.y * q.y + q.z * q.z);
    return fabs(n - 1) <= 1e-6
               ? REEL_OK
               : reel_check_bad(at, member, "the quaternion must have length 1, has %.9g", n);
}

reel_status reel_check_colors(const reel_spot *at, const char *member, const double v[3], double hi)
{
    for (int i = 0; i < 3; i++) {
        REEL_TRY(reel_check_range(at, member, v[i], 0, hi));
    }
    return REEL_OK;
}

reel_status reel_check_index(const reel_spot *at, const char *member, int i, int n)
{
    return i >= 0 && i < n ? REEL_OK
                           : reel_check_bad(at, member, "there is no number %d of %d", i, n);
}

/* --- names
 * ---------------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of `n` rows of `stride` bytes, each row beginning with its name: present, once each. */
reel_status reel_check_names(reel_error *err, const char *list, const void *rows, size_t stride,
                             int n)
{
    reel_status st = REEL_OK;
    reel_spot at = {err, list, 0, NULL};
    const char **names = reel_calloc((size_t)n + 1, sizeof(*names));
    if (!names) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < n && st == REEL_OK; i++) {
        memcpy(&names[i], (const char *)rows + (size_t)i * stride, sizeof(names[i]));
        at.i = i;
        if (!names[i] || !names[i][0]) {
            st = reel_check_bad(&at, "name", "is missing");
        }
    }
    if (st == REEL_OK) {
        qsort(names, (size_t)n, sizeof(*names), compare_names);
    }
    for (int i = 1; i < n && st == REEL_OK; i++) {
        if (strcmp(names[i - 1], names[i]) == 0) {
            at.i = i;
            st = reel_fail_at(err, REEL_E_SCENE, NULL, 0, list, "two are called '%.80s'", names[i]);
        }
    }
    reel_free(names);
    return st;
}

bool reel_check_is_word(const char *s)
{
    return s && s[0] && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s);
}
