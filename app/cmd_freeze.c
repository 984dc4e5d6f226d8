/* cmd_freeze.c - physreel freeze: a scene as JSON on stdout */
#include "app/app.h"
#include "app/plan.h"
#include "base/scene_json.h"
#include <stdio.h>
#include <string.h>

static int print_scene(const reel_scene *scene, bool pretty)
{
    reel_error err = {0};
    char *text = NULL;
    size_t size = 0;
    reel_status status = pretty ? reel_scene_encode_pretty(scene, &text, &size, &err)
                                : reel_scene_encode(scene, &text, &size, &err);
    int exit_status = status ? reel_app_fail(NULL, &err) : reel_app_print(text);
    reel_free(text);
    return exit_status;
}

static int cmd_freeze(const reel_args *args)
{
    reel_error err = {0};
    reel_freeze_options options = reel_freeze_options_default();
    reel_scene *scene = NULL;
    static const char *overrides[REEL_MAX_ARGS];
    const char *size = reel_args_get(args, "size");
    int64_t fps = options.fps, frames = options.frames;
    for (int i = 0; (overrides[i] = reel_args_get_nth(args, "param", i)) != NULL; i++) {
        options.n_overrides = i + 1;
    }
    options.overrides = overrides;
    options.agent = reel_args_get(args, "agent");
    options.views = reel_args_get(args, "views");
    reel_status status = reel_args_u64(args, "seed", &options.seed, &err);
    status = status ? status : reel_args_int(args, "fps", 1, 10000, &fps, &err);
    status = status ? status : reel_args_int(args, "frames", 1, REEL_MAX_FRAMES, &frames, &err);
    if (!status && size) {
        status = reel_parse_size(size, &options.width, &options.height, &err);
    }
    options.fps = (int)fps;
    options.frames = (int)frames;
    status = status ? status : reel_scene_freeze(args->arguments[0], &options, &scene, &err);
    if (status) {
        return reel_app_fail(NULL, &err);
    }
    int exit_status = print_scene(scene, reel_args_has(args, "pretty"));
    reel_scene_destroy(&scene);
    return exit_status;
}

static const reel_option options[] = {
    {.name = "seed",
     .value = "N",
     .help = "seed of the scene (default 0). A run derives one for each\n"
             "clip: \"seed\" in the clip's manifest"},
    {.name = "param",
     .letter = 'p',
     .value = "KEY=VALUE",
     .repeats = true,
     .help = "fix a parameter of the scene (physreel list)"},
    {.name = "size", .value = "WxH", .help = "pixels, even (default 832x480)"},
    {.name = "fps", .value = "N", .help = "frames a second (default 24)"},
    {.name = "frames", .value = "N", .help = "frames of the clip (default 121)"},
    {.name = "agent", .value = "KIND", .help = "push, force or camera, as of physreel run"},
    {.name = "views", .value = "three", .help = "cameras left, center and right"},
    {.name = "pretty", .help = "with line breaks and indentation"},
    {0},
};

const reel_command reel_cmd_freeze = {
    .name = "freeze",
    .arguments = "SCENE",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "run a scene script and print the frozen scene",
    .details =
        "The text is canonical JSON; its SHA-256 is the scene's digest. A frozen scene can be\n"
        "given wherever a script can.",
    .example =
        "  physreel freeze tower --seed 3 --pretty > tower.json\n"
        "  physreel run tower.json -o out/tower",
    .options = options,
    .run = cmd_freeze,
};
