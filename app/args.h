/*
 * args.h - the command line as tables: options, help texts, parsing.
 *
 * One table per command gives the parser and the help text, so that they cannot disagree. An
 * option that is not in the table is an error with the nearest name as a suggestion. Values may be
 * given as "--size 64x64", "--size=64x64", "-j 2" and "-j2". "--" ends the options.
 * Thread-safety: pure functions but for reel_args_help().
 */
#pragma once

#include "base/log.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

REEL_API_BEGIN

typedef struct reel_option {
    const char *name;  /**< without the dashes, such as "size" */
    char letter;       /**< short form, or 0 */
    const char *value; /**< what stands for the value in the help ("WxH"); NULL: a switch */
    bool repeats;      /**< may be given more than once */
    const char *help;  /**< one or more lines, parted by '\n' */
} reel_option;

typedef struct reel_args reel_args;

typedef struct reel_command {
    const char *name;
    const char *arguments; /**< such as "SCENE..." for the synopsis; "" for none */
    int min_arguments, max_arguments;
    const char *summary;               /**< one line, for the list of commands */
    const char *details;               /**< more lines for --help; may be "" */
    const char *example;               /**< lines of the example, each a command or its result */
    const reel_option *options;        /**< ends with a zeroed entry */
    int (*run)(const reel_args *args); /**< @return the exit status */
} reel_command;

enum { REEL_MAX_ARGS = 4096 };

/** Options of every command: "log", "verbose"; ends with a zeroed entry. */
extern const reel_option reel_common_options[];

/** What was given, in order. Strings are borrowed from argv. */
struct reel_args {
    const reel_command *command;
    bool help; /**< --help was given: nothing else is checked */
    int n_options;
    struct {
        const reel_option *option;
        const char *value; /**< NULL for a switch */
    } options[REEL_MAX_ARGS];
    int n_arguments;
    const char *arguments[REEL_MAX_ARGS];
};

/** Parse argv[0 .. argc-1], the words after the command. @return REEL_OK; REEL_E_USAGE. */
reel_status reel_args_parse(const reel_command *command, int argc, char **argv, reel_args *out,
                            reel_error *err) REEL_MUST_CHECK;

/** The help text of a command, on stdout. */
void reel_args_help(const reel_command *command);

/** Was the option given? */
bool reel_args_has(const reel_args *args, const char *name);
/** The last value given, or NULL. */
const char *reel_args_get(const reel_args *args, const char *name);
/** Value number `i` of a repeated option, or NULL beyond the end. */
const char *reel_args_get_nth(const reel_args *args, const char *name, int i);

/** What --log or --verbose ask to be told, into *out; untouched without them.
 * @return REEL_OK; REEL_E_USAGE (no such level, or both). */
reel_status reel_args_log_level(const reel_args *args, reel_log_level *out,
                                reel_error *err) REEL_MUST_CHECK;

/** Numbers: the default stays in *out if the option is absent. @return REEL_OK; REEL_E_USAGE. */
reel_status reel_args_int(const reel_args *args, const char *name, int64_t lo, int64_t hi,
                          int64_t *out, reel_error *err) REEL_MUST_CHECK;
reel_status reel_args_u64(const reel_args *args, const char *name, uint64_t *out,
                          reel_error *err) REEL_MUST_CHECK;

/** "832x480". @return REEL_OK; REEL_E_USAGE. */
reel_status reel_parse_size(const char *text, int *width, int *height,
                            reel_error *err) REEL_MUST_CHECK;
/** A whole decimal number without sign. false if it is none or too large. */
bool reel_parse_u64(const char *text, uint64_t *out);

/** The name of `names` (NULL-terminated) that `word` was likely meant to be, or NULL. */
const char *reel_suggest(const char *word, const char *const *names);

REEL_API_END
