/*
 * pairs.c - what two materials are to one another where the rule (friction sqrt(a b), the larger
 * restitution) is wrong: a table of pairs, and world:pair of scripts.
 *
 * Sources: [M] Avallone, Baumeister, Sadegh, "Marks' Standard Handbook for Mechanical Engineers",
 * table 3.2.1, sliding, dry. [C] CRC "Handbook of Chemistry and Physics", coefficients of friction.
 * [S] Serway, Jewett, "Physics for Scientists and Engineers", table 5.1, kinetic. [W] Wong, "Theory
 * of Ground Vehicles", tyres on ice. [J] Jensen, Shegelski, "The motion of curling rocks", Can. J.
 * Phys. 82, 2004. [G] Goldsmith, "Impact", 1960, and Newton's figures there. [B] Alciatore, "Pool
 * and billiards physics". [F] FIFA Quality Programme: a ball dropped from 2 m onto grass rises to
 * 0.6..0.85 m. [I] ITF: a tennis ball from 2.54 m onto concrete to 1.35..1.47 m. [E] no handbook's
 * but an estimate: on a soft layer it is the layer that takes the energy, not the ball, so the
 * larger of the two restitutions is the wrong one of them; between the figures of [F] and [I] for
 * rubber and nothing for lead.
 */
#include "scenes/build.h"
#include "scenes/fields.h"

#include <lua.h>
#include <stdio.h>
#include <string.h>

/* A name of a material, or of a kind of materials (words.h); NONE: as the rule has it. */
typedef struct known_pair {
    const char *a, *b;
    double friction, restitution;
} known_pair;

#define NONE -1.0

/* The first that fits is taken: materials stand before kinds. */
static const known_pair known[] = {
    {"aluminium", "steel", 0.47, NONE},     /* [M] */
    {"brass", "steel", 0.44, NONE},         /* [M] */
    {"brass", "cast iron", 0.30, NONE},     /* [M] */
    {"cast iron", "cast iron", 0.15, NONE}, /* [M] */
    {"cast iron", "oak", 0.49, NONE},       /* [M] */
    {"copper", "steel", 0.36, NONE},        /* [M] */
    {"lead", "steel", 0.95, NONE},          /* [M] lead on mild steel */
    {"glass", "glass", 0.40, 0.94},         /* [M], [G] */
    {"brick", "oak", 0.60, NONE},           /* [C] brick on wood */
    {"brick", "pine", 0.60, NONE},          /* [C] */
    {"leather", "oak", 0.52, NONE},         /* [M] */
    {"leather", "metal", 0.56, NONE},       /* [M] leather on cast iron */
    {"nylon", "nylon", 0.20, NONE},         /* [C] 0.15..0.25 */
    {"granite", "ice", 0.02, NONE},         /* [J] 0.01..0.02 */
    {"cork", "cork", NONE, 0.55},           /* [G] 5/9 */
    {"rubber", "asphalt", 0.75, NONE},      /* [W] dry, sliding */
    {"metal", "glass", 0.53, NONE},         /* [M] copper on glass 0.53, nickel 0.56 */
    {"rubber", "stone", 0.80, NONE},        /* [S] rubber on concrete */
    {"metal", "ice", 0.03, NONE},           /* [C] steel on ice */
    {"stone", "ice", 0.03, NONE},           /* [J] unpolished */
    {"wood", "ice", 0.05, NONE},            /* [C] waxed wood on ice and snow 0.04..0.1 */
    {"rubber", "ice", 0.15, NONE},          /* [W] 0.1..0.2 */
    {"plastic", "ice", 0.06, NONE},         /* [C] as waxed runners */
    {"metal", "wood", NONE, 0.50},          /* [G] steel ball on timber, which is dented */
    {"metal", "board", NONE, 0.30},         /* [E] */
    {"stone", "board", NONE, 0.25},         /* [E] */
    {"ball", "ball", 0.06, 0.93},           /* [B] 0.03..0.08, 0.92..0.98 */
    {"ball", "felt", 0.20, 0.50},           /* [B] cloth on slate */
    {"rubber", "cloth", NONE, 0.60},        /* [E] on carpet */
    {"ball", "cloth", NONE, 0.45},          /* [E] */
    {"plastic", "cloth", NONE, 0.35},       /* [E] */
    {"metal", "cloth", NONE, 0.20},         /* [E] */
    {"wood", "cloth", NONE, 0.20},          /* [E] */
    {"stone", "cloth", NONE, 0.15},         /* [E] */
    {"glass", "cloth", NONE, 0.25},         /* [E] */
    {"rubber", "grass", NONE, 0.60},        /* [F] */
    {"plastic", "grass", NONE, 0.35},       /* [E] */
    {"metal", "grass", NONE, 0.10},         /* [E] */
    {"wood", "grass", NONE, 0.15},          /* [E] */
    {"stone", "grass", NONE, 0.10},         /* [E] */
    {"ball", "grass", NONE, 0.25},          /* [E] */
    {"glass", "grass", NONE, 0.15},         /* [E] */
    {"rubber", "sand", NONE, 0.15},         /* [E] a layer of grains takes nearly all */
    {"plastic", "sand", NONE, 0.10},        /* [E] */
    {"metal", "sand", NONE, 0.03},          /* [E] */
    {"wood", "sand", NONE, 0.05},           /* [E] */
    {"stone", "sand", NONE, 0.03},          /* [E] */
    {"ball", "sand", NONE, 0.05},           /* [E] */
    {"glass", "sand", NONE, 0.03},          /* [E] */
    {"cork", "sand", NONE, 0.10},           /* [E] */
    {"foam", "sand", NONE, 0.10},           /* [E] */
    {"metal", "foam", NONE, 0.30},          /* [E] */
    {"stone", "foam", NONE, 0.30},          /* [E] */
    {"glass", "foam", NONE, 0.30},          /* [E] */
    {"ball", "foam", NONE, 0.40},           /* [E] */
    {"plastic", "foam", NONE, 0.40},        /* [E] */
    {"rubber", "foam", NONE, 0.45},         /* [E] */
};

