/*
 * bench_accuracy - mechanics with a known solution, run by our engine or judged for another.
 *
 *     bench_accuracy list                          case,experiment,seconds
 *     bench_accuracy run RATE... [--only CASE]     run with our engine, CSV of the errors
 *     bench_accuracy scene CASE RATE               the scene as JSON
 *     bench_accuracy trace CASE RATE FILE          run with our engine, keep the states
 *     bench_accuracy judge CASE ENGINE FILE        CSV of the errors of a trace
 *     bench_accuracy speed RATE [CASE]             steps per second of user time, best of three
 *
 * A trace file is three 32-bit integers (rate, steps n, bodies) and (n + 1) x bodies x 13 doubles
 * (experiment.h), all little-endian.
 */
#include "base/scene_json.h"
#include "bench/accuracy/experiment.h"
#include <stdlib.h>
#include <string.h>

static const accuracy_case *const tables[] = {free_cases, contact_cases, joint_cases, field_cases};

static void print_header(void)
{
    puts("engine,experiment,case,quantity,value,exact,error,step");
}

static const accuracy_case *find(const char *name)
{
    const size_t n = sizeof tables / sizeof *tables;
    for (size_t k = 0; k <= n; k++) {
        for (const accuracy_case *c = k < n ? tables[k] : speed_cases; c->name; c++) {
            if (strcmp(c->name, name) == 0) {
                return c;
            }
        }
    }
    fprintf(stderr, "bench_accuracy: no case \"%s\"\n", name);
    exit(2);
}

static int rate_of(const char *text)
{
    char *end;
    const long rate = strtol(text, &end, 10);
    if (*end || rate < 1 || rate > REEL_MAX_STEP_RATE) {
        fprintf(stderr, "bench_accuracy: \"%s\" is no number of steps per second\n", text);
        exit(2);
    }
    return (int)rate;
}

static void judge(const accuracy_case *c, const trace *t, const char *engine)
{
    reel_scene *s = c->build(c, t->rate);
    if (!c->judge || s->n_bodies != t->n_bodies || t->n_steps < trace_steps(c, t->rate)) {
        fprintf(stderr, "bench_accuracy: this is no trace of \"%s\"\n", c->name);
        exit(2);
    }
    row_writer w = {stdout, engine, c->experiment, c->name, t->rate};
    c->judge(c, s, t, &w);
    reel_scene_destroy(&s);
}

static trace run(const accuracy_case *c, int rate)
{
    reel_scene *s = c->build(c, rate);
    const trace t = trace_run(c, s);
    reel_scene_destroy(&s);
    return t;
}

static void command_list(void)
{
    puts("case,experiment,seconds");
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        for (const accuracy_case *c = tables[k]; c->name; c++) {
            printf("%s,%s,%g\n", c->name, c->experiment, c->seconds);
        }
    }
}

static void run_one(const accuracy_case *c, const char *rate)
{
    trace t = run(c, rate_of(rate));
    judge(c, &t, "physreel");
    trace_free(&t);
    fflush(stdout);
}

static void command_run(int n, char **args)
{
    const bool only = n >= 2 && strcmp(args[n - 2], "--only") == 0;
    const accuracy_case *one = only ? find(args[n - 1]) : NULL;
    print_header();
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        for (const accuracy_case *c = tables[k]; c->name; c++) {
            for (int i = 0; (!one || one == c) && i < n - (only ? 2 : 0); i++) {
                run_one(c, args[i]);
            }
        }
    }
}

static int command_scene(const accuracy_case *c, int rate)
{
    reel_scene *s = c->build(c, rate);
    reel_error err = {0};
    char *text = NULL;
    size_t size = 0;
    const reel_status status = reel_scene_encode(s, &text, &size, &err);
    if (status == REEL_OK) {
        fwrite(text, 1, size, stdout);
        reel_free(text);
    } else {
        char message[512];
        reel_error_format(&err, message, sizeof message);
        fprintf(stderr, "bench_accuracy: %s\n", message);
    }
    reel_scene_destroy(&s);
    return status == REEL_OK ? 0 : 2;
}

static int command_trace(const accuracy_case *c, int rate, const char *path)
{
    trace t = run(c, rate);
    const bool ok = trace_write(&t, path);
    trace_free(&t);
    return ok ? 0 : 2;
}

static int command_judge(const accuracy_case *c, const char *engine, const char *path)
{
    trace t;
    if (!trace_read(&t, path)) {
        fprintf(stderr, "bench_accuracy: cannot read %s\n", path);
        return 2;
    }
    judge(c, &t, engine);
    trace_free(&t);
    return 0;
}

static void command_speed(int rate, const accuracy_case *only)
{
    puts("scene,engine,steps,step,seconds,steps_per_s");
    for (const accuracy_case *c = speed_cases; c->name; c++) {
        double best = 1e300;
        if (only && c != only) {
            continue;
        }
        for (int i = 0; i < 3; i++) {
            reel_scene *s = c->build(c, rate);
            best = fmin(best, trace_time(c, s));
            reel_scene_destroy(&s);
        }
        const int steps = trace_steps(c, rate);
        printf("%s,physreel,%d,%.9g,%.4f,%.0f\n", c->name, steps, 1.0 / rate, best, steps / best);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    if (strcmp(command, "list") == 0) {
        command_list();
        return 0;
    }
    if (strcmp(command, "run") == 0 && argc > 2) {
        command_run(argc - 2, argv + 2);
        return 0;
    }
    if (strcmp(command, "scene") == 0 && argc == 4) {
        return command_scene(find(argv[2]), rate_of(argv[3]));
    }
    if (strcmp(command, "trace") == 0 && argc == 5) {
        return command_trace(find(argv[2]), rate_of(argv[3]), argv[4]);
    }
    if (strcmp(command, "speed") == 0 && (argc == 3 || argc == 4)) {
        command_speed(rate_of(argv[2]), argc == 4 ? find(argv[3]) : NULL);
        return 0;
    }
    if (strcmp(command, "judge") == 0 && argc == 5) {
        return command_judge(find(argv[2]), argv[3], argv[4]);
    }
    fputs(
        "usage: bench_accuracy list | run RATE... [--only CASE] | scene CASE RATE |\n"
        "       trace CASE RATE FILE | judge CASE ENGINE FILE | speed RATE [CASE]\n",
        stderr);
    return 2;
}
