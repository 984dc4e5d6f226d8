/* gl_scene.c - see gl_scene.h */
#include "bench/peers/gl_scene.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_CORNERS = 3 * 1472, AROUND = 32, DOWN = 24 };
static const double PI = 3.14159265358979323846;

/* ---- reading -------------------------------------------------------------------------------- */

static bool read_floats(FILE *in, float *out, int n)
{
    for (int i = 0; i < n; i++) {
        if (fscanf(in, "%f", &out[i]) != 1) {
            return false;
        }
    }
    return true;
}

static bool read_object(FILE *in, gl_object *o)
{
    static const char *const words[] = {"plane", "box", "sphere", "cylinder"};
    char word[16];
    if (fscanf(in, "%15s", word) != 1) {
        return false;
    }
    for (int i = 0; i < 4; i++) {
        if (strcmp(word, words[i]) == 0) {
            o->shape = (gl_shape)i;
            return read_floats(in, o->size, 3) && read_floats(in, o->color, 3) &&
                   read_floats(in, &o->roughness, 1) && read_floats(in, &o->metallic, 1);
        }
    }
    return false;
}

static bool read_all(FILE *in, gl_scene *s)
{
    char word[16];
    if (fscanf(in, " objects %d", &s->n_objects) != 1 || s->n_objects < 1 ||
        s->n_objects > GL_SCENE_MAX_OBJECTS) {
        return false;
    }
    for (int i = 0; i < s->n_objects; i++) {
        if (!read_object(in, &s->objects[i])) {
            return false;
        }
    }
    if (fscanf(in, "%15s", word) != 1 || !read_floats(in, s->sun, 7) ||
        fscanf(in, "%15s", word) != 1 || !read_floats(in, s->sky, 6)) {
        return false;
    }
    for (s->n_frames = 0; s->n_frames < GL_SCENE_MAX_FRAMES && fscanf(in, "%15s", word) == 1;
         s->n_frames++) {
        gl_frame *f = &s->frames[s->n_frames];
        if (!read_floats(in, &f->fov_y, 1) || !read_floats(in, f->eye, 3) ||
            !read_floats(in, f->cam_from_world, 9)) {
            return false;
        }
        for (int i = 0; i < s->n_objects; i++) {
            if (!read_floats(in, f->pose[i], 7)) {
                return false;
            }
        }
    }
    return s->n_frames > 0;
}

bool gl_scene_read(const char *path, gl_scene *out)
{
    FILE *in = fopen(path, "r");
    const bool ok = in && read_all(in, out);
    if (in) {
        fclose(in);
    }
    return ok;
}

/* ---- shapes --------------------------------------------------------------------------------- */

typedef struct corners {
    int n;
    float at[MAX_CORNERS][6];
} corners;

static void put(corners *c, double x, double y, double z, double nx, double ny, double nz)
{
    const float corner[6] = {(float)x, (float)y, (float)z, (float)nx, (float)ny, (float)nz};
    memcpy(c->at[c->n++], corner, sizeof corner);
}

static void put_on_ball(corners *c, int i, int j)
{
    const double a = 2 * PI * i / AROUND, b = PI * j / DOWN;
    const double x = sin(b) * cos(a), y = sin(b) * sin(a), z = cos(b);
    put(c, x, y, z, x, y, z);
}

static void make_ball(corners *c)
{
    for (int j = 0; j < DOWN; j++) {
        for (int i = 0; i < AROUND; i++) {
            if (j > 0) {
                put_on_ball(c, i, j);
                put_on_ball(c, i, j + 1);
                put_on_ball(c, i + 1, j);
            }
            if (j < DOWN - 1) {
                put_on_ball(c, i + 1, j);
                put_on_ball(c, i, j + 1);
                put_on_ball(c, i + 1, j + 1);
            }
        }
    }
}

static void make_cylinder(corners *c)
{
    for (int i = 0; i < AROUND; i++) {
        const double a = 2 * PI * i / AROUND, b = 2 * PI * (i + 1) / AROUND;
        const double xa = cos(a), ya = sin(a), xb = cos(b), yb = sin(b);
        for (int half = 0; half < 2; half++) {
            put(c, half ? xb : xa, half ? yb : ya, half ? 1 : -1, half ? xb : xa, half ? yb : ya,
                0);
            put(c, half ? xa : xb, half ? ya : yb, half ? 1 : -1, half ? xa : xb, half ? ya : yb,
                0);
            put(c, half ? xa : xb, half ? ya : yb, half ? -1 : 1, half ? xa : xb, half ? ya : yb,
                0);
        }
        put(c, 0, 0, 1, 0, 0, 1);
        put(c, xa, ya, 1, 0, 0, 1);
        put(c, xb, yb, 1, 0, 0, 1);
        put(c, 0, 0, -1, 0, 0, -1);
        put(c, xb, yb, -1, 0, 0, -1);
        put(c, xa, ya, -1, 0, 0, -1);
    }
}

