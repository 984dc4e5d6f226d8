/*
 * hull.c - convex hull of points: mesh.h.
 *
 * Quickhull (Barber, Dobkin, Huhdanpaa 1996) on points rounded to a grid of 2^52 cells, which loses
 * at most half a unit in the last place of the largest coordinate. There the side of a plane on
 * which a point lies is decided exactly, in integers, so that the faces that see a point are always
 * one disc, whatever is coplanar or collinear. A tolerance only chooses which points to leave out.
 */
#include "base/mesh.h"

#include <stdlib.h>
#include <string.h>

#define TOLERANCE                                                                  \
    1e-9 /* of the size: nearer to the hull of the others, a point is not a corner \
          */

__extension__ typedef __int128 wide;

typedef struct hull_face {
    int v[3];
    int across[3]; /* face on the other side of the edge from v[i] to v[i + 1] */
    wide n[3];     /* (b - a) x (c - a): below 2^107 */
    double length; /* of n */
    int outside;   /* first of its points; -1: none */
    int visit;     /* the last insertion that asked whether it sees the point, and the answer */
    bool sees, dead;
} hull_face;

typedef struct hull {
    int n;
    int64_t (*q)[3]; /* points on the grid */
    int *next;       /* of a point in the list of its face */
    int *starts;     /* of a point on the horizon: the new face whose edge begins there */
    hull_face *faces;
    int n_faces, room;
    int *stack, *horizon; /* faces; pairs (face that stays, its edge) */
    int n_horizon, stack_room;
    double tolerance; /* in cells */
    int visit;
} hull;

/* n . d, exactly in sign and to double precision in value. */
static int dot_sign(const wide n[3], const int64_t d[3], double *value)
{
    wide high = 0, low = 0;
    for (int k = 0; k < 3; k++) {
        high += (n[k] >> 64) * d[k];
        low += (wide)(uint64_t)n[k] * d[k];
    }
    high += low >> 64;
    const uint64_t rest = (uint64_t)low;
    *value = (double)high * 0x1p64 + (double)rest;
    return high != 0 ? (high > 0 ? 1 : -1) : rest > 0;
}

/* 1 above, 0 on, -1 below the face; the distance in cells. */
static int side(const hull *h, const hull_face *f, int point, double *distance)
{
    int64_t d[3];
    for (int k = 0; k < 3; k++) {
        d[k] = h->q[point][k] - h->q[f->v[0]][k];
    }
    const int sign = dot_sign(f->n, d, distance);
    *distance /= f->length;
    return sign;
}

static void set_face(const hull *h, hull_face *f, int a, int b, int c)
{
    int64_t u[3], w[3];
    for (int k = 0; k < 3; k++) {
        u[k] = h->q[b][k] - h->q[a][k];
        w[k] = h->q[c][k] - h->q[a][k];
    }
    *f = (hull_face){.v = {a, b, c}, .outside = -1};
    double squares = 0;
    for (int k = 0; k < 3; k++) {
        const int i = (k + 1) % 3, j = (k + 2) % 3;
        f->n[k] = (wide)u[i] * w[j] - (wide)u[j] * w[i];
        squares += (double)f->n[k] * (double)f->n[k];
    }
    f->length = sqrt(squares);
}

/* Index of a new face, or -1. */
static int add_face(hull *h, int a, int b, int c)
{
    if (h->n_faces == h->room) {
        const int room = h->room ? 2 * h->room : 64;
        hull_face *faces = reel_realloc(h->faces, (size_t)room * sizeof(*faces));
        if (!faces) {
            return -1;
        }
        h->faces = faces;
        h->room = room;
    }
    set_face(h, &h->faces[h->n_faces], a, b, c);
    return h->n_faces++;
}

static bool offer(hull *h, int face, int point)
{
    double distance;
    hull_face *f = &h->faces[face];
    if (side(h, f, point, &distance) <= 0 || !(distance > h->tolerance)) {
        return false;
    }
    h->next[point] = f->outside;
    f->outside = point;
    return true;
}

/* ---- the first tetrahedron ---- */

static double line_distance(const hull *h, int a, int b, int p)
{
    double u[3], w[3], squares = 0, length = 0;
    for (int k = 0; k < 3; k++) {
        u[k] = (double)(h->q[b][k] - h->q[a][k]);
        w[k] = (double)(h->q[p][k] - h->q[a][k]);
        length += u[k] * u[k];
    }
    for (int k = 0; k < 3; k++) {
        const double c = u[(k + 1) % 3] * w[(k + 2) % 3] - u[(k + 2) % 3] * w[(k + 1) % 3];
        squares += c * c;
    }
    return sqrt(squares / length);
}

