/* splits.c - see splits.h */
#include "app/splits.h"
#include "app/plan.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const part_names[REEL_PARTS] = {"train", "interpolation", "extrapolation"};

reel_status reel_splits_fail(const char *where, const char *field, reel_error *err, const char *fmt,
                             ...)
{
    char text[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return reel_fail_at(err, where ? REEL_E_SCENE : REEL_E_USAGE, where, 0, field, "%s", text);
}

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory");
}

/* ---- the command line as the recipe would say it -----------------------------------------------
 */

/* "validation=0.1" */
static reel_status take_share(reel_json *o, const char *text, reel_error *err)
{
    char name[80];
    const char *equals = strchr(text, '=');
    char *end = NULL;
    const double share = equals ? strtod(equals + 1, &end) : 0;
    if (!equals || equals == text || equals - text >= (int)sizeof name || end == equals + 1 ||
        *end || !isfinite(share)) {
        return reel_fail(err, REEL_E_USAGE, "--share %.80s: not of the form validation=0.1", text);
    }
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    if (reel_json_get(o, name)) {
        return reel_fail(err, REEL_E_USAGE, "--share %.80s: that split has a share already", text);
    }
    return reel_json_put(o, name, reel_json_real(share)) ? REEL_OK : no_memory(err);
}

/* "toss.count:train=3..5,7..8" */
static reel_status take_factor(reel_json *factors, const char *text, reel_error *err)
{
    char name[160], part[80];
    const char *colon = strchr(text, ':'), *equals = colon ? strchr(colon, '=') : NULL;
    if (!equals || colon == text || colon - text >= (int)sizeof name ||
        equals - colon > (int)sizeof part) {
        return reel_fail(err, REEL_E_USAGE,
                         "--factor %.100s: not of the form toss.count:train=3..5,7..8", text);
    }
    snprintf(name, sizeof name, "%.*s", (int)(colon - text), text);
    snprintf(part, sizeof part, "%.*s", (int)(equals - colon - 1), colon + 1);
    reel_json *factor = reel_json_get(factors, name);
    if (!factor) {
        if (!reel_json_put(factors, name, reel_json_object())) {
            return no_memory(err);
        }
        factor = reel_json_get(factors, name);
    }
    if (reel_json_get(factor, part)) {
        return reel_fail(err, REEL_E_USAGE, "--factor %.100s: that part was given already", text);
    }
    return reel_json_put(factor, part, reel_json_string(equals + 1)) ? REEL_OK : no_memory(err);
}

/* NULL in *out if the options ask for no splits. */
static reel_status from_options(const reel_args *args, reel_json **out, reel_error *err)
{
    if (!reel_args_has(args, "share") && !reel_args_has(args, "factor") &&
        !reel_args_has(args, "held-out")) {
        return REEL_OK;
    }
    reel_json *o = reel_json_object(), *factors = reel_json_object(), *held = reel_json_array();
    reel_status status = o && factors && held ? REEL_OK : no_memory(err);
    const char *text;
    for (int i = 0; !status && (text = reel_args_get_nth(args, "share", i)) != NULL; i++) {
        status = take_share(o, text, err);
    }
    for (int i = 0; !status && (text = reel_args_get_nth(args, "factor", i)) != NULL; i++) {
        status = take_factor(factors, text, err);
    }
    for (int i = 0; !status && (text = reel_args_get_nth(args, "held-out", i)) != NULL; i++) {
        status = reel_json_push(held, reel_json_string(text)) ? REEL_OK : no_memory(err);
    }
    if (!status && reel_json_count(factors) > 0) {
        status = reel_json_put(o, "factors", factors) ? REEL_OK : no_memory(err);
        factors = NULL;
    }
    if (!status && reel_json_count(held) > 0) {
        status = reel_json_put(o, "held_out", held) ? REEL_OK : no_memory(err);
        held = NULL;
    }
    reel_json_destroy(&factors);
    reel_json_destroy(&held);
    if (status) {
        reel_json_destroy(&o);
        return status;
    }
    *out = o;
    return REEL_OK;
}

