/* cmd_doctor.c - physreel doctor: what this machine has, and what each part would use */
#include "app/app.h"
#include "app/child.h"
#include "app/worker.h"
#include "base/fs.h"
#include "base/trig.h"
#include "export/remote/http.h"
#include "export/sink.h"
#include "render/render.h"
#include <dlfcn.h>
#include <fenv.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

typedef struct report {
    reel_json *json; /* NULL: lines on stdout */
    int bad;
    bool out_of_memory;
} report;

/* One line. `fault` (may be NULL) says what is wrong with it. */
static void tell(report *r, const char *what, const char *value, const char *fault)
{
    r->bad += fault != NULL;
    if (!r->json) {
        printf("%-5s %-20s %s%s%s\n", fault ? "BAD" : "ok", what, value, fault ? ": " : "",
               fault ? fault : "");
        return;
    }
    reel_json *o = reel_json_object();
    bool ok = o && reel_json_put(o, "value", reel_json_string(value)) &&
              reel_json_put(o, "ok", reel_json_bool(!fault)) &&
              (!fault || reel_json_put(o, "fault", reel_json_string(fault)));
    if (!ok) {
        reel_json_destroy(&o);
    }
    r->out_of_memory |= !reel_json_put(r->json, what, o);
}

static void check_cpu(report *r)
{
    char text[200] = "";
#if defined(__x86_64__)
    __builtin_cpu_init();
    snprintf(text, sizeof text, "%s%s%s%s%s%s", "sse2",
             __builtin_cpu_supports("sse4.2") ? " sse4.2" : "",
             __builtin_cpu_supports("avx") ? " avx" : "",
             __builtin_cpu_supports("avx2") ? " avx2" : "",
             __builtin_cpu_supports("fma") ? " fma" : "",
             __builtin_cpu_supports("avx512f") ? " avx512f" : "");
    tell(r, "cpu features", text, NULL);
#else
    tell(r, "cpu features", "not x86-64", "digests are promised on x86-64 only");
#endif
    snprintf(text, sizeof text, "%d", reel_pool_cores());
    tell(r, "cores", text, NULL);
    snprintf(text, sizeof text, "%d", reel_render_best_lanes());
    tell(r, "simd lanes", text, NULL);
}

/* The floating-point state that determinism rests on. */
static void check_float(report *r)
{
    char text[64];
#if defined(__x86_64__)
    unsigned mxcsr = __builtin_ia32_stmxcsr() & ~0x3fu; /* less the flags of what has happened */
    snprintf(text, sizeof text, "0x%04x", mxcsr);
    tell(r, "mxcsr", text,
         mxcsr == 0x1f80 ? NULL : "not 0x1f80: a library changed rounding or subnormals");
#endif
    tell(r, "rounding", fegetround() == FE_TONEAREST ? "to nearest" : "other",
         fegetround() == FE_TONEAREST ? NULL : "must be to nearest");
    volatile double tiny = 4.9406564584124654e-324;
    tell(r, "subnormals", tiny * 1.0 > 0 ? "kept" : "lost", tiny * 1.0 > 0 ? NULL : "flushed to 0");
    const char *point = localeconv()->decimal_point;
    tell(r, "decimal point", point, strcmp(point, ".") == 0 ? NULL : "must be a full stop");
}

/* Known answers, correctly rounded by MPFR: the functions are within 1 ulp of these. */
static void check_functions(report *r)
{
    static const struct {
        const char *name;
        double (*fn)(double);
        double x, y;
    } known[] = {
        {"sin(1e22)", reel_sin, 1e22, -0.8522008497671888},
        {"cos(1e22)", reel_cos, 1e22, 0.5232147853951389},
        {"tan(1)", reel_tan, 1.0, 1.5574077246549023},
        {"exp(1)", reel_exp, 1.0, 2.718281828459045},
        {"log(10)", reel_log, 10.0, 2.302585092994046},
        {"atan(0.5)", reel_atan, 0.5, 0.4636476090008061},
    };
    char text[64];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        double y = known[i].fn(known[i].x);
        double error = y - known[i].y;
        double ulp = known[i].y * 2.3e-16;
        snprintf(text, sizeof text, "%.17g", y);
        tell(r, known[i].name, text,
             error * error <= ulp * ulp ? NULL : "further than 1 ulp from the known answer");
    }
}

/* ODE and Lua must get our functions, not the C library's. */
static void check_names(report *r)
{
    static const char *const names[] = {"sin", "cos", "exp", "log", "pow", "atan2", "acos"};
    Dl_info own, other;
    char text[128] = "", fault[128] = "";
    if (!dladdr((void *)(uintptr_t)reel_app_main, &own)) {
        tell(r, "libm names", "unknown", "the program cannot look at itself");
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        void *f = dlsym(RTLD_DEFAULT, names[i]);
        if (!f || !dladdr(f, &other) || other.dli_fbase != own.dli_fbase) {
            size_t used = strlen(fault);
            snprintf(fault + used, sizeof fault - used, " %s", names[i]);
        }
    }
    snprintf(text, sizeof text, "%s", fault[0] ? "not all ours" : "ours");
    char words[200];
    snprintf(words, sizeof words, "of the C library:%s", fault);
    tell(r, "libm names", text, fault[0] ? words : NULL);
}

