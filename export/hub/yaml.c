/* yaml.c - see yaml.h; the only file that talks to libyaml. */
#include "export/hub/yaml.h"
#include "base/alloc.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 32 };

typedef struct reader {
    yaml_parser_t parser;
    const char *file;
    int first_line;
    reel_status status;
    reel_error *err;
} reader;

static void refuse(reader *r, size_t line, const char *why)
{
    if (!r->status) {
        r->status = reel_fail_at(r->err, REEL_E_CONFLICT, r->file, r->first_line + (int)line, NULL,
                                 "%s", why);
    }
}

static bool next(reader *r, yaml_event_t *event)
{
    if (r->status) {
        return false;
    }
    if (!yaml_parser_parse(&r->parser, event)) {
        refuse(r, r->parser.problem_mark.line,
               r->parser.problem ? r->parser.problem : "is no YAML");
        return false;
    }
    return true;
}

static bool is_one_of(const char *text, const char *const *words)
{
    while (*words && strcmp(*words, text) != 0) {
        words++;
    }
    return *words != NULL;
}

static reel_json *scalar(const char *text, bool plain)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", NULL};
    char *end = NULL;
    if (!plain) {
        return reel_json_string(text);
    }
    if (is_one_of(text, nulls)) {
        return reel_json_null();
    }
    if (is_one_of(text, trues) || is_one_of(text, falses)) {
        return reel_json_bool(is_one_of(text, trues));
    }
    if (strspn(text, "+-.0123456789eE") == strlen(text)) {
        errno = 0;
        const long long whole = strtoll(text, &end, 10);
        if (!*end && !errno) {
            return reel_json_int(whole);
        }
        const double real = strtod(text, &end);
        if (!*end) {
            return reel_json_real(real);
        }
    }
    return reel_json_string(text);
}

static reel_json *read_value(reader *r, const yaml_event_t *event, int depth);

static void fill_sequence(reader *r, reel_json *array, int depth)
{
    yaml_event_t event;
    while (next(r, &event)) {
        const bool end = event.type == YAML_SEQUENCE_END_EVENT;
        if (!end && !reel_json_push(array, read_value(r, &event, depth + 1)) && !r->status) {
            r->status = reel_fail(r->err, REEL_E_NOMEM, "out of memory");
        }
        yaml_event_delete(&event);
        if (end) {
            return;
        }
    }
}

/* The value of the key in `key`, put into `object`. */
static void read_member(reader *r, reel_json *object, const yaml_event_t *key, int depth)
{
    yaml_event_t event;
    if (key->type != YAML_SCALAR_EVENT) {
        refuse(r, key->start_mark.line, "a key is not a plain word");
        return;
    }
    const char *name = (const char *)key->data.scalar.value;
    if (reel_json_get(object, name)) {
        refuse(r, key->start_mark.line, "a key is there twice");
        return;
    }
    if (next(r, &event)) {
        if (!reel_json_put(object, name, read_value(r, &event, depth + 1)) && !r->status) {
            r->status = reel_fail(r->err, REEL_E_NOMEM, "out of memory");
        }
        yaml_event_delete(&event);
    }
}

static void fill_mapping(reader *r, reel_json *object, int depth)
{
    yaml_event_t event;
    while (next(r, &event)) {
        const bool end = event.type == YAML_MAPPING_END_EVENT;
        if (!end) {
            read_member(r, object, &event, depth);
        }
        yaml_event_delete(&event);
        if (end) {
            return;
        }
    }
}

static bool has_tag(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT: return event->data.scalar.tag != NULL;
    case YAML_SEQUENCE_START_EVENT: return event->data.sequence_start.tag != NULL;
    case YAML_MAPPING_START_EVENT: return event->data.mapping_start.tag != NULL;
    default: return false;
    }
}

/* NULL after a failure, which r->status tells. */
static reel_json *read_value(reader *r, const yaml_event_t *event, int depth)
{
    reel_json *value = NULL;
    if (depth > MAX_DEPTH) {
        refuse(r, event->start_mark.line, "is nested too deeply");
    } else if (has_tag(event)) {
        refuse(r, event->start_mark.line, "tags are not understood here");
    } else if (event->type == YAML_SCALAR_EVENT) {
        value = scalar((const char *)event->data.scalar.value,
                       event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE);
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        value = reel_json_array();
        fill_sequence(r, value, depth);
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        value = reel_json_object();
        fill_mapping(r, value, depth);
    } else {
        refuse(r, event->start_mark.line, "aliases are not understood here");
    }
    return value;
}

reel_status reel_yaml_parse(const char *text, size_t size, const char *file, int first_line,
                            reel_json **out, reel_error *err)
{
    reader r = {.file = file, .first_line = first_line, .err = err};
    yaml_event_t event;
    reel_json *value = NULL;
    if (!yaml_parser_initialize(&r.parser)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, size);
    while (!value && next(&r, &event)) {
        const bool end = event.type == YAML_STREAM_END_EVENT;
        if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_START_EVENT &&
            !end) {
            value = read_value(&r, &event, 0);
        }
        yaml_event_delete(&event);
        if (end) {
            refuse(&r, 0, "is empty");
        }
    }
    yaml_parser_delete(&r.parser);
    if (!r.status && !value) {
        r.status = reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    if (r.status) {
        reel_json_destroy(&value);
        return r.status;
    }
    *out = value;
    return REEL_OK;
}
