/*
 * survey.c - simulate clips of a shipped family, nothing else, and tell what the audit says.
 *
 *   survey FAMILY FIRST_SEED COUNT [name=value ...]
 *   survey --list
 *
 * One CSV line per take on stdout: family, seed, verdict ("ok", "refused", "scene"), the field that
 * was refused, its message, what `physreel verify` finds wrong with the take's numbers, the figures
 * of the audit, and CPU seconds. bench/refusals.py sums up.
 */
#include "app/verify_physics.h"
#include "base/take.h"
#include "engine/engine.h"
#include "scenes/scenes.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"') {
            putchar('"');
        }
        putchar(*text);
    }
    putchar('"');
}

static void print_header(void)
{
    printf("family,seed,verdict,field,message,findings");
    for (int i = 0; i < reel_audit_n_figures(); i++) {
        printf(",%s", reel_audit_figure_name(i));
    }
    printf(",events,seconds\n");
}

static void keep_finding(void *ctx, const char *check, int sample, int64_t n, const char *words)
{
    char *text = ctx;
    const size_t used = strlen(text);
    snprintf(text + used, 4096 - used, "%s%s: %s (sample %d, %lld places)", used ? "; " : "", check,
             words, sample, (long long)n);
}

static int survey_one(const char *family, const reel_freeze_options *options)
{
    reel_error err = {0};
    reel_scene *scene = NULL;
    reel_take *take = NULL;
    const clock_t begin = clock();
    reel_status status = reel_scene_freeze(family, options, &scene, &err);
    const bool frozen = status == REEL_OK;
    if (frozen) {
        status = reel_simulate(scene, &take, &err);
    }
    const char *verdict = status == REEL_OK          ? "ok"
                          : status == REEL_E_REFUSED ? "refused"
                          : status == REEL_E_SCENE   ? "scene"
                                                     : "error";
    printf("%s,%" PRIu64 ",%s,", family, options->seed, verdict);
    print_quoted(status ? err.field : "");
    putchar(',');
    print_quoted(status ? err.msg : "");
    char findings[4096] = "";
    if (take) {
        const reel_physics_finder finder = {findings, keep_finding};
        reel_error ignored = {0};
        if (reel_verify_physics(scene, take, &finder, &ignored)) {
            keep_finding(findings, "not checked", -1, 1, ignored.msg);
        }
    }
    putchar(',');
    print_quoted(findings);
    for (int i = 0; i < reel_audit_n_figures(); i++) {
        if (take) {
            printf(",%.6g", reel_audit_figure(&take->audit, i));
        } else {
            putchar(',');
        }
    }
    if (take) {
        printf(",%d", take->n_events);
    } else {
        putchar(',');
    }
    printf(",%.3f\n", (double)(clock() - begin) / CLOCKS_PER_SEC);
    fflush(stdout);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
    return status == REEL_OK || status == REEL_E_REFUSED || status == REEL_E_SCENE ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (const char *const *family = reel_scenes_list(); *family; family++) {
            printf("%s\n", *family);
        }
        return 0;
    }
    if (argc < 4) {
        fprintf(stderr, "usage: survey FAMILY FIRST_SEED COUNT [name=value ...]\n");
        return 2;
    }
    reel_freeze_options options = reel_freeze_options_default();
    const uint64_t first = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10);
    options.overrides = (const char *const *)(argv + 4);
    options.n_overrides = argc - 4;
    int failed = 0;
    print_header();
    for (uint64_t seed = first; seed < first + count; seed++) {
        options.seed = seed;
        failed |= survey_one(argv[1], &options);
    }
    return failed;
}
