/* args.c - see args.h */
#include "app/args.h"
#include "base/scene.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Optimal string alignment distance (insert, delete, replace, swap of neighbours). */
static int edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 32 };
    int d[LONGEST + 1][LONGEST + 1];
    int n = (int)strlen(a), m = (int)strlen(b);
    if (n > LONGEST || m > LONGEST) {
        return LONGEST;
    }
    for (int i = 0; i <= n; i++) {
        for (int j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best) {
                best = d[i - 2][j - 2] + 1;
            }
            d[i][j] = best;
        }
    }
    return d[n][m];
}

const char *reel_suggest(const char *word, const char *const *names)
{
    const char *nearest = NULL;
    int least = 0;
    for (; *names; names++) {
        int distance = edit_distance(word, *names);
        if (!nearest || distance < least) {
            nearest = *names;
            least = distance;
        }
    }
    int longest = (int)strlen(word);
    return nearest && least <= (longest > 5 ? 3 : longest > 2 ? 2 : 1) ? nearest : NULL;
}

const reel_option reel_common_options[] = {
    {.name = "log",
     .value = "LEVEL",
     .help = "what is told on stderr beside errors: error, warning,\n"
             "info (default; what scripts print) or debug"},
    {.name = "verbose", .letter = 'v', .help = "--log debug"},
    {0},
};

static const reel_option *find_long(const reel_command *command, const char *name, size_t length)
{
    const reel_option *const lists[] = {command->options, reel_common_options};
    for (int i = 0; i < 2; i++) {
        for (const reel_option *o = lists[i]; o->name; o++) {
            if (strlen(o->name) == length && strncmp(o->name, name, length) == 0) {
                return o;
            }
        }
    }
    return NULL;
}

static const reel_option *find_letter(const reel_command *command, char letter)
{
    const reel_option *const lists[] = {command->options, reel_common_options};
    for (int i = 0; i < 2; i++) {
        for (const reel_option *o = lists[i]; o->name; o++) {
            if (o->letter && o->letter == letter) {
                return o;
            }
        }
    }
    return NULL;
}

static reel_status unknown_option(const reel_command *command, const char *name, size_t length,
                                  reel_error *err)
{
    enum { MOST = 64 };
    const char *names[MOST + 1];
    int n = 0;
    for (const reel_option *o = command->options; o->name && n < MOST - 4; o++) {
        names[n++] = o->name;
    }
    for (const reel_option *o = reel_common_options; o->name && n < MOST; o++) {
        names[n++] = o->name;
    }
    names[n] = NULL;
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), name);
    const char *near = reel_suggest(word, names);
    if (near) {
        return reel_fail(err, REEL_E_USAGE, "no option --%s; did you mean --%s?", word, near);
    }
    return reel_fail(err, REEL_E_USAGE, "no option --%s; see physreel %s --help", word,
                     command->name);
}

/* Take one option at argv[*i]; advances *i over a value of its own. */
static reel_status parse_option(const reel_command *command, int argc, char **argv, int *i,
                                reel_args *out, reel_error *err)
{
    const char *word = argv[*i];
    const reel_option *option = NULL;
    const char *value = NULL;
    if (word[1] == '-') {
        const char *equals = strchr(word, '=');
        size_t length = equals ? (size_t)(equals - word - 2) : strlen(word + 2);
        option = find_long(command, word + 2, length);
        value = equals ? equals + 1 : NULL;
        if (!option) {
            return unknown_option(command, word + 2, length, err);
        }
    } else {
        option = find_letter(command, word[1]);
        value = word[2] ? word + 2 : NULL;
        if (!option) {
            return reel_fail(err, REEL_E_USAGE, "no option -%c; see physreel %s --help", word[1],
                             command->name);
        }
    }
    if (!option->value && value) {
        return reel_fail(err, REEL_E_USAGE, "--%s takes no value", option->name);
    }
    if (option->value && !value) {
        if (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0) {
            return reel_fail(err, REEL_E_USAGE, "--%s needs a value: %s", option->name,
                             option->value);
        }
        value = argv[++*i];
    }
    if (!option->repeats && reel_args_has(out, option->name)) {
        return reel_fail(err, REEL_E_USAGE, "--%s was given twice", option->name);
    }
    out->options[out->n_options].option = option;
    out->options[out->n_options].value = value;
    out->n_options++;
    return REEL_OK;
}

reel_status reel_args_parse(const reel_command *command, int argc, char **argv, reel_args *out,
                            reel_error *err)
{
    out->command = command;
    out->help = false;
    out->n_options = 0;
    out->n_arguments = 0;
    if (argc > REEL_MAX_ARGS) {
        return reel_fail(err, REEL_E_USAGE, "more than %d words", REEL_MAX_ARGS);
    }
    bool options_end = false;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (!options_end && strcmp(word, "--") == 0) {
            options_end = true;
        } else if (!options_end && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
            out->help = true;
            return REEL_OK;
        } else if (!options_end && word[0] == '-' && word[1]) {
            reel_status status = parse_option(command, argc, argv, &i, out, err);
            if (status) {
                return status;
            }
        } else {
            out->arguments[out->n_arguments++] = word;
        }
    }
    if (out->n_arguments < command->min_arguments) {
        return reel_fail(err, REEL_E_USAGE, "physreel %s needs %s; see physreel %s --help",
                         command->name, command->arguments, command->name);
    }
    if (out->n_arguments > command->max_arguments) {
        return reel_fail(err, REEL_E_USAGE, "one argument too many: %s",
                         out->arguments[command->max_arguments]);
    }
    return REEL_OK;
}

