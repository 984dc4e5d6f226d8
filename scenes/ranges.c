/* ranges.c - a parameter drawn from a part of its range (see fields.h). */
#include "scenes/fields.h"

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <string.h>

static _Noreturn void refuse(lua_State *L, const reel_param_range *r, const char *why)
{
    reel_script_usage(L, r->name, "parameter '%s' cannot be drawn from this part: %s", r->name,
                      why);
}

static void check_spans(lua_State *L, const reel_draw *d, const reel_param_range *r)
{
    const bool whole = d->kind == REEL_DRAW_INT;
    const double lo = whole ? (double)d->int_lo : d->lo, hi = whole ? (double)d->int_hi : d->hi;
    const double slack = d->angle ? 1e-12 : 0; /* as of overrides (params.c) */
    if (r->n_spans < 1 || r->n_words > 0) {
        refuse(L, r, "it needs spans of numbers");
    }
    for (int i = 0; i < r->n_spans; i++) {
        const double a = r->spans[i][0], b = r->spans[i][1];
        if (!(a >= lo - slack && b <= hi + slack)) {
            refuse(L, r, "it is not within the range");
        }
        if (whole ? !(a <= b && a == floor(a) && b == floor(b)) : !(a < b)) {
            refuse(L, r, whole ? "ends are whole, the lower first" : "the lower end comes first");
        }
        if (i > 0 && !(whole ? a > r->spans[i - 1][1] : a >= r->spans[i - 1][1])) {
            refuse(L, r, "its spans are not apart, or not in order");
        }
    }
}

static void push_int(lua_State *L, const reel_param_range *r, reel_rng *rng)
{
    int64_t n = 0;
    for (int i = 0; i < r->n_spans; i++) {
        n += (int64_t)r->spans[i][1] - (int64_t)r->spans[i][0] + 1;
    }
    int64_t left = reel_rng_int(rng, 0, n - 1);
    for (int i = 0; i < r->n_spans; i++) {
        const int64_t lo = (int64_t)r->spans[i][0], here = (int64_t)r->spans[i][1] - lo + 1;
        if (left < here) {
            lua_pushinteger(L, lo + left);
            return;
        }
        left -= here;
    }
}

static void push_number(lua_State *L, const reel_param_range *r, reel_rng *rng)
{
    double total = 0;
    int at = 0;
    for (int i = 0; i < r->n_spans; i++) {
        total += r->spans[i][1] - r->spans[i][0];
    }
    if (r->n_spans > 1) { /* one draw more: which of them */
        double left = reel_rng_uniform(rng) * total;
        while (at < r->n_spans - 1 && left >= r->spans[at][1] - r->spans[at][0]) {
            left -= r->spans[at][1] - r->spans[at][0];
            at++;
        }
    }
    lua_pushnumber(L, reel_rng_range(rng, r->spans[at][0], r->spans[at][1]));
}

static bool has_word(const reel_param_range *r, const char *word, bool *used)
{
    bool found = false;
    for (int i = 0; i < r->n_words; i++) {
        if (strcmp(r->words[i], word) == 0) {
            found = used[i] = true;
        }
    }
    return found;
}

static void push_pick(lua_State *L, int draw, const reel_draw *d, const reel_param_range *r,
                      reel_rng *rng)
{
    double *weights = lua_newuserdatauv(L, (size_t)d->n_choices * sizeof(double), 0);
    bool *used = lua_newuserdatauv(L, (size_t)r->n_words + 1, 0);
    double total = 0;
    memset(used, 0, (size_t)r->n_words + 1);
    reel_script_charge(L, (uint64_t)d->n_choices * (uint64_t)(r->n_words + 1));
    lua_getiuservalue(L, draw, 1);
    for (int i = 1; i <= d->n_choices; i++) {
        lua_rawgeti(L, -1, i);
        reel_sandbox_push_text(L, -1);
        weights[i - 1] = has_word(r, lua_tostring(L, -1), used) ? d->weights[i - 1] : 0;
        total += weights[i - 1];
        lua_pop(L, 2);
    }
    for (int i = 0; i < r->n_words; i++) {
        if (!used[i]) {
            reel_script_usage(L, r->name, "parameter '%s' has no choice '%.60s'", r->name,
                              r->words[i]);
        }
    }
    if (!(total > 0)) {
        refuse(L, r, "none of its choices has a weight");
    }
    lua_rawgeti(L, -1, reel_draw_choose(weights, d->n_choices, total, rng));
    lua_insert(L, -4); /* below the two userdata and the choices */
    lua_pop(L, 3);
}

static void push_flag(lua_State *L, const reel_draw *d, const reel_param_range *r, reel_rng *rng)
{
    bool yes = false, no = false;
    for (int i = 0; i < r->n_words; i++) {
        const bool is_yes = strcmp(r->words[i], "true") == 0;
        if (!is_yes && strcmp(r->words[i], "false") != 0) {
            refuse(L, r, "its values are true and false");
        }
        yes = yes || is_yes;
        no = no || !is_yes;
    }
    if (!yes && !no) {
        refuse(L, r, "its values are true and false");
    }
    lua_pushboolean(L, yes && no ? reel_rng_uniform(rng) < d->chance : yes);
}

void reel_range_push(lua_State *L, int index, const reel_param_range *range, const char *path)
{
    const reel_draw *d = reel_draw_at(L, index);
    reel_rng rng = reel_script_stream(L, path);
    switch (d->kind) {
    case REEL_DRAW_INT:
        check_spans(L, d, range);
        push_int(L, range, &rng);
        break;
    case REEL_DRAW_NUMBER:
        check_spans(L, d, range);
        push_number(L, range, &rng);
        break;
    case REEL_DRAW_PICK: push_pick(L, index, d, range, &rng); break;
    case REEL_DRAW_FLAG: push_flag(L, d, range, &rng); break;
    }
}