static bool is_of(const reel_material_word *m, const char *word)
{
    return strcmp(m->name, word) == 0 || strcmp(m->kind, word) == 0;
}

static const known_pair *find_known(const reel_material_word *a, const reel_material_word *b)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const known_pair *k = &known[i];
        if ((is_of(a, k->a) && is_of(b, k->b)) || (is_of(b, k->a) && is_of(a, k->b))) {
            return k;
        }
    }
    return NULL;
}

static const reel_pair_rule *find_rule(const reel_builder *b, const char *one, const char *other)
{
    const bool ordered = strcmp(one, other) <= 0;
    for (int i = 0; i < b->n_rules; i++) {
        const reel_pair_rule *r = &b->rules[i];
        if (strcmp(r->a, ordered ? one : other) == 0 && strcmp(r->b, ordered ? other : one) == 0) {
            return r;
        }
    }
    return NULL;
}

/* --- world:pair ----------------------------------------------------------------------------------
 */

static const char *read_material(reel_fields *f, int i)
{
    char hint[120];
    lua_rawgeti(f->L, f->index, i);
    const char *word = lua_type(f->L, -1) == LUA_TSTRING ? lua_tostring(f->L, -1) : NULL;
    if (!word) {
        reel_fields_fail(f, "",
                         "begins with two materials, as in { \"ice\", \"rubber\", "
                         "friction = 0.1 }");
    }
    const reel_material_word *m = reel_material_find(word);
    if (!m) {
        reel_suggestion best = reel_suggestion_begin(word);
        for (const reel_material_word *w = reel_material_words(); w->name; w++) {
            reel_suggestion_offer(&best, w->name);
        }
        reel_suggestion_text(&best, hint, sizeof(hint));
        reel_fields_fail(f, "", "there is no material '%.60s'%s", word, hint);
    }
    lua_pop(f->L, 1);
    return m->name;
}

int reel_world_pair(lua_State *L)
{
    static const char *const fields[] = {"[]", "friction", "restitution", "rolling", NULL};
    reel_builder *b = reel_builder_of(L);
    reel_build_argument(L);
    reel_fields f = reel_fields_begin(L, 2, "pair", "pair", fields);
    if (lua_rawlen(L, f.index) != 2) {
        reel_fields_fail(&f, "",
                         "begins with two materials, as in { \"ice\", \"rubber\", "
                         "friction = 0.1 }");
    }
    const char *one = read_material(&f, 1), *other = read_material(&f, 2);
    const bool ordered = strcmp(one, other) <= 0;
    char path[160];
    snprintf(path, sizeof(path), "pair/%s/%s", ordered ? one : other, ordered ? other : one);
    snprintf(f.path, sizeof(f.path), "%s", path);
    reel_pair_rule r = {ordered ? one : other, ordered ? other : one, NONE, NONE, NONE};
    const bool some = reel_fields_number(&f, "friction", 0, 1e6, &r.friction) |
                      reel_fields_number(&f, "restitution", 0, 1, &r.restitution) |
                      reel_fields_number(&f, "rolling", 0, 1e6, &r.rolling);
    if (!some) {
        reel_fields_fail(&f, "", "says nothing: give friction, restitution or rolling");
    }
    if (find_rule(b, one, other)) {
        reel_fields_fail(&f, "", "%s and %s are a pair already", one, other);
    }
    b->rules = reel_build_grow(L, b->rules, b->n_rules, &b->rule_cap, sizeof(*b->rules));
    b->rules[b->n_rules++] = r;
    return 0;
}

/* --- the scene's list
 * ------------------------------------------------------------------------------
 */

/* How many bodies collide with a surface, and whether one of them moves. */
typedef struct usage {
    int bodies, last_body;
    bool moving;
} usage;

