/* obj.c - solids from Wavefront OBJ text: meshes.h. */
#include "assets/solid.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_CORNERS = 256, MAX_WORD = 64 };

typedef struct obj_reader {
    const char *at, *end, *name;
    int line;
    reel_obj_options options;
    double (*points)[3]; /* as in the file, in m, in our axes, rounded */
    int n_points, point_room;
    int (*faces)[4]; /* three points and the group */
    int n_faces, face_room;
    int group, n_groups; /* 0: seen; from 1: parts */
    reel_error *err;
    reel_status status;
} obj_reader;

reel_obj_options reel_obj_options_default(void)
{
    return (reel_obj_options){.scale = 1, .crease = 0.7};
}

static bool fail(obj_reader *r, const char *msg)
{
    if (r->status == REEL_OK) {
        r->status = reel_fail_at(r->err, REEL_E_SCENE, r->name, r->line, NULL, "%s", msg);
    }
    return false;
}

static bool no_memory(obj_reader *r)
{
    r->status = reel_fail(r->err, REEL_E_NOMEM, "out of memory for an OBJ file");
    return false;
}

static bool grow(obj_reader *r, void *array, int n, int *room, size_t size)
{
    void *old, *longer;
    if (n < *room) {
        return true;
    }
    const int wanted = *room ? 2 * *room : 256;
    memcpy(&old, array, sizeof(old));
    longer = reel_realloc(old, (size_t)wanted * size);
    if (!longer) {
        return no_memory(r);
    }
    memcpy(array, &longer, sizeof(longer));
    *room = wanted;
    return true;
}

/* ---- words and numbers ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line: its length, 0 at the end of the line. */
static int next_word(obj_reader *r, const char **word)
{
    while (r->at < r->end && is_blank(*r->at)) {
        r->at++;
    }
    *word = r->at;
    while (r->at < r->end && !is_blank(*r->at) && *r->at != '\n' && *r->at != '#') {
        r->at++;
    }
    return r->at - *word > MAX_WORD ? MAX_WORD + 1 : (int)(r->at - *word);
}

