/* preset.c - settings that go together, by the name of what expects them (see plan.h) */
#include "app/plan.h"
#include <string.h>

/* Sources of the figures: docs/presets.md. */
static const reel_preset presets[] = {
    {.name = "movi",
     .about = "Kubric's MOVi data sets",
     .values = {{"size", "256x256"}, {"frames", "24"}, {"fps", "12"}}},
    {.name = "wan",
     .about = "Wan 2.1 and its trainers: 4 n + 1 frames",
     .values = {{"size", "832x480"}, {"frames", "81"}, {"fps", "16"}}},
    {.name = "jepa",
     .about = "V-JEPA 2: 4 s, which hold its 16 frames at 4 a second",
     .values = {{"size", "256x256"}, {"frames", "48"}, {"fps", "12"}}},
    {.name = "lerobot",
     .about = "LeRobot: 5 s at 30 a second, a key frame at every second frame",
     .values = {{"size", "640x480"}, {"frames", "150"}, {"fps", "30"}, {"keyint", "2"}}},
    {.name = "physics-iq",
     .about = "the Physics-IQ benchmark: 8 s from the left, the center and the right",
     .values = {{"size", "1280x720"}, {"frames", "240"}, {"fps", "30"}, {"views", "three"}}},
};

const reel_preset *reel_preset_list(int *n)
{
    *n = (int)(sizeof presets / sizeof presets[0]);
    return presets;
}

const reel_preset *reel_preset_find(const char *name)
{
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++) {
        if (strcmp(presets[i].name, name) == 0) {
            return &presets[i];
        }
    }
    return NULL;
}

const char *reel_preset_value(const reel_preset *preset, const char *key)
{
    for (int i = 0; preset && i < REEL_PRESET_VALUES && preset->values[i].key; i++) {
        if (strcmp(preset->values[i].key, key) == 0) {
            return preset->values[i].value;
        }
    }
    return NULL;
}
