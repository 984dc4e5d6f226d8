/*
 * reader.c - libphysreel; see physreel.h. Knows base/, render/ and export/'s records only.
 */
#include "app/physreel.h"
#include "base/fs.h"
#include "base/json.h"
#include "export/record.h"
#include "render/render.h"

#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { ABI = 1, LOCALES_FAIL = 75 };

struct reel_reader {
    reel_record *record;
    reel_renderer *renderer;
    reel_render_options options;
    reel_frame frame; /* of the last size and planes */
    char error[1200];
};

/* ---- the caller's modes ------------------------------------------------------------------------
 * Denormals, rounding and exceptions are the thread's; the decimal point is the locale's.
 */

typedef struct guest {
    uint32_t mxcsr;
    uint16_t x87;
    locale_t host;
} guest;

#if defined(__x86_64__)
static void set_modes(uint32_t mxcsr, uint16_t x87)
{
    __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr));
    __asm__ volatile("fldcw %0" ::"m"(x87));
}

static void get_modes(guest *g)
{
    __asm__ volatile("stmxcsr %0" : "=m"(g->mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(g->x87));
}
#else
#    error "this architecture's floating-point modes are not known here"
#endif

static locale_t plain_locale;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void)
{
    reel_json_be_guest();
    plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* Everything between enter() and leave() computes as in our own program. */
static guest enter(void)
{
    guest g;
    get_modes(&g);
    set_modes(0x1f80, 0x037f); /* all exceptions masked, to nearest, denormals kept */
    pthread_once(&once, prepare);
    g.host = plain_locale ? uselocale(plain_locale) : (locale_t)0;
    return g;
}

static void leave(const guest *g)
{
    if (g->host) {
        uselocale(g->host);
    }
    set_modes(g->mxcsr, g->x87);
}

/* ---- errors ------------------------------------------------------------------------------------
 */

static int tell(reel_reader *r, const reel_error *err)
{
    reel_error_format(err, r->error, sizeof r->error);
    return err->status == REEL_E_NOMEM ? 75 : reel_exit_status(err->status);
}

static int usage(reel_reader *r, const char *format, ...) REEL_PRINTF(2, 3);

static int usage(reel_reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->error, sizeof r->error, format, args);
    va_end(args);
    return 64;
}

/* ---- opening -----------------------------------------------------------------------------------
 */

int reel_reader_abi(void)
{
    return ABI;
}

const char *reel_reader_version(void)
{
    return REEL_VERSION;
}

/* The folder of a record that may be named by its manifest. */
static reel_status find_folder(const char *path, char *out, reel_error *err)
{
    static const char name[] = "manifest.json";
    size_t n = strlen(path);
    if (n == 0 || n >= REEL_PATH_MAX) {
        return reel_fail(err, REEL_E_USAGE, "a path of 1 to %d characters is needed",
                         REEL_PATH_MAX - 1);
    }
    if (n >= sizeof name - 1 && strcmp(path + n - (sizeof name - 1), name) == 0 &&
        (n == sizeof name - 1 || path[n - sizeof name] == '/')) {
        n -= sizeof name - 1;
    }
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    memcpy(out, n ? path : ".", n ? n : 1);
    out[n ? n : 1] = '\0';
    return REEL_OK;
}

static reel_status set_options(reel_reader *r, const char *quality, int samples, reel_error *err)
{
    const char *recorded = r->record->quality;
    r->options = reel_render_options_default();
    r->options.depth_scale = r->record->depth_scale;
    r->options.samples = samples;
    if (!quality || strcmp(quality, recorded) == 0) {
        r->options.samples = samples ? samples : r->record->samples;
    }
    if (!reel_quality_find(quality ? quality : recorded, &r->options.quality)) {
        return reel_fail_at(err, quality ? REEL_E_USAGE : REEL_E_CONFLICT, r->record->dir, 0,
                            "quality", "there is no quality \"%s\"", quality ? quality : recorded);
    }
    return REEL_OK;
}