/* Points that span a volume: the ends of the longest axis, then what is farthest. */
static bool first_corners(hull *h, int corner[4])
{
    int lo[3] = {0}, hi[3] = {0}, axis = 0;
    for (int i = 1; i < h->n; i++) {
        for (int k = 0; k < 3; k++) {
            lo[k] = h->q[i][k] < h->q[lo[k]][k] ? i : lo[k];
            hi[k] = h->q[i][k] > h->q[hi[k]][k] ? i : hi[k];
        }
    }
    double size[3], best = 0, sign = 0;
    for (int k = 0; k < 3; k++) {
        size[k] = (double)(h->q[hi[k]][k] - h->q[lo[k]][k]);
        axis = size[k] > size[axis] ? k : axis;
    }
    if (size[axis] == 0) {
        return false;
    }
    h->tolerance = TOLERANCE * size[axis];
    corner[0] = lo[axis];
    corner[1] = hi[axis];
    for (int i = 0; i < h->n; i++) {
        const double d = line_distance(h, corner[0], corner[1], i);
        if (d > best) {
            best = d;
            corner[2] = i;
        }
    }
    if (!(best > h->tolerance)) {
        return false;
    }
    hull_face f;
    set_face(h, &f, corner[0], corner[1], corner[2]);
    best = 0;
    for (int i = 0; i < h->n; i++) {
        double d;
        side(h, &f, i, &d);
        if (fabs(d) > best) {
            best = fabs(d);
            sign = d;
            corner[3] = i;
        }
    }
    if (sign > 0) {
        const int swap = corner[0];
        corner[0] = corner[1];
        corner[1] = swap;
    }
    return best > h->tolerance;
}

static bool first_faces(hull *h, const int c[4])
{
    static const int corners[4][3] = {{0, 1, 2}, {0, 3, 1}, {1, 3, 2}, {2, 3, 0}};
    static const int across[4][3] = {{1, 2, 3}, {3, 2, 0}, {1, 3, 0}, {2, 1, 0}};
    for (int i = 0; i < 4; i++) {
        if (add_face(h, c[corners[i][0]], c[corners[i][1]], c[corners[i][2]]) < 0) {
            return false;
        }
        memcpy(h->faces[i].across, across[i], sizeof(across[i]));
    }
    for (int i = 0; i < h->n; i++) {
        for (int f = 0; f < 4 && !offer(h, f, i); f++) {
        }
    }
    return true;
}

/* ---- one point more ---- */

static bool sees(hull *h, int face, int point)
{
    hull_face *f = &h->faces[face];
    if (f->visit != h->visit) {
        double distance;
        f->visit = h->visit;
        f->sees = side(h, f, point, &distance) > 0;
    }
    return f->sees;
}

/* Marks the faces that see the point dead and lists the edges around them. Their number is
 * returned, the faces themselves stand in h->stack; -1: no memory. */
static int find_horizon(hull *h, int face, int point)
{
    int n = 0;
    h->visit++;
    h->n_horizon = 0;
    sees(h, face, point);
    h->faces[face].dead = true;
    h->stack[n++] = face;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++) {
            const int other = h->faces[h->stack[i]].across[k];
            if (!sees(h, other, point)) {
                h->horizon[2 * h->n_horizon] = h->stack[i];
                h->horizon[2 * h->n_horizon + 1] = k;
                h->n_horizon++;
            } else if (!h->faces[other].dead) {
                h->faces[other].dead = true;
                h->stack[n++] = other;
            }
        }
    }
    return n;
}

/* Stack and horizon have room for all faces. */
static bool make_room(hull *h)
{
    if (h->stack_room >= h->n_faces) {
        return true;
    }
    const int room = 2 * h->n_faces;
    int *stack = reel_realloc(h->stack, (size_t)room * sizeof(*stack));
    h->stack = stack ? stack : h->stack;
    int *horizon = stack ? reel_realloc(h->horizon, 6 * (size_t)room * sizeof(*horizon)) : NULL;
    h->horizon = horizon ? horizon : h->horizon;
    h->stack_room = horizon ? room : h->stack_room;
    return horizon != NULL;
}

