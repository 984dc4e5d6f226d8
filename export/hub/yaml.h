/*
 * yaml.h - YAML text as JSON values, for front matter of cards.
 *
 * Plain scalars become null, booleans, integers and numbers as YAML 1.2's core schema has them;
 * quoted ones are strings. Aliases, tags and duplicate keys are refused. Thread-safety: pure
 * function.
 */
#pragma once

#include "base/json.h"

REEL_API_BEGIN

/** One document. @param file  for messages. @param first_line  of the text in that file, from 1.
 * @return REEL_OK; REEL_E_CONFLICT (names the line); REEL_E_NOMEM. */
reel_status reel_yaml_parse(const char *text, size_t size, const char *file, int first_line,
                            reel_json **out, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
