/*
 * scene_text.h - scenes to text and back, for tests that expect it to work.
 */
#pragma once

#include "base/scene_json.h"
#include "tests/check.h"

static inline char *encoded(const reel_scene *s, size_t *size)
{
    char *text = NULL;
    reel_error err = {0};
    if (reel_scene_encode(s, &text, size, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s", err.field, err.msg);
    }
    return text;
}

static inline reel_scene *decoded(const char *text)
{
    reel_scene *s = NULL;
    reel_error err = {0};
    if (reel_scene_decode(text, strlen(text), "test", &s, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s", err.field, err.msg);
    }
    return s;
}
