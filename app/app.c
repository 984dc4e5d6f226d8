/* app.c - see app.h */
#include "app/app.h"
#include "base/alloc.h"
#include "base/log.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

const reel_command *const reel_commands[] = {
    &reel_cmd_run,    &reel_cmd_list,  &reel_cmd_freeze, &reel_cmd_verify, &reel_cmd_sheet,
    &reel_cmd_doctor, &reel_cmd_bench, &reel_cmd_export, &reel_cmd_push,   NULL,
};

int reel_app_fail(const char *what, const reel_error *err)
{
    char text[1200];
    reel_error_format(err, text, sizeof text);
    fprintf(stderr, "physreel: %s%s%s\n", what ? what : "", what ? ": " : "", text);
    return reel_exit_status(err->status);
}

int reel_app_print(const char *text)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) != 0) {
        reel_error err = {0};
        (void)reel_fail(&err, REEL_E_IO, "standard output: %s", strerror(errno));
        return reel_app_fail(NULL, &err);
    }
    return 0;
}

int reel_app_print_json(reel_json *json)
{
    size_t size = 0;
    char *text = json ? reel_json_pretty(json, &size) : NULL;
    int status = 0;
    if (text) {
        status = reel_app_print(text);
    } else {
        reel_error err = {0};
        (void)reel_fail(&err, REEL_E_NOMEM, "out of memory");
        status = reel_app_fail(NULL, &err);
    }
    reel_free(text);
    reel_json_destroy(&json);
    return status;
}

static void print_usage(FILE *to)
{
    fprintf(to,
            "physreel %s: labelled physics video from scene scripts\n\n"
            "usage: physreel COMMAND [options] [arguments]\n\ncommands:\n",
            REEL_VERSION);
    for (const reel_command *const *c = reel_commands; *c; c++) {
        fprintf(to, "  %-8s %s\n", (*c)->name, (*c)->summary);
    }
    fprintf(to,
            "\nexample:\n  physreel run toss --count 4 -o out/toss\n"
            "\nphysreel COMMAND --help tells the options of a command.\n");
}

static int unknown_command(const char *word)
{
    const char *names[16];
    reel_error err = {0};
    int n = 0;
    for (const reel_command *const *c = reel_commands; *c && n < 15; c++) {
        names[n++] = (*c)->name;
    }
    names[n] = NULL;
    const char *near = reel_suggest(word, names);
    (void)reel_fail(&err, REEL_E_USAGE, "no command %s%s%s%s", word, near ? "; did you mean " : "",
                    near ? near : "; see physreel --help", near ? "?" : "");
    return reel_app_fail(NULL, &err);
}

int reel_app_main(int argc, char **argv)
{
    static reel_args args;
    reel_error err = {0};
    if (argc < 2) {
        print_usage(stderr);
        return 64;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return reel_app_print("");
    }
    if (strcmp(argv[1], "--version") == 0) {
        return reel_app_print("physreel " REEL_VERSION "\n");
    }
    for (const reel_command *const *c = reel_commands; *c; c++) {
        if (strcmp(argv[1], (*c)->name) != 0) {
            continue;
        }
        if (reel_args_parse(*c, argc - 2, argv + 2, &args, &err)) {
            return reel_app_fail(NULL, &err);
        }
        reel_log_level level = REEL_LOG_INFO;
        if (reel_args_log_level(&args, &level, &err)) {
            return reel_app_fail(NULL, &err);
        }
        reel_log_set_level(level);
        if (args.help) {
            reel_args_help(*c);
            return reel_app_print("");
        }
        return (*c)->run(&args);
    }
    return unknown_command(argv[1]);
}