static reel_status open_record(reel_reader *r, const char *path, const char *quality, int samples,
                               reel_error *err)
{
    char dir[REEL_PATH_MAX];
    reel_status status = find_folder(path, dir, err);
    status = status ? status : reel_record_open(dir, &r->record, err);
    status = status ? status : reel_record_load_data(r->record, err);
    status = status ? status : set_options(r, quality, samples, err);
    return status ? status
                  : reel_renderer_create(r->record->scene, r->record->take, &r->options,
                                         &r->renderer, err);
}

int reel_reader_open(const char *path, const char *quality, int samples, reel_reader **out)
{
    const guest g = enter();
    reel_error err = {0};
    int result = LOCALES_FAIL;
    reel_reader *r = g.host ? reel_calloc(1, sizeof *r) : NULL;
    *out = r;
    if (r) {
        const reel_status status = open_record(r, path, quality, samples, &err);
        result = status ? tell(r, &err) : 0;
    }
    leave(&g);
    return result;
}

void reel_reader_close(reel_reader *r)
{
    if (r) {
        const guest g = enter();
        reel_frame_finish(&r->frame);
        reel_renderer_destroy(&r->renderer);
        reel_record_close(&r->record);
        reel_free(r);
        leave(&g);
    }
}

const char *reel_reader_error(const reel_reader *r)
{
    return r ? r->error : "out of memory";
}

/* ---- what there is -----------------------------------------------------------------------------
 */

int reel_reader_get_info(reel_reader *r, reel_reader_info *out)
{
    if (!r->renderer) {
        return 64; /* its error stays what it was */
    }
    const reel_scene *scene = r->record->scene;
    *out = (reel_reader_info){
        .streams = r->record->n_streams,
        .frames = scene->frames,
        .width = scene->width,
        .height = scene->height,
        .fps = scene->fps,
        .instances = reel_scene_n_instances(scene),
        .depth_scale = r->record->depth_scale,
        .clip_id = r->record->clip_id,
        .family = scene->family,
        .quality = reel_quality_name(r->options.quality),
        .version = r->record->version,
    };
    return 0;
}

static const reel_record_stream *stream_at(const reel_reader *r, int stream)
{
    const bool there = r->renderer && stream >= 0 && stream < r->record->n_streams;
    return there ? &r->record->streams[stream] : NULL;
}

const char *reel_reader_stream_id(reel_reader *r, int stream)
{
    const reel_record_stream *s = stream_at(r, stream);
    return s ? s->id : NULL;
}

const char *reel_reader_camera(reel_reader *r, int stream)
{
    const reel_record_stream *s = stream_at(r, stream);
    return s ? s->camera : NULL;
}

int reel_reader_get_plane(int i, reel_reader_plane *out)
{
    if (i < 0 || i >= REEL_PLANE_COUNT) {
        return 64;
    }
    const reel_plane_info *info = reel_plane_get_info((reel_plane)i);
    *out = (reel_reader_plane){info->name, info->dtype, info->itemsize, info->channels};
    return 0;
}

static bool is_size(int n)
{
    return n >= 16 && n <= REEL_MAX_SIDE && n % 2 == 0;
}

size_t reel_reader_bytes(const char *plane, int width, int height)
{
    reel_plane p;
    const bool good = is_size(width) && is_size(height) && reel_plane_find(plane, &p);
    return good ? reel_plane_bytes(p, width, height) : 0;
}

/* ---- frames ------------------------------------------------------------------------------------
 */

/* Stream, frame and size of a call; the record's size for 0. */
static int check_place(reel_reader *r, int stream, int frame, int *width, int *height)
{
    if (!r->renderer) {
        return 64;
    }
    const reel_scene *scene = r->record->scene;
    r->error[0] = '\0';
    if (stream < 0 || stream >= r->record->n_streams) {
        return usage(r, "stream %d: there are %d, from 0", stream, r->record->n_streams);
    }
    if (frame < 0 || frame >= scene->frames) {
        return usage(r, "frame %d: there are %d, from 0", frame, scene->frames);
    }
    if (*width == 0 && *height == 0) {
        *width = scene->width;
        *height = scene->height;
    }
    if (!is_size(*width) || !is_size(*height)) {
        return usage(r, "size %dx%d: even numbers from 16 to %d are needed", *width, *height,
                     REEL_MAX_SIDE);
    }
    return 0;
}