/* ---- what does not need the scenes -------------------------------------------------------------
 */

static int by_split(const void *a, const void *b)
{
    return strcmp(((const reel_share *)a)->split, ((const reel_share *)b)->split);
}

static reel_status read_share(reel_splits *s, const char *key, const reel_json *value,
                              reel_error *err)
{
    char field[120];
    double share = 0;
    snprintf(field, sizeof field, "splits.%.80s", key);
    const bool number = reel_json_to_real(value, &share);
    const int64_t millionths = number && share > 0 && share < 1 ? (int64_t)rint(share * 1e6) : 0;
    if (millionths < 1 || fabs(share * 1e6 - (double)millionths) > 1e-6) {
        return reel_splits_fail(s->where, field, err,
                                "a share is a number between 0 and 1 with up to six decimals");
    }
    for (int part = 1; part < REEL_PARTS; part++) {
        if (strcmp(key, part_names[part]) == 0) {
            s->millionths[part] = millionths;
            return REEL_OK;
        }
    }
    const size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (n == 0 || n > 64 || key[n] || strcmp(key, "train") == 0 ||
        strncmp(key, "interpolation_", 14) == 0 || strncmp(key, "extrapolation_", 14) == 0) {
        return reel_splits_fail(s->where, field, err,
                                "a split has a name of a-z, digits and _, and is not train (which "
                                "has what is left), interpolation_... or extrapolation_...");
    }
    if (s->n_shares == REEL_MAX_SHARES) {
        return reel_splits_fail(s->where, field, err, "more than %d splits", REEL_MAX_SHARES);
    }
    s->shares[s->n_shares++] = (reel_share){key, millionths};
    return REEL_OK;
}

static reel_status read_held_out(reel_splits *s, const reel_json *list, reel_error *err)
{
    s->n_held_out = (int)reel_json_count(list);
    bool ok = reel_json_type_of(list) == REEL_JSON_ARRAY && s->n_held_out >= 1 &&
              s->n_held_out <= REEL_MAX_HELD_OUT;
    for (int i = 0; ok && i < s->n_held_out; i++) {
        s->held_out[i] = reel_json_to_string(reel_json_at(list, (size_t)i));
        ok = s->held_out[i] != NULL;
    }
    return ok ? REEL_OK
              : reel_splits_fail(s->where, "splits.held_out", err, "not a list of families");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const reel_split_factor *)a)->name, ((const reel_split_factor *)b)->name);
}

static reel_status read_factor_names(reel_arena *arena, reel_splits *s, const reel_json *factors,
                                     reel_error *err)
{
    const size_t n = reel_json_count(factors);
    if (reel_json_type_of(factors) != REEL_JSON_OBJECT || n < 1 || n > REEL_MAX_FACTORS) {
        return reel_splits_fail(s->where, "splits.factors", err, "not an object of 1 to %d factors",
                                REEL_MAX_FACTORS);
    }
    for (size_t i = 0; i < n; i++) {
        reel_json *value = NULL;
        const char *key = reel_json_key_at(factors, i, &value), *dot = strchr(key, '.');
        char field[160];
        snprintf(field, sizeof field, "splits.factors.%.120s", key);
        if (!dot || dot == key || !dot[1] || strlen(key) > 120 ||
            reel_json_type_of(value) != REEL_JSON_OBJECT) {
            return reel_splits_fail(s->where, field, err,
                                    "not FAMILY.PARAMETER with an object of parts");
        }
        reel_split_factor *f = &s->factors[s->n_factors++];
        *f = (reel_split_factor){.name = key, .given = value, .param = dot + 1};
        f->family = reel_arena_printf(arena, "%.*s", (int)(dot - key), key);
        f->splits[REEL_PART_TRAIN] = "train";
        for (int part = 1; part < REEL_PARTS; part++) {
            f->splits[part] = reel_arena_printf(arena, "%s_%s", part_names[part], dot + 1);
        }
        if (!f->family || !f->splits[1] || !f->splits[2]) {
            return no_memory(err);
        }
    }
    qsort(s->factors, (size_t)s->n_factors, sizeof *s->factors, by_name);
    return REEL_OK;
}

