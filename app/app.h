/*
 * app.h - the commands, and how they speak: errors on stderr as "physreel: file:line: field: ...",
 * results on stdout. Thread-safety: one thread.
 */
#pragma once

#include "app/args.h"
#include "base/json.h"

REEL_API_BEGIN

extern const reel_command reel_cmd_run, reel_cmd_list, reel_cmd_freeze, reel_cmd_verify,
    reel_cmd_sheet, reel_cmd_doctor, reel_cmd_bench, reel_cmd_export, reel_cmd_push;

/** All commands, NULL-terminated. */
extern const reel_command *const reel_commands[];

/** Print `*err` and give the exit status that belongs to it. `what` (such as a clip's name and
 * seed) stands in front; may be NULL. */
int reel_app_fail(const char *what, const reel_error *err);

/** Write to stdout and check that it arrived. @return the exit status. */
int reel_app_print(const char *text);
/** `json` (destroyed; NULL: out of memory) indented on stdout. @return the exit status. */
int reel_app_print_json(reel_json *json);

/** The whole program. @return the exit status. */
int reel_app_main(int argc, char **argv);

REEL_API_END