static usage *count_usage(lua_State *L, const reel_scene *s)
{
    usage *u = lua_newuserdatauv(L, ((size_t)s->n_surfaces + 1) * sizeof(*u), 0);
    for (int i = 0; i < s->n_surfaces; i++) {
        u[i] = (usage){.last_body = -1};
    }
    for (int g = 0; g < s->n_geoms; g++) {
        const reel_geom *geom = &s->geoms[g];
        usage *of = &u[geom->surface];
        if (geom->collides) {
            const bool moves = s->bodies[geom->body].motion == REEL_MOTION_DYNAMIC;
            of->bodies += of->last_body != geom->body;
            of->last_body = geom->body;
            of->moving |= moves;
        }
    }
    return u;
}

static bool may_meet(const usage *u, int a, int b)
{
    if (a == b) {
        return u[a].bodies > 1 && u[a].moving;
    }
    return u[a].bodies > 0 && u[b].bodies > 0 && (u[a].moving || u[b].moving);
}

/* Which known pair two materials are, found once: by the places of the materials. */
typedef struct pair_memo {
    int n_materials;
    const reel_material_word *words;
    const known_pair **found; /* [n_materials][n_materials] */
    bool *looked;
} pair_memo;

static pair_memo new_memo(lua_State *L)
{
    pair_memo memo = {.words = reel_material_words()};
    while (memo.words[memo.n_materials].name) {
        memo.n_materials++;
    }
    const size_t n = (size_t)memo.n_materials * (size_t)memo.n_materials;
    memo.found = lua_newuserdatauv(L, n * (sizeof(*memo.found) + sizeof(*memo.looked)), 0);
    memo.looked = (bool *)(memo.found + n);
    memset(memo.looked, 0, n * sizeof(*memo.looked));
    return memo;
}

static const known_pair *recall(pair_memo *memo, const reel_material_word *m,
                                const reel_material_word *n)
{
    const size_t i =
        (size_t)(m - memo->words) * (size_t)memo->n_materials + (size_t)(n - memo->words);
    if (!memo->looked[i]) {
        memo->looked[i] = true;
        memo->found[i] = find_known(m, n);
    }
    return memo->found[i];
}

/* What a thing says of itself beats the table of materials; a world:pair beats both. */
static reel_contact_pair meet(const reel_builder *b, pair_memo *memo,
                              const reel_material_word *const *words, int i, int j)
{
    const reel_surface *p = &b->scene->surfaces[i], *q = &b->scene->surfaces[j];
    const reel_material_word *m = words[i], *n = words[j];
    const known_pair *k = recall(memo, m, n);
    const reel_pair_rule *r = b->n_rules > 0 ? find_rule(b, p->name, q->name) : NULL;
    reel_contact_pair out = {i, j, sqrt(p->friction * q->friction),
                             fmax(p->restitution, q->restitution),
                             fmax(p->rolling_friction, q->rolling_friction)};
    if (k && k->friction >= 0 && p->friction == m->friction && q->friction == n->friction) {
        out.friction = k->friction;
    }
    if (k && k->restitution >= 0 && p->restitution == m->restitution &&
        q->restitution == n->restitution) {
        out.restitution = k->restitution;
    }
    out.friction = r && r->friction >= 0 ? r->friction : out.friction;
    out.restitution = r && r->restitution >= 0 ? r->restitution : out.restitution;
    out.rolling_friction = r && r->rolling >= 0 ? r->rolling : out.rolling_friction;
    return out;
}

static bool is_rule(const reel_scene *s, const reel_contact_pair *c)
{
    const reel_surface *p = &s->surfaces[c->surface_a], *q = &s->surfaces[c->surface_b];
    return c->friction == sqrt(p->friction * q->friction) &&
           c->restitution == fmax(p->restitution, q->restitution) &&
           c->rolling_friction == fmax(p->rolling_friction, q->rolling_friction);
}

void reel_defaults_pairs(lua_State *L)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    const usage *u = count_usage(L, s);
    pair_memo memo = new_memo(L);
    const reel_material_word **words =
        lua_newuserdatauv(L, ((size_t)s->n_surfaces + 1) * sizeof(*words), 0);
    for (int i = 0; i < s->n_surfaces; i++) {
        words[i] = reel_material_find(s->surfaces[i].name);
    }
    for (int i = 0; i < s->n_surfaces; i++) {
        reel_script_charge(L, (uint64_t)(s->n_surfaces - i) * 4);
        for (int j = i; j < s->n_surfaces; j++) {
            if (!may_meet(u, i, j)) {
                continue;
            }
            const reel_contact_pair c = meet(b, &memo, words, i, j);
            if (is_rule(s, &c)) {
                continue;
            }
            if (s->n_pairs >= REEL_MAX_PAIRS) {
                reel_script_fail(L, "pairs",
                                 "too many pairs of different surfaces: at most %d; give fewer "
                                 "things a density or friction of their own",
                                 REEL_MAX_PAIRS);
            }
            s->pairs = reel_build_grow(L, s->pairs, s->n_pairs, &b->pair_cap, sizeof(*s->pairs));
            s->pairs[s->n_pairs++] = c;
        }
    }
    lua_pop(L, 3);
}