static void check_libraries(report *r)
{
    for (const char *const *v = reel_export_versions(); v[0]; v += 2) {
        tell(r, v[0], v[1], NULL);
    }
}

/* Encode two small frames: is H.264 there and does it work? */
static void check_encoder(report *r)
{
    char dir[] = "/tmp/physreel-doctor-XXXXXX", path[64];
    const reel_stream_desc desc = {.id = "doctor",
                                   .camera = "main",
                                   .width = 64,
                                   .height = 64,
                                   .fps = 24,
                                   .frames = 2,
                                   .depth_scale = 0.001};
    reel_video_options video = reel_video_options_default(desc.fps);
    reel_frame frame = {0};
    reel_sink *sink = NULL;
    reel_error err = {0};
    char text[700] = "two frames as H.264";
    if (!mkdtemp(dir)) {
        tell(r, "encoder", "not tried", "/tmp is not writable");
        return;
    }
    snprintf(path, sizeof path, "%s/doctor.mp4", dir);
    reel_status status = reel_frame_init(&frame, 64, 64, REEL_PLANE_BIT(REEL_PLANE_RGB), 0, &err);
    status = status ? status : reel_mp4_sink_open(path, &desc, &video, &sink, &err);
    for (int i = 0; !status && i < desc.frames; i++) {
        status = reel_sink_write(sink, &frame, &err);
    }
    status = status ? status : reel_sink_close(sink, &err);
    reel_sink_destroy(&sink);
    reel_frame_finish(&frame);
    (void)reel_fs_remove_tree(dir, NULL);
    if (status) {
        reel_error_format(&err, text, sizeof text);
    }
    tell(r, "encoder", status ? "fails" : text, status ? text : NULL);
}

/* What push would use. Its absence stops nothing else. */
static void check_push(report *r)
{
    static const char *const quiet[] = {"HF_HUB_DISABLE_UPDATE_CHECK=1", "NO_COLOR=1", NULL};
    static const char *const argv[] = {"hf", "version", "--format", "quiet", NULL};
    char path[REEL_PATH_MAX], text[REEL_PATH_MAX + 64];
    reel_bytes out = {0};
    int exit_status = 0;
    tell(r, "curl", reel_http_version(), NULL);
    if (!reel_child_find("hf", path, sizeof path)) {
        tell(r, "hf", "not there: push to the hub needs it (pip install huggingface_hub)", NULL);
        return;
    }
    if (!reel_child_run(argv, quiet, &out, NULL, &exit_status, NULL) && exit_status == 0) {
        reel_bytes_put_u8(&out, 0);
    }
    const char *version = out.data && !out.failed ? (const char *)out.data : "of unknown version";
    snprintf(text, sizeof text, "%.*s in %s", (int)strcspn(version, "\n"), version, path);
    tell(r, "hf", text, NULL);
    reel_bytes_finish(&out);
}

static void check_disk(report *r, const char *dir)
{
    struct statvfs fs;
    char text[128];
    if (statvfs(dir, &fs) != 0) {
        tell(r, "free disk", dir, "cannot be looked at");
        return;
    }
    double gb = (double)fs.f_bavail * (double)fs.f_frsize / 1e9;
    snprintf(text, sizeof text, "%.1f GB in %s", gb, dir);
    tell(r, "free disk", text, gb < 1.0 ? "less than 1 GB" : NULL);
    tell(r, "writable", dir, access(dir, W_OK) == 0 ? NULL : "no writing here");
}

static int cmd_doctor(const reel_args *args)
{
    report r = {.json = reel_args_has(args, "json") ? reel_json_object() : NULL};
    const char *dir = args->n_arguments > 0 ? args->arguments[0] : ".";
    tell(&r, "physreel", REEL_VERSION, NULL);
    check_cpu(&r);
    check_float(&r);
    check_functions(&r);
    check_names(&r);
    check_libraries(&r);
    check_encoder(&r);
    check_push(&r);
    check_disk(&r, dir);
    int status = 0;
    if (r.json) {
        if (r.out_of_memory) {
            reel_json_destroy(&r.json);
        }
        status = reel_app_print_json(r.json);
    } else {
        status = reel_app_print("");
    }
    return status ? status : r.bad ? 70 : 0;
}

static const reel_option options[] = {
    {.name = "json", .help = "as JSON on stdout"},
    {0},
};

const reel_command reel_cmd_doctor = {
    .name = "doctor",
    .arguments = "[DIR]",
    .max_arguments = 1,
    .summary = "what this machine has, and what each part would use",
    .details =
        "Ends with 70 if something is found that would change results or stop a run. DIR is\n"
        "where datasets would be written (default: here).",
    .example = "  physreel doctor",
    .options = options,
    .run = cmd_doctor,
};
