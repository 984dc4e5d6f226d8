/* cmd_bench.c - physreel bench: frames a second, whole and by stage, on one core */
#include "app/app.h"
#include "app/clock.h"
#include "app/job.h"
#include "base/fs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct row {
    const char *scene, *store, *stage;
    int width, height;
    int64_t frames;
    double seconds;
} row;

enum { MAX_ROWS = 4096 };

typedef struct bench {
    int n_rows;
    row rows[MAX_ROWS];
} bench;

static void add_row(bench *b, const row *base, const char *stage, double seconds)
{
    if (b->n_rows < MAX_ROWS) {
        row *r = &b->rows[b->n_rows++];
        *r = *base;
        r->stage = stage;
        r->seconds = seconds;
    }
}

static void add_stages(bench *b, const row *base, const reel_job_stats *s, double cpu, double wall)
{
    double named = s->freeze + s->simulate + s->setup + s->visibility + s->shading + s->labels +
                   s->encode_video + s->encode_labels + s->encode_controls;
    add_row(b, base, "whole", wall);
    add_row(b, base, "whole_cpu", cpu);
    add_row(b, base, "freeze", s->freeze);
    add_row(b, base, "simulate", s->simulate);
    add_row(b, base, "render_setup", s->setup);
    add_row(b, base, "render_visibility", s->visibility);
    add_row(b, base, "render_shading", s->shading);
    add_row(b, base, "render_labels", s->labels);
    add_row(b, base, "encode_video", s->encode_video);
    add_row(b, base, "encode_labels", s->encode_labels);
    add_row(b, base, "other", cpu > named ? cpu - named : 0);
}

/* One clip of one scene at one size and store, in this process: one core. */
static reel_status measure(bench *b, const reel_args *args, const char *scene, const char *size,
                           const char *store, const char *dir, reel_error *err)
{
    static reel_args plan_args;
    static const reel_option names[] = {{.name = "size"},
                                        {.name = "store"},
                                        {.name = "frames"},
                                        {.name = "quality"},
                                        {.name = "labels"}};
    const bool planes = strcmp(store, "planes") == 0;
    const char *values[] = {size, store, reel_args_get(args, "frames"),
                            reel_args_get(args, "quality"),
                            planes ? reel_args_get(args, "labels") : NULL};
    reel_plan *plan = NULL;
    reel_job_stats stats = {0};
    plan_args = (reel_args){.command = args->command, .n_arguments = 1};
    plan_args.arguments[0] = scene;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (values[i]) {
            plan_args.options[plan_args.n_options].option = &names[i];
            plan_args.options[plan_args.n_options++].value = values[i];
        }
    }
    reel_status status = reel_plan_create(&plan_args, &plan, err);
    status = status ? status : reel_plan_probe(plan, err);
    double wall = reel_clock_wall(), cpu = reel_clock_cpu();
    status = status ? status : reel_job_run(plan, 0, dir, NULL, &stats, err);
    wall = reel_clock_wall() - wall;
    cpu = reel_clock_cpu() - cpu;
    if (!status) {
        row base = {.scene = scene,
                    .store = store,
                    .width = plan->width,
                    .height = plan->height,
                    .frames = stats.frames};
        char path[REEL_PATH_MAX];
        add_stages(b, &base, &stats, cpu, wall);
        reel_fs_join(path, sizeof path, dir, plan->clips[0].id);
        status = reel_fs_remove_tree(path, err);
    }
    reel_plan_destroy(&plan);
    return status;
}

static reel_status measure_all(bench *b, const reel_args *args, const char *dir, reel_error *err)
{
    static const char *const sizes[] = {"256x256", "832x480"};
    static const char *const stores[] = {"planes", "states"};
    static const char *const own[] = {"toss"};
    const char *const *scenes = args->n_arguments > 0 ? args->arguments : own;
    int n_scenes = args->n_arguments > 0 ? args->n_arguments : 1;
    reel_status status = REEL_OK;
    for (int i = 0; i < n_scenes; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; !status && k < 2; k++) {
                status = measure(b, args, scenes[i], sizes[j], stores[k], dir, err);
            }
        }
    }
    return status;
}

static double rate_of(const row *r)
{
    return r->seconds > 0 ? (double)r->frames / r->seconds : 0;
}

static void print_csv(const bench *b)
{
    printf("scene,size,store,stage,frames,seconds,ms_per_frame,frames_per_s\n");
    for (int i = 0; i < b->n_rows; i++) {
        const row *r = &b->rows[i];
        printf("%s,%dx%d,%s,%s,%lld,%.6f,%.4f,%.2f\n", r->scene, r->width, r->height, r->store,
               r->stage, (long long)r->frames, r->seconds,
               r->frames > 0 ? 1e3 * r->seconds / (double)r->frames : 0.0, rate_of(r));
    }
}

static reel_json *rows_json(const bench *b)
{
    reel_json *array = reel_json_array();
    bool ok = array != NULL;
    for (int i = 0; ok && i < b->n_rows; i++) {
        const row *r = &b->rows[i];
        reel_json *o = reel_json_object();
        ok = o && reel_json_put(o, "scene", reel_json_string(r->scene)) &&
             reel_json_put(o, "width", reel_json_int(r->width)) &&
             reel_json_put(o, "height", reel_json_int(r->height)) &&
             reel_json_put(o, "store", reel_json_string(r->store)) &&
             reel_json_put(o, "stage", reel_json_string(r->stage)) &&
             reel_json_put(o, "frames", reel_json_int(r->frames)) &&
             reel_json_put(o, "seconds", reel_json_real(r->seconds)) &&
             reel_json_put(o, "frames_per_s", reel_json_real(rate_of(r)));
        if (!ok) {
            reel_json_destroy(&o);
            break;
        }
        ok = reel_json_push(array, o);
    }
    if (!ok) {
        reel_json_destroy(&array);
    }
    return array;
}

static int cmd_bench(const reel_args *args)
{
    static bench b;
    reel_error err = {0};
    const char *base = getenv("TMPDIR");
    char dir[REEL_PATH_MAX];
    snprintf(dir, sizeof dir, "%.3000s/physreel-bench-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(dir)) {
        (void)reel_fail_at(&err, REEL_E_IO, dir, 0, NULL, "cannot make a folder");
        return reel_app_fail(NULL, &err);
    }
    reel_status status = measure_all(&b, args, dir, &err);
    (void)reel_fs_remove_tree(dir, NULL);
    if (status) {
        return reel_app_fail(NULL, &err);
    }
    if (reel_args_has(args, "json")) {
        return reel_app_print_json(rows_json(&b));
    }
    print_csv(&b);
    return reel_app_print("");
}

static const reel_option options[] = {
    {.name = "frames", .value = "N", .help = "frames of the clip (default 121)"},
    {.name = "quality", .value = "NAME", .help = "labels, draft or standard (default)"},
    {.name = "labels", .value = "LIST", .help = "planes to store, as for run"},
    {.name = "json", .help = "as JSON on stdout (default: CSV)"},
    {0},
};

const reel_command reel_cmd_bench = {
    .name = "bench",
    .arguments = "[SCENE...]",
    .max_arguments = REEL_MAX_ARGS,
    .summary = "frames a second on one core, whole and by stage",
    .details =
        "One clip of each scene (default toss) at 256x256 and 832x480, with label planes stored\n"
        "and as states, through the whole way from script to record in TMPDIR. whole is wall\n"
        "clock, the stages are CPU seconds.",
    .example = "  physreel bench toss --frames 24",
    .options = options,
    .run = cmd_bench,
};
