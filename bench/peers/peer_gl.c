/*
 * peer_gl.c - the scene in OpenGL 3.3 on Mesa's llvmpipe: what a raster renderer of ours would cost
 * on a CPU. One sun with GGX and a shadow map of 1024 (3 x 3 taps in hardware's way), hemispheric
 * sky, colour, ids and depth read back.
 *
 *     LIBGL_ALWAYS_SOFTWARE=1 LP_NUM_THREADS=0 peer_gl SCENE.txt [OUT.ppm W H FRAME]
 * Answers "W H FRAMES rgb|all" on stdin with CPU milliseconds a frame; "all" adds normals, flow and
 * object coordinates.
 */
#define GL_GLEXT_PROTOTYPES
#include "bench/bench_kit.h"
#include "bench/peers/gl_scene.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHADOW_SIZE = 1024, N_COLORS = 5 };

static gl_scene scene;

typedef struct target {
    int width, height;
    bool all;
    GLuint frame_buffer, textures[N_COLORS], depth;
    unsigned char *back[N_COLORS + 1];
} target;

typedef struct gl_peer {
    GLuint draw, shade, shadow_buffer, shadow_map;
    GLuint arrays[4];
    int corners[4];
} gl_peer;

static void die(const char *what)
{
    fprintf(stderr, "peer_gl: %s\n", what);
    exit(1);
}

static const char shadow_vertex[] =
    "#version 330 core\n"
    "layout(location = 0) in vec3 at; uniform mat4 model, sun;\n"
    "void main() { gl_Position = sun * model * vec4(at, 1); }\n";
static const char shadow_fragment[] = "#version 330 core\nvoid main() {}\n";

static const char vertex[] =
    "#version 330 core\n"
    "layout(location = 0) in vec3 at; layout(location = 1) in vec3 out_from;\n"
    "uniform mat4 model, later, view_lens, later_view_lens, sun, view; uniform vec3 shrink;\n"
    "out vec3 world, normal, lit, local; out vec4 now, then;\n"
    "void main() {\n"
    "    vec4 p = model * vec4(at, 1);\n"
    "    world = p.xyz; normal = mat3(model) * (out_from * shrink); local = at * 0.5 + 0.5;\n"
    "    lit = (sun * p).xyz * 0.5 + 0.5;\n"
    "    now = view_lens * p; then = later_view_lens * (later * vec4(at, 1));\n"
    "    gl_Position = now;\n"
    "}\n";

static const char fragment[] =
    "#version 330 core\n"
    "in vec3 world, normal, lit, local; in vec4 now, then;\n"
    "uniform vec3 eye, color, to_light, irradiance, zenith, horizon; uniform mat4 view;\n"
    "uniform float roughness, metallic; uniform uint id; uniform vec2 size;\n"
    "uniform sampler2DShadow shadow;\n"
    "layout(location = 0) out vec4 rgb; layout(location = 1) out uint instance;\n"
    "layout(location = 2) out vec4 turned; layout(location = 3) out vec2 flow;\n"
    "layout(location = 4) out vec4 inside;\n"
    "void main() {\n"
    "    vec3 n = normalize(normal), v = normalize(eye - world), h = normalize(v + to_light);\n"
    "    float nl = max(dot(n, to_light), 0.0), nv = max(dot(n, v), 1e-4);\n"
    "    float nh = max(dot(n, h), 0.0), vh = max(dot(v, h), 0.0), seen = 0.0;\n"
    "    for (int j = -1; j <= 1; j++) for (int i = -1; i <= 1; i++)\n"
    "        seen += texture(shadow, lit + vec3(vec2(i, j) / 1024.0, -0.002));\n"
    "    float a = roughness * roughness, a2 = a * a, d = nh * nh * (a2 - 1.0) + 1.0;\n"
    "    float k = a * 0.5, g = 0.25 / ((nl * (1.0 - k) + k) * (nv * (1.0 - k) + k));\n"
    "    vec3 f0 = mix(vec3(0.04), color, metallic), base = color * (1.0 - metallic);\n"
    "    vec3 f = f0 + (1.0 - f0) * pow(1.0 - vh, 5.0);\n"
    "    vec3 sky = mix(horizon, zenith, n.z * 0.5 + 0.5);\n"
    "    vec3 c = (base / 3.14159 + f * a2 / (3.14159 * d * d) * g) * irradiance * nl * seen / "
    "9.0\n"
    "        + base * sky + f0 * mix(horizon, zenith, max(reflect(-v, n).z, 0.0));\n"
    "    c *= 0.8; c = c / (1.0 + 0.25 * c);\n"
    "    rgb = vec4(mix(12.92 * c, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055,\n"
    "                   step(0.0031308, c)), 1);\n"
    "    instance = id;\n"
    "    turned = vec4(mat3(view) * n, 0); inside = vec4(local, 0);\n"
    "    flow = (then.xy / then.w - now.xy / now.w) * 0.5 * size;\n"
    "}\n";