static reel_status read_given(reel_arena *arena, reel_splits *s, reel_error *err)
{
    reel_status status = REEL_OK;
    if (reel_json_type_of(s->given) != REEL_JSON_OBJECT) {
        return reel_splits_fail(s->where, "splits", err, "not an object");
    }
    for (size_t i = 0; !status && i < reel_json_count(s->given); i++) {
        reel_json *value = NULL;
        const char *key = reel_json_key_at(s->given, i, &value);
        status = strcmp(key, "held_out") == 0  ? read_held_out(s, value, err)
                 : strcmp(key, "factors") == 0 ? read_factor_names(arena, s, value, err)
                                               : read_share(s, key, value, err);
    }
    if (status) {
        return status;
    }
    qsort(s->shares, (size_t)s->n_shares, sizeof *s->shares, by_split);
    s->millionths[REEL_PART_TRAIN] = 1000000;
    for (int part = 1; part < REEL_PARTS; part++) {
        s->millionths[REEL_PART_TRAIN] -= s->millionths[part];
    }
    for (int i = 0; i < s->n_shares; i++) {
        s->millionths[REEL_PART_TRAIN] -= s->shares[i].millionths;
    }
    return s->millionths[REEL_PART_TRAIN] > 0
               ? REEL_OK
               : reel_splits_fail(s->where, "splits", err, "the shares leave nothing for train");
}

void reel_splits_destroy(reel_splits **splits)
{
    if (*splits) {
        reel_json_destroy(&(*splits)->given);
        reel_free(*splits);
        *splits = NULL;
    }
}

/* What the command that made the dataset needs. */
static void keep_words(reel_splits *s, const reel_args *args)
{
    static const char *const options[3][2] = {
        {"share", "--share "}, {"factor", "--factor "}, {"held-out", "--held-out "}};
    for (int i = 0; i < 3; i++) {
        const char *text;
        for (int k = 0; (text = reel_args_get_nth(args, options[i][0], k)) != NULL; k++) {
            s->words[s->n_words++] = options[i][1];
            s->words[s->n_words++] = text;
        }
    }
}

reel_status reel_splits_create(reel_plan *plan, const reel_args *args, const reel_json *recipe,
                               reel_error *err)
{
    reel_json *given = NULL;
    const reel_json *in_recipe = recipe ? reel_json_get(recipe, "splits") : NULL;
    reel_status status = from_options(args, &given, err);
    const bool by_options = given != NULL;
    if (!status && !given && in_recipe) {
        given = reel_json_copy(in_recipe);
        status = given ? REEL_OK : no_memory(err);
    }
    if (status || !given) {
        return status;
    }
    reel_splits *s = reel_calloc(1, sizeof *s);
    if (!s) {
        reel_json_destroy(&given);
        return no_memory(err);
    }
    s->given = given;
    s->where = by_options ? NULL : plan->recipe;
    if (reel_args_has(args, "split") || (recipe && reel_json_get(recipe, "split"))) {
        status = reel_fail(err, REEL_E_USAGE,
                           "split names the one split of all clips; it cannot stand beside splits");
    }
    status = status ? status : read_given(&plan->arena, s, err);
    if (status) {
        reel_splits_destroy(&s);
        return status;
    }
    if (by_options) {
        s->words = REEL_ARENA_NEW(&plan->arena, const char *, 2 * (size_t)args->n_options);
        if (!s->words) {
            reel_splits_destroy(&s);
            return no_memory(err);
        }
        keep_words(s, args);
    }
    plan->splits = s;
    return REEL_OK;
}

/* ---- what needs the scenes ---------------------------------------------------------------------
 */

static bool is_held_out(const reel_splits *s, const char *family)
{
    for (int i = 0; i < s->n_held_out; i++) {
        if (strcmp(s->held_out[i], family) == 0) {
            return true;
        }
    }
    return false;
}