static bool is_word(const char *word, int n, const char *text)
{
    return (int)strlen(text) == n && memcmp(word, text, (size_t)n) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* An integer of up to 9 digits with an optional sign; what follows it. NULL: none. */
static const char *read_int(const char *at, const char *end, int *out)
{
    const bool minus = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    int value = 0, n = 0;
    for (; at < end && is_digit(*at); at++) {
        if (++n > 9) {
            return NULL;
        }
        value = 10 * value + (*at - '0');
    }
    *out = minus ? -value : value;
    return n > 0 ? at : NULL;
}

/* Digits with an optional point. The first 18 significant ones count, which is more than the
 * rounding to a micrometre needs; no locale has a say. */
static const char *read_digits(const char *at, const char *end, double *out, int *exponent)
{
    uint64_t value = 0;
    int digits = 0, any = 0;
    bool point = false;
    for (; at < end && (is_digit(*at) || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        any++;
        if (digits < 18) {
            value = 10 * value + (uint64_t)(*at - '0');
            digits += value > 0;
            *exponent -= point;
        } else {
            *exponent += !point;
        }
    }
    *out = (double)value;
    return any > 0 ? at : NULL;
}

static bool read_real(const char *word, int n, double *out)
{
    const char *at = word, *end = word + n;
    int exponent = 0, more = 0;
    if (n > MAX_WORD) {
        return false;
    }
    const bool minus = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    at = read_digits(at, end, out, &exponent);
    if (at && at < end && (*at == 'e' || *at == 'E')) {
        at = read_int(at + 1, end, &more);
    }
    if (at != end || more > 400 || more < -400) {
        return false;
    }
    for (exponent += more; exponent > 0; exponent--) {
        *out *= 10;
    }
    for (; exponent < 0; exponent++) {
        *out /= 10;
    }
    *out = minus ? -*out : *out;
    return isfinite(*out);
}

/* ---- statements ---- */

static bool read_point(obj_reader *r)
{
    double p[3];
    const char *word;
    if (r->n_points >= REEL_MAX_VERTICES) {
        return fail(r, "has too many vertices");
    }
    for (int k = 0; k < 3; k++) {
        const int n = next_word(r, &word);
        if (n == 0 || !read_real(word, n, &p[k])) {
            return fail(r, "a vertex has three numbers");
        }
        p[k] *= r->options.scale;
        if (!(fabs(p[k]) <= 1000)) {
            return fail(r, "a vertex is beyond 1 km");
        }
    }
    if (!grow(r, &r->points, r->n_points, &r->point_room, sizeof(*r->points))) {
        return false;
    }
    double *v = r->points[r->n_points++];
    v[0] = solid_round(p[0]);
    v[1] = solid_round(r->options.y_up ? -p[2] : p[1]);
    v[2] = solid_round(r->options.y_up ? p[1] : p[2]);
    return true;
}

/* v, v/t, v//n or v/t/n: the first counts. */
static bool read_corner(obj_reader *r, const char *word, int n, int *index)
{
    const char *end = word + n;
    const char *at = n <= MAX_WORD ? read_int(word, end, index) : NULL;
    for (int k = 0, ignored; at && at < end && k < 2; k++) {
        if (*at != '/') {
            break;
        }
        at++;
        at = at < end && *at == '/' ? at : read_int(at, end, &ignored);
    }
    if (at != end) {
        return fail(r, "a face has corners such as 3, 3/1, 3//2 or 3/1/2");
    }
    *index += *index < 0 ? r->n_points : -1;
    return (*index >= 0 && *index < r->n_points) || fail(r, "a face names a vertex not yet there");
}

/* Fans: faces are convex polygons. */
static bool read_face(obj_reader *r)
{
    int corners[3], count = 0, n;
    const char *word;
    while ((n = next_word(r, &word)) > 0) {
        if (++count > MAX_CORNERS) {
            return fail(r, "a face has too many corners");
        }
        if (!read_corner(r, word, n, &corners[count < 3 ? count - 1 : 2])) {
            return false;
        }
        if (count < 3) {
            continue;
        }
        if (r->n_faces >= REEL_MAX_TRIANGLES) {
            return fail(r, "has too many faces");
        }
        if (!grow(r, &r->faces, r->n_faces, &r->face_room, sizeof(*r->faces))) {
            return false;
        }
        memcpy(r->faces[r->n_faces], corners, sizeof(corners));
        r->faces[r->n_faces++][3] = r->group;
        corners[1] = corners[2];
    }
    return count >= 3 || fail(r, "a face has at least three corners");
}

static bool read_group(obj_reader *r)
{
    const char *word;
    const int n = next_word(r, &word);
    r->group = 0;
    if (n >= 4 && memcmp(word, "part", 4) == 0) {
        if (r->n_groups >= REEL_MAX_PARTS) {
            return fail(r, "has too many parts");
        }
        r->group = ++r->n_groups;
    }
    return true;
}

static bool read_line(obj_reader *r)
{
    static const char *const skipped[] = {"vt", "vn", "s", "usemtl", "mtllib"};
    const char *word;
    const int n = next_word(r, &word);
    bool ok = true, known = n == 0;
    if (is_word(word, n, "v")) {
        return read_point(r);
    }
    if (is_word(word, n, "f")) {
        return read_face(r);
    }
    if (is_word(word, n, "o") || is_word(word, n, "g")) {
        return read_group(r);
    }
    for (int i = 0; i < 5; i++) {
        known = known || is_word(word, n, skipped[i]);
    }
    if (!known) {
        ok = fail(r, "unknown statement (known: v, f, o, g, vt, vn, s, usemtl, mtllib)");
    }
    return ok;
}

static bool read_all(obj_reader *r)
{
    while (r->at < r->end) {
        r->line++;
        if (!read_line(r)) {
            return false;
        }
        while (r->at < r->end && *r->at != '\n') { /* what a statement has beyond, and comments */
            r->at++;
        }
        r->at += r->at < r->end;
    }
    return true;
}

/* ---- points that agree are one ---- */

typedef struct obj_key {
    double p[3];
    int index;
} obj_key;

static int compare_keys(const void *a, const void *b)
{
    const obj_key *s = a, *t = b;
    for (int k = 0; k < 3; k++) {
        if (s->p[k] != t->p[k]) {
            return s->p[k] < t->p[k] ? -1 : 1;
        }
    }
    return s->index < t->index ? -1 : s->index > t->index;
}

/* Every face names the first of the points that agree. */
static bool weld(obj_reader *r)
{
    obj_key *keys = reel_calloc((size_t)r->n_points + 1, sizeof(*keys));
    int *first = reel_calloc((size_t)r->n_points + 1, sizeof(*first));
    if (keys && first) {
        for (int i = 0; i < r->n_points; i++) {
            memcpy(keys[i].p, r->points[i], sizeof(keys[i].p));
            keys[i].index = i;
        }
        qsort(keys, (size_t)r->n_points, sizeof(*keys), compare_keys);
        for (int i = 0; i < r->n_points; i++) {
            const bool same = i > 0 && memcmp(keys[i].p, keys[i - 1].p, sizeof(keys[i].p)) == 0;
            first[keys[i].index] = same ? first[keys[i - 1].index] : keys[i].index;
        }
        for (int i = 0; i < r->n_faces; i++) {
            for (int k = 0; k < 3; k++) {
                r->faces[i][k] = first[r->faces[i][k]];
            }
        }
    }
    const bool ok = (keys && first) || no_memory(r);
    reel_free(keys);
    reel_free(first);
    return ok;
}

/* ---- to a solid ---- */

/* The visible mesh: faces of group 0, or all if there are none. Faces that the rounding closed up
 * are left out. `map`: scratch, of a point to its vertex. */
static void add_mesh(const obj_reader *r, solid_builder *b, int *map)
{
    bool any = false;
    for (int i = 0; i < r->n_faces; i++) {
        any = any || r->faces[i][3] == 0;
    }
    for (int i = 0; i < r->n_points; i++) {
        map[i] = -1;
    }
    for (int i = 0; i < r->n_faces; i++) {
        const int *f = r->faces[i];
        if ((any && f[3] != 0) || f[0] == f[1] || f[1] == f[2] || f[2] == f[0]) {
            continue;
        }
        for (int k = 0; k < 3; k++) {
            const double *p = r->points[f[k]];
            if (map[f[k]] < 0) {
                map[f[k]] = solid_vertex(b, p[0], p[1], p[2]);
            }
        }
        solid_triangle(b, map[f[0]], map[f[1]], map[f[2]]);
    }
}

/* One part of the points of the faces of a group, which stand together; from face *at on. */
static void add_part(const obj_reader *r, solid_builder *b, int group, int *at, double (*points)[3])
{
    int n = 0, i = *at;
    for (; i < r->n_faces && (r->faces[i][3] == 0 || r->faces[i][3] == group); i++) {
        for (int k = 0; k < 3 && r->faces[i][3] == group; k++) {
            memcpy(points[n++], r->points[r->faces[i][k]], sizeof(*points));
        }
    }
    *at = i;
    if (n >= 4) {
        solid_part(b, *points, n);
    } else if (n > 0) {
        solid_fail(b, REEL_E_SCENE, "a part has fewer than four corners");
    }
}

#define MOST_WORK                                                                   \
    1e8 /* pairs of a vertex and a triangle; beyond it only some vertices are asked \
         */

/* How far a vertex of the mesh is from the surface of the parts. */
static double deviation_of(const solid_builder *b)
{
    double worst = 0, work = 0;
    for (int p = 0; p < b->n_parts; p++) {
        work += (double)b->parts[p].n_triangles * b->n_vertices;
    }
    for (int i = 0; i < b->n_vertices; i += 1 + (int)(work / MOST_WORK)) {
        double nearest = INFINITY;
        for (int p = 0; p < b->n_parts; p++) {
            const reel_mesh *part = &b->parts[p];
            double beyond = -INFINITY;
            for (int t = 0; t < part->n_triangles; t++) {
                reel_vec3 c[3];
                for (int k = 0; k < 3; k++) {
                    const double *v = &part->vertices[3 * part->triangles[3 * t + k]];
                    c[k] = reel_v3(v[0], v[1], v[2]);
                }
                const reel_vec3 n =
                    reel_v3_unit(reel_v3_cross(reel_v3_sub(c[1], c[0]), reel_v3_sub(c[2], c[0])),
                                 reel_v3(0, 0, 0));
                const double *v = b->vertices[i];
                beyond = fmax(beyond, reel_v3_dot(n, reel_v3_sub(reel_v3(v[0], v[1], v[2]), c[0])));
            }
            nearest = fmin(nearest, beyond);
        }
        worst = fmax(worst, fabs(nearest));
    }
    return worst;
}

static void build(obj_reader *r, solid_builder *b)
{
    int *map = reel_calloc((size_t)r->n_points + 1, sizeof(*map));
    double(*points)[3] = reel_calloc(3 * (size_t)r->n_faces + 1, sizeof(*points));
    if (!map || !points) {
        solid_fail(b, REEL_E_NOMEM, "out of memory for an OBJ file");
        goto fail;
    }
    add_mesh(r, b, map);
    for (int g = 1, at = 0; g <= r->n_groups; g++) {
        add_part(r, b, g, &at, points);
    }
    if (b->n_parts == 0 && b->n_vertices >= 4) {
        solid_part(b, *b->vertices, b->n_vertices);
    }
    if (b->status == REEL_OK && b->n_parts > 0) {
        b->deviation = deviation_of(b);
    }
fail:
    reel_free(map);
    reel_free(points);
}

reel_status reel_solid_from_obj(reel_arena *arena, const char *text, size_t size, const char *name,
                                const reel_obj_options *options, reel_solid *out, reel_error *err)
{
    obj_reader r = {.at = text, .end = text + size, .name = name, .err = err};
    solid_builder b;
    r.options = options ? *options : reel_obj_options_default();
    if (!(r.options.scale > 0 && r.options.scale <= 1e6)) {
        return reel_fail_at(err, REEL_E_SCENE, NULL, 0, "scale", "must be from 0 to 1e6");
    }
    if (!(r.options.crease >= 0 && r.options.crease <= 3.1416)) {
        return reel_fail_at(err, REEL_E_SCENE, NULL, 0, "crease", "must be from 0 to pi");
    }
    if (read_all(&r) && weld(&r)) {
        solid_begin(&b, arena, r.options.crease, err);
        build(&r, &b);
        r.status = solid_finish(&b, out);
        if (r.status == REEL_E_SCENE && err) {
            char msg[sizeof(err->msg)];
            memcpy(msg, err->msg, sizeof(msg));
            reel_fail_at(err, r.status, name, 0, NULL, "%s", msg);
        }
    }
    reel_free(r.points);
    reel_free(r.faces);
    return r.status;
}