static GLuint compile(GLenum kind, const char *text)
{
    const GLuint shader = glCreateShader(kind);
    GLint ok;
    glShaderSource(shader, 1, &text, NULL);
    glCompileShader(shader);
    glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
    if (!ok) {
        char log[1024];
        glGetShaderInfoLog(shader, sizeof log, NULL, log);
        die(log);
    }
    return shader;
}

static GLuint link_program(const char *v, const char *f)
{
    const GLuint program = glCreateProgram();
    GLint ok;
    glAttachShader(program, compile(GL_VERTEX_SHADER, v));
    glAttachShader(program, compile(GL_FRAGMENT_SHADER, f));
    glLinkProgram(program);
    glGetProgramiv(program, GL_LINK_STATUS, &ok);
    if (!ok) {
        die("a program does not link");
    }
    return program;
}

static void open_context(void)
{
    static const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
                                    EGL_OPENGL_BIT, EGL_NONE};
    static const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION,
                                     3,
                                     EGL_CONTEXT_MINOR_VERSION,
                                     3,
                                     EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                     EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                     EGL_NONE};
    EGLConfig config;
    EGLint n = 0;
    const EGLDisplay display =
        eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
    if (!eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API) ||
        !eglChooseConfig(display, wanted, &config, 1, &n)) {
        die("no EGL without a surface");
    }
    const EGLContext context =
        eglCreateContext(display, n ? config : NULL, EGL_NO_CONTEXT, version);
    if (!context || !eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) {
        die("no OpenGL 3.3");
    }
    fprintf(stderr, "%s, %s\n", (const char *)glGetString(GL_RENDERER),
            (const char *)glGetString(GL_VERSION));
}

static void make_peer(gl_peer *p)
{
    p->draw = link_program(shadow_vertex, shadow_fragment);
    p->shade = link_program(vertex, fragment);
    glGenVertexArrays(4, p->arrays);
    for (int i = 0; i < 4; i++) {
        const float *corners;
        GLuint buffer;
        p->corners[i] = gl_shape_corners((gl_shape)i, &corners);
        glBindVertexArray(p->arrays[i]);
        glGenBuffers(1, &buffer);
        glBindBuffer(GL_ARRAY_BUFFER, buffer);
        glBufferData(GL_ARRAY_BUFFER, p->corners[i] * 24, corners, GL_STATIC_DRAW);
        for (GLuint k = 0; k < 2; k++) {
            glEnableVertexAttribArray(k);
            glVertexAttribPointer(k, 3, GL_FLOAT, GL_FALSE, 24, (const char *)NULL + 12 * k);
        }
    }
    glGenTextures(1, &p->shadow_map);
    glBindTexture(GL_TEXTURE_2D, p->shadow_map);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_DEPTH_COMPONENT32F, SHADOW_SIZE, SHADOW_SIZE, 0,
                 GL_DEPTH_COMPONENT, GL_FLOAT, NULL);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_COMPARE_MODE, GL_COMPARE_REF_TO_TEXTURE);
    glGenFramebuffers(1, &p->shadow_buffer);
    glBindFramebuffer(GL_FRAMEBUFFER, p->shadow_buffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_TEXTURE_2D, p->shadow_map, 0);
    glDrawBuffer(GL_NONE);
    glEnable(GL_DEPTH_TEST);
    glEnable(GL_CULL_FACE);
}

typedef struct kind {
    GLint inner;
    GLenum format, type;
    int bytes;
} kind;

static const kind kinds[N_COLORS] = {{GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, 4},
                                     {GL_R16UI, GL_RED_INTEGER, GL_UNSIGNED_SHORT, 2},
                                     {GL_RGBA8_SNORM, GL_RGBA, GL_BYTE, 4},
                                     {GL_RG16F, GL_RG, GL_HALF_FLOAT, 4},
                                     {GL_RGBA16, GL_RGBA, GL_UNSIGNED_SHORT, 8}};

