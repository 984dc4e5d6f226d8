/*
 * render.c - names and defaults of the renderer's options.
 */
#include "render/render.h"

#include <string.h>

static const char *const quality_names[REEL_QUALITY_COUNT] = {"labels", "draft", "standard", "high",
                                                              "reference"};

const char *reel_quality_name(reel_quality quality)
{
    assert(quality >= 0 && quality < REEL_QUALITY_COUNT);
    return quality_names[quality];
}

bool reel_quality_find(const char *name, reel_quality *out)
{
    for (int i = 0; i < REEL_QUALITY_COUNT; i++) {
        if (strcmp(name, quality_names[i]) == 0) {
            *out = (reel_quality)i;
            return true;
        }
    }
    return false;
}

reel_render_options reel_render_options_default(void)
{
    return (reel_render_options){.quality = REEL_QUALITY_STANDARD,
                                 .depth_scale = REEL_DEPTH_SCALE_DEFAULT};
}