static void make_box(corners *c)
{
    for (int face = 0; face < 6; face++) {
        const int k = face % 3;
        const double s = face < 3 ? 1 : -1;
        static const double square[6][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, -1}, {1, 1}, {-1, 1}};
        for (int i = 0; i < 6; i++) {
            double p[3], n[3] = {0, 0, 0};
            p[k] = n[k] = s;
            p[(k + 1) % 3] = s * square[i][0];
            p[(k + 2) % 3] = square[i][1];
            put(c, p[0], p[1], p[2], n[0], n[1], n[2]);
        }
    }
}

static void make_plane(corners *c)
{
    static const double square[6][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, -1}, {1, 1}, {-1, 1}};
    for (int i = 0; i < 6; i++) {
        put(c, square[i][0], square[i][1], 0, 0, 0, 1);
    }
}

int gl_shape_corners(gl_shape shape, const float **out)
{
    static corners all[4];
    corners *c = &all[shape];
    c->n = 0;
    switch (shape) {
    case GL_SHAPE_PLANE: make_plane(c); break;
    case GL_SHAPE_BOX: make_box(c); break;
    case GL_SHAPE_SPHERE: make_ball(c); break;
    case GL_SHAPE_CYLINDER: make_cylinder(c); break;
    }
    *out = &c->at[0][0];
    return c->n;
}

/* ---- matrices ------------------------------------------------------------------------------- */

void gl_matrix_of_pose(const float pose[7], const gl_object *o, float out[16])
{
    const float w = pose[3], x = pose[4], y = pose[5], z = pose[6];
    const float turn[3][3] = {{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
                              {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
                              {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}};
    const float s[3] = {o->shape == GL_SHAPE_BOX ? o->size[0] / 2 : o->size[0],
                        o->shape == GL_SHAPE_BOX ? o->size[1] / 2 : o->size[0],
                        o->shape == GL_SHAPE_BOX        ? o->size[2] / 2
                        : o->shape == GL_SHAPE_CYLINDER ? o->size[1] / 2
                                                        : o->size[0]};
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            out[4 * j + i] = turn[i][j] * s[j];
        }
        out[12 + i] = pose[i];
        out[4 * i + 3] = 0;
    }
    out[15] = 1;
}

static void look(float rows[3][3], const float eye[3], float out[16])
{
    for (int i = 0; i < 3; i++) {
        out[12 + i] = 0;
        for (int j = 0; j < 3; j++) {
            out[4 * j + i] = rows[i][j];
            out[12 + i] -= rows[i][j] * eye[j];
        }
        out[4 * i + 3] = 0;
    }
    out[15] = 1;
}

void gl_matrix_of_view(const gl_frame *f, float out[16])
{
    float rows[3][3];
    for (int i = 0; i < 9; i++) {
        rows[i / 3][i % 3] = i < 3 ? f->cam_from_world[i] : -f->cam_from_world[i];
    }
    look(rows, f->eye, out);
}

void gl_matrix_of_lens(float fov_y, float aspect, float near, float far, float out[16])
{
    const float f = (float)(1 / tan(0.5 * (double)fov_y));
    memset(out, 0, 16 * sizeof *out);
    out[0] = f / aspect;
    out[5] = f;
    out[10] = (far + near) / (near - far);
    out[11] = -1;
    out[14] = 2 * far * near / (near - far);
}

void gl_matrix_of_sun(const float to_light[3], float reach, float out[16])
{
    const float *z = to_light;
    const float l = sqrtf(z[0] * z[0] + z[1] * z[1]), origin[3] = {0, 0, 0};
    const float x[3] = {-z[1] / l, z[0] / l, 0};
    float rows[3][3] = {
        {x[0], x[1], x[2]},
        {z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]},
        {z[0], z[1], z[2]}};
    float view[16], lens[16] = {[0] = 1 / reach, [5] = 1 / reach, [10] = -0.5f / reach, [15] = 1};
    look(rows, origin, view);
    gl_matrix_multiply(lens, view, out);
}

void gl_matrix_multiply(const float a[16], const float b[16], float out[16])
{
    for (int j = 0; j < 4; j++) {
        for (int i = 0; i < 4; i++) {
            float sum = 0;
            for (int k = 0; k < 4; k++) {
                sum += a[4 * k + i] * b[4 * j + k];
            }
            out[4 * j + i] = sum;
        }
    }
}