static const reel_script_param *find_param(const reel_script_info *info, const char *name)
{
    for (int i = 0; i < info->n_params; i++) {
        if (strcmp(info->params[i].name, name) == 0) {
            return &info->params[i];
        }
    }
    return NULL;
}

static reel_status unknown_param(const reel_splits *s, const reel_script_info *info,
                                 const reel_split_factor *f, reel_error *err)
{
    char field[160], names[300] = "";
    snprintf(field, sizeof field, "splits.factors.%s", f->name);
    for (int i = 0; i < info->n_params && strlen(names) < 200; i++) {
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", info->params[i].name);
    }
    return reel_splits_fail(s->where, field, err, "%s has no parameter %s; there are: %s",
                            f->family, f->param, names);
}

/* A factor against one entry of its family. */
static reel_status check_factor(reel_plan *plan, reel_split_factor *f, const reel_plan_entry *e,
                                reel_error *err)
{
    const reel_splits *s = plan->splits;
    char field[160];
    reel_script_info *info = NULL;
    snprintf(field, sizeof field, "splits.factors.%s", f->name);
    if (e->frozen) {
        return reel_splits_fail(s->where, field, err, "%s is frozen, its parameters are not drawn",
                                e->shown);
    }
    for (int i = 0; i < e->n_overrides; i++) {
        const size_t n = strlen(f->param);
        if (strncmp(e->overrides[i], f->param, n) == 0 && e->overrides[i][n] == '=') {
            return reel_splits_fail(s->where, field, err,
                                    "an entry of %s fixes it (%s); a factor is drawn", f->family,
                                    e->overrides[i]);
        }
    }
    reel_status status = reel_script_describe(e->source, &info, err);
    if (status) {
        return status;
    }
    const reel_script_param *param = find_param(info, f->param);
    if (!param) {
        status = unknown_param(s, info, f, err);
    } else {
        for (int part = 0; part < REEL_PARTS; part++) {
            f->parts[part] = (reel_param_range){.name = NULL};
        }
        status = reel_split_factor_read(&plan->arena, s->where, param, f, err);
    }
    reel_script_info_destroy(&info);
    return status;
}

/* A share needs values, and values a share. */
static reel_status check_shares(const reel_splits *s, reel_error *err)
{
    for (int part = 1; part < REEL_PARTS; part++) {
        char field[200];
        bool any = false;
        for (int i = 0; i < s->n_factors; i++) {
            const reel_param_range *r = &s->factors[i].parts[part];
            const bool has = r->n_spans > 0 || r->n_words > 0;
            any = any || has;
            if (has && s->millionths[part] == 0) {
                snprintf(field, sizeof field, "splits.%s", part_names[part]);
                return reel_splits_fail(s->where, field, err,
                                        "is missing: which share of the clips is for the %s of %s?",
                                        part_names[part], s->factors[i].name);
            }
        }
        if (!any && s->millionths[part] > 0) {
            snprintf(field, sizeof field, "splits.%s", part_names[part]);
            return reel_splits_fail(s->where, field, err, "no factor has values for it");
        }
    }
    return REEL_OK;
}

reel_status reel_splits_check(reel_plan *plan, reel_error *err)
{
    reel_splits *s = plan->splits;
    char field[200];
    for (int i = 0; i < s->n_factors; i++) {
        reel_split_factor *f = &s->factors[i];
        bool used = false;
        snprintf(field, sizeof field, "splits.factors.%s", f->name);
        if (is_held_out(s, f->family)) {
            return reel_splits_fail(s->where, field, err, "the family is held out as a whole");
        }
        for (int k = 0; k < plan->n_entries; k++) {
            if (strcmp(plan->entries[k].family, f->family) == 0) {
                used = true;
                reel_status status = check_factor(plan, f, &plan->entries[k], err);
                if (status) {
                    return status;
                }
            }
        }
        if (!used) {
            return reel_splits_fail(s->where, field, err, "no scene is of the family %s",
                                    f->family);
        }
    }
    for (int i = 0; i < s->n_held_out; i++) {
        bool used = false;
        for (int k = 0; k < plan->n_entries; k++) {
            used = used || strcmp(plan->entries[k].family, s->held_out[i]) == 0;
        }
        if (!used) {
            return reel_splits_fail(s->where, "splits.held_out", err,
                                    "no scene is of the family %s", s->held_out[i]);
        }
    }
    s->ready = true;
    return check_shares(s, err);
}