static GLuint make_texture(int width, int height, GLint inner, GLenum format, GLenum type,
                           GLenum where)
{
    GLuint texture;
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexImage2D(GL_TEXTURE_2D, 0, inner, width, height, 0, format, type, NULL);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glFramebufferTexture2D(GL_FRAMEBUFFER, where, GL_TEXTURE_2D, texture, 0);
    return texture;
}

static void make_target(target *t, int width, int height, bool all)
{
    static const GLenum where[N_COLORS] = {GL_COLOR_ATTACHMENT0, GL_COLOR_ATTACHMENT1,
                                           GL_COLOR_ATTACHMENT2, GL_COLOR_ATTACHMENT3,
                                           GL_COLOR_ATTACHMENT4};
    const int n = all ? N_COLORS : 2;
    *t = (target){.width = width, .height = height, .all = all};
    glGenFramebuffers(1, &t->frame_buffer);
    glBindFramebuffer(GL_FRAMEBUFFER, t->frame_buffer);
    for (int i = 0; i < n; i++) {
        t->textures[i] =
            make_texture(width, height, kinds[i].inner, kinds[i].format, kinds[i].type, where[i]);
        t->back[i] = malloc((size_t)kinds[i].bytes * (size_t)(width * height));
    }
    t->depth = make_texture(width, height, GL_DEPTH_COMPONENT32F, GL_DEPTH_COMPONENT, GL_FLOAT,
                            GL_DEPTH_ATTACHMENT);
    t->back[N_COLORS] = malloc(4 * (size_t)(width * height));
    glDrawBuffers(n, where);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        die("the frame buffer is not complete");
    }
}

static void free_target(target *t)
{
    glDeleteFramebuffers(1, &t->frame_buffer);
    glDeleteTextures(N_COLORS, t->textures);
    glDeleteTextures(1, &t->depth);
    for (int i = 0; i <= N_COLORS; i++) {
        free(t->back[i]);
    }
}

static GLint at(GLuint program, const char *name)
{
    return glGetUniformLocation(program, name);
}

static void set_matrix(GLuint program, const char *name, const float m[16])
{
    glUniformMatrix4fv(at(program, name), 1, GL_FALSE, m);
}

static void draw_shape(const gl_peer *p, gl_shape shape)
{
    glBindVertexArray(p->arrays[shape]);
    glDrawArrays(GL_TRIANGLES, 0, p->corners[shape]);
}

static void draw_shadow(const gl_peer *p, const gl_frame *f, const float sun[16])
{
    float model[16];
    glBindFramebuffer(GL_FRAMEBUFFER, p->shadow_buffer);
    glViewport(0, 0, SHADOW_SIZE, SHADOW_SIZE);
    glClear(GL_DEPTH_BUFFER_BIT);
    glUseProgram(p->draw);
    set_matrix(p->draw, "sun", sun);
    for (int i = 0; i < scene.n_objects; i++) {
        gl_matrix_of_pose(f->pose[i], &scene.objects[i], model);
        set_matrix(p->draw, "model", model);
        draw_shape(p, scene.objects[i].shape);
    }
}

static void set_lights(const gl_peer *p, const target *t, const gl_frame *f)
{
    const GLuint s = p->shade;
    glUniform3fv(at(s, "eye"), 1, f->eye);
    glUniform3fv(at(s, "to_light"), 1, scene.sun);
    glUniform3fv(at(s, "irradiance"), 1, scene.sun + 3);
    glUniform3fv(at(s, "zenith"), 1, scene.sky);
    glUniform3fv(at(s, "horizon"), 1, scene.sky + 3);
    glUniform2f(at(s, "size"), (float)t->width, (float)t->height);
}

static void draw_objects(const gl_peer *p, const gl_frame *f, const gl_frame *later)
{
    const GLuint s = p->shade;
    float model[16];
    for (int i = 0; i < scene.n_objects; i++) {
        const gl_object *o = &scene.objects[i];
        float shrink[3];
        gl_matrix_of_pose(f->pose[i], o, model);
        set_matrix(s, "model", model);
        for (int j = 0; j < 3; j++) {
            const float *c = &model[4 * j];
            shrink[j] = 1 / (c[0] * c[0] + c[1] * c[1] + c[2] * c[2]);
        }
        gl_matrix_of_pose(later->pose[i], o, model);
        set_matrix(s, "later", model);
        glUniform3fv(at(s, "shrink"), 1, shrink);
        glUniform3fv(at(s, "color"), 1, o->color);
        glUniform1f(at(s, "roughness"), o->roughness);
        glUniform1f(at(s, "metallic"), o->metallic);
        glUniform1ui(at(s, "id"), (GLuint)(i + 1));
        draw_shape(p, o->shape);
    }
}