static bool cone_faces(hull *h, int point)
{
    const int first = h->n_faces;
    for (int i = 0; i < h->n_horizon; i++) {
        const hull_face *old = &h->faces[h->horizon[2 * i]];
        const int k = h->horizon[2 * i + 1];
        const int a = old->v[k], b = old->v[(k + 1) % 3], other = old->across[k];
        const int made = add_face(h, a, b, point);
        if (made < 0) {
            return false;
        }
        hull_face *g = &h->faces[other];
        for (int e = 0; e < 3; e++) {
            if (g->v[e] == b && g->v[(e + 1) % 3] == a) {
                g->across[e] = made;
            }
        }
        h->faces[made].across[0] = other;
        h->starts[a] = made;
    }
    for (int i = first; i < h->n_faces; i++) {
        const int after = h->starts[h->faces[i].v[1]];
        h->faces[i].across[1] = after;
        h->faces[after].across[2] = i;
    }
    return true;
}

static bool add_point(hull *h, int face, int point)
{
    if (!make_room(h)) {
        return false;
    }
    const int n_dead = find_horizon(h, face, point), first = h->n_faces;
    if (!cone_faces(h, point)) {
        return false;
    }
    for (int i = 0; i < n_dead; i++) {
        int p = h->faces[h->stack[i]].outside;
        while (p >= 0) {
            const int next = h->next[p];
            for (int f = first; p != point && f < h->n_faces && !offer(h, f, p); f++) {
            }
            p = next;
        }
    }
    return true;
}

static bool grow(hull *h)
{
    for (int f = 0; f < h->n_faces; f++) {
        int best = -1;
        double farthest = 0;
        for (int p = h->faces[f].dead ? -1 : h->faces[f].outside; p >= 0; p = h->next[p]) {
            double distance;
            side(h, &h->faces[f], p, &distance);
            if (best < 0 || distance > farthest) {
                best = p;
                farthest = distance;
            }
        }
        if (best >= 0 && !add_point(h, f, best)) {
            return false;
        }
    }
    return true;
}

/* ---- corners that are none ---- */

/* Whether point `w` lies in the planes of all faces about v but for the tolerance: then v is in
 * the middle of a straight edge or of a flat face. `first`, `more`: the corners of v in a list. */
static bool is_straight(const hull *h, const int *first, const int *more, int v, int w)
{
    for (int c = first[v]; c >= 0; c = more[c]) {
        double distance;
        side(h, &h->faces[c / 3], w, &distance);
        if (-distance > 2 * h->tolerance) {
            return false;
        }
    }
    return true;
}

/* Keeps in `keep` the corners that are needed; the number of those that were but are not is
 * returned. Of two neighbours only one goes at a time. */
static int prune(const hull *h, bool *keep, int *first, int *more)
{
    int n = 0;
    for (int i = 0; i < h->n; i++) {
        first[i] = -1;
        keep[i] = false;
    }
    for (int c = 3 * h->n_faces - 1; c >= 0; c--) {
        const hull_face *f = &h->faces[c / 3];
        if (!f->dead) {
            more[c] = first[f->v[c % 3]];
            first[f->v[c % 3]] = c;
            keep[f->v[c % 3]] = true;
        }
    }
    for (int v = 0; v < h->n; v++) {
        bool straight = false, alone = true;
        for (int c = first[v]; c >= 0; c = more[c]) {
            const int w = h->faces[c / 3].v[(c + 1) % 3];
            straight = straight || is_straight(h, first, more, v, w);
            alone = alone && keep[w];
        }
        if (straight && alone) {
            keep[v] = false;
            n++;
        }
    }
    return n;
}

/* ---- together ---- */

static bool put_on_grid(hull *h, const double *points, const int *chosen)
{
    double largest = 0;
    int exponent;
    for (int i = 0; i < h->n; i++) {
        for (int k = 0; k < 3; k++) {
            largest = fmax(largest, fabs(points[3 * chosen[i] + k]));
        }
    }
    frexp(largest, &exponent);
    for (int i = 0; i < h->n; i++) {
        for (int k = 0; k < 3; k++) {
            h->q[i][k] = (int64_t)floor(ldexp(points[3 * chosen[i] + k], 52 - exponent) + 0.5);
        }
    }
    return largest > 0;
}

static int compare_triangles(const void *a, const void *b)
{
    const int *s = a, *t = b;
    for (int k = 0; k < 3; k++) {
        if (s[k] != t[k]) {
            return s[k] < t[k] ? -1 : 1;
        }
    }
    return 0;
}