/* ---- dealing ------------------------------------------------------------------------------------
 */

static bool has_part(const reel_split_factor *f, const char *family, int part)
{
    const reel_param_range *r = &f->parts[part];
    return strcmp(f->family, family) == 0 && (r->n_spans > 0 || r->n_words > 0);
}

static int count_factors(const reel_splits *s, const char *family, int part)
{
    int n = 0;
    for (int i = 0; i < s->n_factors; i++) {
        n += has_part(&s->factors[i], family, part);
    }
    return n;
}

/* The `turn`-th of the family's factors that have such a part, round and round. */
static int factor_in_turn(const reel_splits *s, const char *family, int part, int64_t turn)
{
    int64_t left = turn % count_factors(s, family, part);
    for (int i = 0; i < s->n_factors; i++) {
        if (has_part(&s->factors[i], family, part) && left-- == 0) {
            return i;
        }
    }
    return -1;
}

/*
 * The clip goes to whom most is owed: share times the clips so far, this one included, less what it
 * has. Nobody is ever owed less than minus one clip, so where all shares come out whole all have
 * exactly their own.
 */
reel_split_place reel_splits_deal(const reel_plan *plan, int entry, reel_split_deal *deal)
{
    const reel_splits *s = plan->splits;
    const char *family = plan->entries[entry].family;
    reel_split_place place = {plan->split, -1, REEL_PART_TRAIN};
    if (!s) {
        return place;
    }
    if (is_held_out(s, family)) {
        place.split = "held_out";
        return place;
    }
    deal->dealt++;
    int64_t parts[REEL_PARTS], owed = 0, *chosen = &deal->train;
    for (int part = 1; part < REEL_PARTS; part++) {
        parts[part] = count_factors(s, family, part) > 0 ? s->millionths[part] : 0;
    }
    parts[0] = s->millionths[0] + s->millionths[1] - parts[1] + s->millionths[2] - parts[2];
    owed = parts[0] * deal->dealt - 1000000 * deal->train;
    for (int i = 0; i < s->n_shares; i++) {
        const int64_t more = s->shares[i].millionths * deal->dealt - 1000000 * deal->shares[i];
        if (more > owed) {
            owed = more;
            chosen = &deal->shares[i];
            place.split = s->shares[i].split;
        }
    }
    for (int part = 1; part < REEL_PARTS; part++) {
        const int64_t more = parts[part] * deal->dealt - 1000000 * deal->parts[part];
        if (parts[part] > 0 && more > owed) {
            owed = more;
            chosen = &deal->parts[part];
            place.part = part;
        }
    }
    if (place.part != REEL_PART_TRAIN) {
        place.factor = factor_in_turn(s, family, place.part, deal->parts[place.part]);
        place.split = s->factors[place.factor].splits[place.part];
    }
    ++*chosen;
    return place;
}

int reel_splits_ranges(const reel_plan *plan, int entry, const reel_split_place *place,
                       reel_param_range *out)
{
    const reel_splits *s = plan->splits;
    int n = 0;
    for (int i = 0; s && s->ready && i < s->n_factors; i++) {
        const reel_split_factor *f = &s->factors[i];
        if (strcmp(f->family, plan->entries[entry].family) == 0) {
            out[n++] = f->parts[i == place->factor ? place->part : REEL_PART_TRAIN];
        }
    }
    return n;
}

reel_json *reel_splits_counts(const reel_plan *plan)
{
    reel_json *o = reel_json_object();
    bool ok = o != NULL;
    for (int i = 0; ok && i < plan->n_clips; i++) {
        int64_t n = 0;
        (void)reel_json_to_int(reel_json_get(o, plan->clips[i].place.split), &n);
        ok = reel_json_put(o, plan->clips[i].place.split, reel_json_int(n + 1));
    }
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}