static void read_back(const target *t)
{
    for (int i = 0; i < (t->all ? N_COLORS : 2); i++) {
        glReadBuffer(GL_COLOR_ATTACHMENT0 + (GLenum)i);
        glReadPixels(0, 0, t->width, t->height, kinds[i].format, kinds[i].type, t->back[i]);
    }
    glReadPixels(0, 0, t->width, t->height, GL_DEPTH_COMPONENT, GL_FLOAT, t->back[N_COLORS]);
}

static void draw_frame(const gl_peer *p, const target *t, int index)
{
    const gl_frame *f = &scene.frames[index];
    const gl_frame *later = &scene.frames[index + 1 < scene.n_frames ? index + 1 : index];
    static const GLuint none[4] = {0, 0, 0, 0};
    static const float clear[4] = {0, 0, 0, 0}, far[1] = {1};
    float sun[16], lens[16], view[16], both[16];
    gl_matrix_of_sun(scene.sun, 3, sun);
    draw_shadow(p, f, sun);
    glBindFramebuffer(GL_FRAMEBUFFER, t->frame_buffer);
    glViewport(0, 0, t->width, t->height);
    for (int i = 0; i < (t->all ? N_COLORS : 2); i++) {
        if (kinds[i].format == GL_RED_INTEGER) {
            glClearBufferuiv(GL_COLOR, i, none);
        } else {
            glClearBufferfv(GL_COLOR, i, clear);
        }
    }
    glClearBufferfv(GL_DEPTH, 0, far);
    glUseProgram(p->shade);
    glBindTexture(GL_TEXTURE_2D, p->shadow_map);
    set_matrix(p->shade, "sun", sun);
    gl_matrix_of_lens(f->fov_y, (float)t->width / (float)t->height, 0.1f, 40, lens);
    gl_matrix_of_view(f, view);
    set_matrix(p->shade, "view", view);
    gl_matrix_multiply(lens, view, both);
    set_matrix(p->shade, "view_lens", both);
    gl_matrix_of_view(later, view);
    gl_matrix_multiply(lens, view, both);
    set_matrix(p->shade, "later_view_lens", both);
    set_lights(p, t, f);
    draw_objects(p, f, later);
    read_back(t);
}

static void serve(const gl_peer *p)
{
    char line[256], mode[16];
    int width, height, frames;
    target t;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%d %d %d %15s", &width, &height, &frames, mode) != 4 || frames < 1 ||
            frames > scene.n_frames) {
            die("cannot make sense of a request");
        }
        make_target(&t, width, height, strcmp(mode, "all") == 0);
        draw_frame(p, &t, 0);
        draw_frame(p, &t, 1);
        const double start = bench_cpu_now();
        for (int i = 0; i < frames; i++) {
            draw_frame(p, &t, i);
        }
        printf("%.6f\n", 1e3 * (bench_cpu_now() - start) / frames);
        fflush(stdout);
        free_target(&t);
    }
}

static void picture(const gl_peer *p, char **argv)
{
    const int width = atoi(argv[3]), height = atoi(argv[4]);
    FILE *out = fopen(argv[2], "wb");
    target t;
    make_target(&t, width, height, true);
    draw_frame(p, &t, atoi(argv[5]));
    fprintf(out, "P6 %d %d 255\n", width, height);
    for (int y = height - 1; y >= 0; y--) {
        for (int x = 0; x < width; x++) {
            fwrite(&t.back[0][4 * (y * width + x)], 3, 1, out);
        }
    }
    fclose(out);
    free_target(&t);
}

int main(int argc, char **argv)
{
    gl_peer peer;
    if ((argc != 2 && argc != 6) || !gl_scene_read(argv[1], &scene)) {
        die("usage: peer_gl SCENE.txt [OUT.ppm W H FRAME]");
    }
    open_context();
    make_peer(&peer);
    if (argc == 6) {
        picture(&peer, argv);
    } else {
        serve(&peer);
    }
    return 0;
}