/* Each triangle begins with its smallest index, and they stand in order. */
static reel_status write_mesh(const hull *h, reel_arena *arena, const double *points,
                              const int *chosen, reel_mesh *out, reel_error *err)
{
    int n = 0;
    for (int f = 0; f < h->n_faces; f++) {
        n += !h->faces[f].dead;
    }
    const reel_mesh mesh = {.name = reel_arena_strdup(arena, ""),
                            .n_vertices = h->n,
                            .n_triangles = n,
                            .vertices = REEL_ARENA_NEW(arena, double, 3 * h->n),
                            .triangles = REEL_ARENA_NEW(arena, int, 3 * n)};
    if (!mesh.name || !mesh.vertices || !mesh.triangles) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a convex hull");
    }
    for (int i = 0; i < h->n; i++) {
        memcpy(&mesh.vertices[3 * i], &points[3 * chosen[i]], 3 * sizeof(double));
    }
    int *t = mesh.triangles;
    for (int f = 0; f < h->n_faces; f++) {
        const int *v = h->faces[f].v;
        if (!h->faces[f].dead) {
            const int least = v[0] < v[1] ? (v[0] < v[2] ? 0 : 2) : (v[1] < v[2] ? 1 : 2);
            for (int k = 0; k < 3; k++) {
                *t++ = v[(least + k) % 3];
            }
        }
    }
    qsort(mesh.triangles, (size_t)n, 3 * sizeof(int), compare_triangles);
    *out = mesh;
    return REEL_OK;
}

static void finish(hull *h)
{
    reel_free(h->q);
    reel_free(h->next);
    reel_free(h->starts);
    reel_free(h->faces);
    reel_free(h->stack);
    reel_free(h->horizon);
    *h = (hull){0};
}

/* The hull of the chosen points; then which of them are its corners. */
static reel_status make_hull(hull *h, const double *points, const int *chosen, int n, bool *keep,
                             int *n_gone, reel_error *err)
{
    int corner[4] = {0};
    int *first = NULL, *more = NULL;
    *h = (hull){.n = n, .q = reel_calloc((size_t)n, sizeof(*h->q))};
    h->next = reel_calloc((size_t)n, sizeof(int));
    h->starts = reel_calloc((size_t)n, sizeof(int));
    reel_status status = reel_fail(NULL, REEL_E_NOMEM, "-");
    if (!h->q || !h->next || !h->starts) {
        goto fail;
    }
    if (!put_on_grid(h, points, chosen) || !first_corners(h, corner)) {
        status = reel_fail(err, REEL_E_SCENE, "the points of a convex hull lie in one plane");
        goto fail;
    }
    if (!first_faces(h, corner) || !grow(h)) {
        goto fail;
    }
    first = reel_calloc((size_t)n, sizeof(*first));
    more = reel_calloc(3 * (size_t)h->n_faces, sizeof(*more));
    if (!first || !more) {
        goto fail;
    }
    *n_gone = prune(h, keep, first, more);
    status = REEL_OK;
fail:
    if (status == REEL_E_NOMEM) {
        reel_fail(err, status, "out of memory for a convex hull");
    }
    reel_free(first);
    reel_free(more);
    return status;
}

reel_status reel_hull_of_points(reel_arena *arena, const double *points, int n, reel_mesh *out,
                                reel_error *err)
{
    assert(n >= 4);
    hull h = {0};
    int *chosen = NULL, n_chosen = n, n_gone = 0;
    bool *keep = NULL;
    reel_status status = REEL_OK;
    for (int i = 0; i < 3 * n; i++) {
        if (!isfinite(points[i])) {
            return reel_fail(err, REEL_E_SCENE, "point %d of a convex hull is not finite", i / 3);
        }
    }
    chosen = reel_calloc((size_t)n, sizeof(*chosen));
    keep = reel_calloc((size_t)n, sizeof(*keep));
    if (!chosen || !keep) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for a convex hull");
        goto fail;
    }
    for (int i = 0; i < n; i++) {
        chosen[i] = i;
    }
    for (bool again = true; again;) {
        finish(&h);
        status = make_hull(&h, points, chosen, n_chosen, keep, &n_gone, err);
        if (status != REEL_OK) {
            goto fail;
        }
        int kept = 0;
        for (int i = 0; i < n_chosen; i++) {
            if (keep[i]) {
                chosen[kept++] = chosen[i];
            }
        }
        /* once more with the corners alone, whose indices then are those of the mesh */
        again = kept < n_chosen;
        n_chosen = kept;
    }
    status = write_mesh(&h, arena, points, chosen, out, err);
fail:
    finish(&h);
    reel_free(chosen);
    reel_free(keep);
    return status;
}