static void print_option(const reel_option *o)
{
    char head[64];
    char letter[8] = "    ";
    if (o->letter) {
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    }
    snprintf(head, sizeof head, "%s--%s%s%s", letter, o->name, o->value ? " " : "",
             o->value ? o->value : "");
    const char *line = o->help;
    printf("  %-26s", head);
    if (strlen(head) > 26) {
        printf("\n  %-26s", "");
    }
    while (line) {
        const char *end = strchr(line, '\n');
        printf(" %.*s\n", end ? (int)(end - line) : (int)strlen(line), line);
        line = end ? end + 1 : NULL;
        if (line) {
            printf("  %-26s", "");
        }
    }
}

void reel_args_help(const reel_command *command)
{
    printf("usage: physreel %s [options]%s%s\n\n%s\n", command->name,
           command->arguments[0] ? " " : "", command->arguments, command->summary);
    if (command->details[0]) {
        printf("\n%s\n", command->details);
    }
    printf("\noptions:\n");
    for (const reel_option *o = command->options; o->name; o++) {
        print_option(o);
    }
    for (const reel_option *o = reel_common_options; o->name; o++) {
        print_option(o);
    }
    print_option(&(reel_option){.name = "help", .letter = 'h', .help = "this text"});
    printf("\nexample:\n%s\n", command->example);
}

const char *reel_args_get_nth(const reel_args *args, const char *name, int n)
{
    for (int i = 0; i < args->n_options; i++) {
        if (strcmp(args->options[i].option->name, name) == 0 && n-- == 0) {
            return args->options[i].value;
        }
    }
    return NULL;
}

const char *reel_args_get(const reel_args *args, const char *name)
{
    const char *value = NULL;
    for (int i = 0; i < args->n_options; i++) {
        if (strcmp(args->options[i].option->name, name) == 0) {
            value = args->options[i].value;
        }
    }
    return value;
}

bool reel_args_has(const reel_args *args, const char *name)
{
    for (int i = 0; i < args->n_options; i++) {
        if (strcmp(args->options[i].option->name, name) == 0) {
            return true;
        }
    }
    return false;
}

reel_status reel_args_log_level(const reel_args *args, reel_log_level *out, reel_error *err)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    const char *text = reel_args_get(args, "log");
    if (text && reel_args_has(args, "verbose")) {
        return reel_fail(err, REEL_E_USAGE, "--log and --verbose say the same thing: give one");
    }
    if (reel_args_has(args, "verbose")) {
        *out = REEL_LOG_DEBUG;
    }
    for (int i = 0; text && i < 4; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (reel_log_level)i;
            return REEL_OK;
        }
    }
    return text ? reel_fail(err, REEL_E_USAGE, "--log %s: not one of error, warning, info, debug",
                            text)
                : REEL_OK;
}

bool reel_parse_u64(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    if (!*text) {
        return false;
    }
    for (; *text; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(*text - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

reel_status reel_args_u64(const reel_args *args, const char *name, uint64_t *out, reel_error *err)
{
    const char *text = reel_args_get(args, name);
    if (text && !reel_parse_u64(text, out)) {
        return reel_fail(err, REEL_E_USAGE, "--%s %s: not a whole number from 0 to 2^64 - 1", name,
                         text);
    }
    return REEL_OK;
}

reel_status reel_args_int(const reel_args *args, const char *name, int64_t lo, int64_t hi,
                          int64_t *out, reel_error *err)
{
    const char *text = reel_args_get(args, name);
    uint64_t value = 0;
    if (!text) {
        return REEL_OK;
    }
    if (!reel_parse_u64(text, &value) || value > (uint64_t)hi || (int64_t)value < lo) {
        return reel_fail(err, REEL_E_USAGE, "--%s %s: not a whole number from %lld to %lld", name,
                         text, (long long)lo, (long long)hi);
    }
    *out = (int64_t)value;
    return REEL_OK;
}

reel_status reel_parse_size(const char *text, int *width, int *height, reel_error *err)
{
    char w[8] = "", h[8] = "";
    uint64_t w_px = 0, h_px = 0;
    const char *x = strchr(text, 'x');
    if (x && x - text < 8 && strlen(x + 1) < 8) {
        memcpy(w, text, (size_t)(x - text));
        memcpy(h, x + 1, strlen(x + 1));
    }
    if (!reel_parse_u64(w, &w_px) || !reel_parse_u64(h, &h_px) || w_px < 16 || h_px < 16 ||
        w_px > REEL_MAX_SIDE || h_px > REEL_MAX_SIDE || w_px % 2 || h_px % 2) {
        return reel_fail(err, REEL_E_USAGE,
                         "size %s: not WIDTHxHEIGHT with even numbers from 16 to %d", text,
                         REEL_MAX_SIDE);
    }
    *width = (int)w_px;
    *height = (int)h_px;
    return REEL_OK;
}
