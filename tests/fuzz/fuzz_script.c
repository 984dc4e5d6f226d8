/*
 * fuzz_script.c - any bytes as a scene script.
 *
 * Within a small budget every script ends: refused with a status, a message and the script's name,
 * or as a scene that is valid and freezes to the same bytes again.
 */
#include "base/scene_json.h"
#include "scenes/scenes.h"
#include "scenes/validate.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not assert: a build without it must still find things. */
static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "fuzz_script: does not hold: %s\n", what);
        abort();
    }
}

static reel_scene *freeze(const uint8_t *data, size_t size)
{
    reel_freeze_options options = reel_freeze_options_default();
    reel_scene *scene = NULL;
    reel_error err = {0};
    options.max_steps = 300 * 1000;
    options.max_bytes = (size_t)16 << 20;
    const reel_status st =
        reel_scene_freeze_text("fuzz.lua", (const char *)data, size, &options, &scene, &err);
    if (st != REEL_OK) {
        must(!scene && err.status == st && err.msg[0], "a refusal says why");
        must(st == REEL_E_SCENE, "and it is the script's fault");
        must(strcmp(err.file, "fuzz.lua") == 0, "and names the script");
    }
    return scene;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    reel_scene *a = freeze(data, size);
    if (!a) {
        return 0;
    }
    reel_scene *b = freeze(data, size);
    char *ta = NULL, *tb = NULL;
    size_t na = 0, nb = 0;
    must(reel_scene_validate(a, NULL) == REEL_OK, "a frozen scene is valid");
    must(reel_scene_encode(a, &ta, &na, NULL) == REEL_OK, "and encodes");
    if (b) { /* a script that depends on hash order may be found out at the second time only */
        must(reel_scene_encode(b, &tb, &nb, NULL) == REEL_OK, "so does the second");
        must(na == nb && memcmp(ta, tb, na) == 0, "to the same bytes");
    }
    reel_free(ta);
    reel_free(tb);
    reel_scene_destroy(&a);
    reel_scene_destroy(&b);
    return 0;
}
