/*
 * scene_scripts.h - scripts written in a test: frozen from text, with what went wrong at hand.
 */
#pragma once

#include "base/scene_json.h"
#include "scenes/scenes.h"
#include "scenes/validate.h"
#include "tests/check.h"

/* A script whose build function has this body. */
#define BUILD(body) "scene { family = \"test\", build = function(world, p)\n" body "\nend }"

static reel_error script_error;

static inline reel_scene *freeze_with(const char *text, const reel_freeze_options *options)
{
    reel_scene *scene = NULL;
    script_error = (reel_error){0};
    const reel_status st =
        reel_scene_freeze_text("dir/test.lua", text, strlen(text), options, &scene, &script_error);
    if (st != script_error.status || (st == REEL_OK) != (scene != NULL)) {
        CHECK_FAIL("status %d, error %d, scene %p", st, script_error.status, (void *)scene);
    }
    return scene;
}

static inline reel_scene *freeze_seed(const char *text, uint64_t seed)
{
    reel_freeze_options options = reel_freeze_options_default();
    options.seed = seed;
    return freeze_with(text, &options);
}

/* The scene of a script that is right. */
static inline reel_scene *freeze(const char *text)
{
    reel_scene *scene = freeze_seed(text, 0);
    if (!scene) {
        CHECK_FAIL("refused: %d: %s: %s", script_error.line, script_error.field, script_error.msg);
    }
    return scene;
}

/* Canonical text of a scene; the caller frees it. (Inlined, gcc 12 warns of what is not there.) */
__attribute__((noinline, unused)) static char *text_of(const reel_scene *scene)
{
    char *text = NULL;
    size_t size;
    CHECK(reel_scene_encode(scene, &text, &size, NULL) == REEL_OK);
    return text;
}