/* The planes that are asked for, as a set. */
static int check_planes(reel_reader *r, int width, int height, int n, const char *const *names,
                        const size_t *sizes, reel_planes *out)
{
    reel_planes planes = 0;
    for (int i = 0; i < n; i++) {
        reel_plane p;
        if (!reel_plane_find(names[i], &p)) {
            return usage(r, "there is no plane \"%.40s\"", names[i]);
        }
        if (planes & REEL_PLANE_BIT(p)) {
            return usage(r, "plane %s is asked for twice", names[i]);
        }
        if (p == REEL_PLANE_RGB && r->options.quality == REEL_QUALITY_LABELS) {
            return usage(r, "rgb needs a quality: the clip was recorded without colour");
        }
        if (sizes[i] < reel_plane_bytes(p, width, height)) {
            return usage(r, "plane %s has %zu bytes at %dx%d, its buffer %zu", names[i],
                         reel_plane_bytes(p, width, height), width, height, sizes[i]);
        }
        planes |= REEL_PLANE_BIT(p);
    }
    *out = planes;
    return n > 0 ? 0 : usage(r, "no plane is asked for");
}

static int draw(reel_reader *r, int stream, int frame, int width, int height, int n,
                const char *const *names, void *const *buffers, const size_t *sizes)
{
    reel_planes planes = 0;
    reel_error err = {0};
    int result = check_place(r, stream, frame, &width, &height);
    result = result ? result : check_planes(r, width, height, n, names, sizes, &planes);
    if (result) {
        return result;
    }
    if (r->frame.width != width || r->frame.height != height || r->frame.planes != planes) {
        reel_frame_finish(&r->frame);
        if (reel_frame_init(&r->frame, width, height, planes,
                            reel_scene_n_instances(r->record->scene), &err)) {
            return tell(r, &err);
        }
    }
    if (reel_renderer_draw(r->renderer, r->record->streams[stream].camera_index, frame, &r->frame,
                           &err)) {
        return tell(r, &err);
    }
    for (int i = 0; i < n; i++) {
        reel_plane p = REEL_PLANE_RGB;
        (void)reel_plane_find(names[i], &p);
        memcpy(buffers[i], r->frame.plane[p], reel_plane_bytes(p, width, height));
    }
    return 0;
}

int reel_reader_render(reel_reader *r, int stream, int frame, int width, int height, int n,
                       const char *const *planes, void *const *buffers, const size_t *sizes)
{
    const guest g = enter();
    const int result = draw(r, stream, frame, width, height, n, planes, buffers, sizes);
    leave(&g);
    return result;
}

/* As the renderer sees another size: focal length with the height, the middle in the middle. */
static void fill_view(const reel_record *record, int stream, int frame, int width, int height,
                      double k[9], double m[16])
{
    const double zoom = (double)height / record->scene->height;
    memcpy(k, record->k[stream] + 9 * (size_t)frame, 9 * sizeof *k);
    memcpy(m, record->cam_from_world[stream] + 16 * (size_t)frame, 16 * sizeof *m);
    k[0] *= zoom;
    k[4] *= zoom;
    k[2] = 0.5 * width;
    k[5] = 0.5 * height;
}

int reel_reader_view(reel_reader *r, int stream, int frame, int width, int height, double k[9],
                     double cam_from_world[16])
{
    const guest g = enter();
    const int result = check_place(r, stream, frame, &width, &height);
    if (!result) {
        fill_view(r->record, stream, frame, width, height, k, cam_from_world);
    }
    leave(&g);
    return result;
}
