/*
 * materials.c - the named materials.
 *
 * Densities are those of the solid substance (CRC Handbook of Chemistry and Physics, and for woods
 * the Wood Handbook of the US Forest Products Laboratory, air dry). Friction is given per surface
 * such that the rule for pairs, sqrt(a b), meets handbook values for common pairs (wood on wood
 * 0.3..0.5, steel on steel 0.4 unlubricated); where it does not, pairs.c says what does.
 * Restitution is of a ball or block of the substance on a hard floor at a few m/s; the rule for
 * pairs is the larger one, so floors have little. Rolling resistance lengths are those of a smooth
 * sphere on a hard plane.
 */
#include "scenes/words.h"

#include <string.h>

#define PLAIN   REEL_PATTERN_PLAIN
#define CHECKER REEL_PATTERN_CHECKER
#define NOISE   REEL_PATTERN_NOISE
#define WOOD    REEL_PATTERN_WOOD
#define MARBLE  REEL_PATTERN_MARBLE
#define TILES   REEL_PATTERN_TILES
#define BRUSHED REEL_PATTERN_BRUSHED
#define FABRIC  REEL_PATTERN_FABRIC

/* clang-format off */
/* name, lists, kind, colour, kg/m^3, friction, restitution, rolling m, pattern, sRGB, sRGB 2, scale m, roughness, metallic */
static const reel_material_word materials[] = {
    {"acrylic", "", "plastic", NULL, 1180, 0.40, 0.55, 5e-5, PLAIN, 0xd8dcdc, 0xd8dcdc, 0.1, 0.06, 0},
    {"aluminium", "metals", "metal", "gray", 2700, 0.40, 0.55, 2e-5, PLAIN, 0xd4d6d8, 0xd4d6d8, 0.1, 0.28, 1},
    {"asphalt", "floors", "stone", "gray", 2300, 0.80, 0.20, 5e-4, NOISE, 0x545352, 0x6a6967, 0.03, 0.90, 0},
    {"brass", "metals", "metal", "yellow", 8500, 0.40, 0.60, 2e-5, PLAIN, 0xe4c078, 0xe4c078, 0.1, 0.24, 1},
    {"brick", "stones", "stone", "red", 1900, 0.65, 0.25, 1e-4, NOISE, 0x8f4a35, 0x9c5843, 0.02, 0.85, 0},
    {"brushed aluminium", "brushed", "metal", "gray", 2700, 0.40, 0.55, 2e-5, BRUSHED, 0xe2e4e6, 0xbcbfc2, 0.06, 0.34, 1},
    {"brushed steel", "brushed", "metal", "gray", 7850, 0.40, 0.65, 2e-5, BRUSHED, 0xcdcfd1, 0xa0a2a5, 0.06, 0.30, 1},
    {"car paint", "glossy", "metal", NULL, 7800, 0.35, 0.50, 3e-5, NOISE, 0x2456b8, 0x2a60c6, 0.001, 0.36, 0.45},
    {"cardboard", "light", "board", "brown", 150, 0.45, 0.20, 4e-4, NOISE, 0xb08a5c, 0xbf9a6e, 0.02, 0.85, 0},
    {"carpet", "floors", "cloth", "gray", 300, 0.75, 0.05, 2e-3, NOISE, 0x7b746c, 0x918a80, 0.02, 0.95, 0},
    {"cast iron", "", "metal", "black", 7200, 0.35, 0.50, 3e-5, NOISE, 0x3c3d40, 0x46474a, 0.01, 0.55, 1},
    {"checker", "floors indoor", "stone", "gray", 2300, 0.50, 0.20, 1e-4, CHECKER, 0xd0ccc4, 0x6f6e72, 0.25, 0.55, 0},
    {"concrete", "floors stones indoor", "stone", "gray", 2400, 0.60, 0.20, 1e-4, NOISE, 0x93969a, 0xb2b4b6, 0.16, 0.80, 0},
    {"copper", "metals", "metal", "orange", 8960, 0.40, 0.50, 2e-5, PLAIN, 0xe09a78, 0xe09a78, 0.1, 0.26, 1},
    {"cork", "light", "cork", "brown", 220, 0.55, 0.45, 3e-4, NOISE, 0xa5764a, 0x96693f, 0.012, 0.90, 0},
    {"denim", "fabrics", "cloth", "blue", 500, 0.60, 0.05, 1e-3, FABRIC, 0x3a5378, 0xaab3bd, 0.0016, 0.90, 0},
    {"felt", "soft", "cloth", NULL, 300, 0.35, 0.05, 1.5e-4, NOISE, 0x1f6b45, 0x1d6641, 0.006, 0.95, 0},
    {"foam", "light soft", "foam", NULL, 40, 0.70, 0.35, 1e-3, NOISE, 0xd9c64f, 0xcab840, 0.01, 0.95, 0},
    {"frosted glass", "", "glass", "cyan", 2500, 0.45, 0.65, 3e-5, PLAIN, 0xd2e2de, 0xd2e2de, 0.1, 0.40, 0},
    {"glass", "", "glass", "cyan", 2500, 0.40, 0.65, 2e-5, PLAIN, 0xc4dcd8, 0xc4dcd8, 0.1, 0.05, 0},
    {"gold", "metals", "metal", "yellow", 19300, 0.40, 0.40, 2e-5, PLAIN, 0xf2c766, 0xf2c766, 0.1, 0.22, 1},
    {"granite", "floors stones", "stone", "gray", 2700, 0.55, 0.30, 5e-5, NOISE, 0x6a6867, 0x989490, 0.03, 0.35, 0},
    {"grass", "floors", "grass", "green", 600, 0.65, 0.05, 5e-3, NOISE, 0x48672c, 0x69854a, 0.05, 0.95, 0},
    {"ice", "", "ice", "cyan", 917, 0.05, 0.30, 5e-5, MARBLE, 0xcfe4ec, 0xb4d2de, 0.20, 0.12, 0},
    {"ivory", "balls", "ball", "white", 1800, 0.20, 0.92, 2e-5, PLAIN, 0xefe6cf, 0xefe6cf, 0.1, 0.12, 0},
    {"lacquer", "glossy", "wood", NULL, 650, 0.35, 0.35, 1e-4, PLAIN, 0xb3261e, 0xb3261e, 0.1, 0.50, 0},
    {"lead", "", "metal", "gray", 11340, 0.45, 0.15, 1e-4, PLAIN, 0x6f7276, 0x6f7276, 0.1, 0.55, 1},
    {"leather", "", "cloth", "brown", 860, 0.50, 0.30, 4e-4, NOISE, 0x6d4128, 0x7a4a2e, 0.008, 0.60, 0},
    {"linen", "fabrics", "cloth", "beige", 450, 0.55, 0.05, 1e-3, FABRIC, 0xcdbfa3, 0xd8ccb4, 0.0022, 0.90, 0},
    {"linoleum", "floors indoor", "plastic", "gray", 1200, 0.50, 0.20, 1e-4, NOISE, 0x96a3a4, 0xa7b2b2, 0.05, 0.45, 0},
    {"marble", "floors stones indoor", "stone", "white", 2700, 0.45, 0.30, 3e-5, MARBLE, 0xdedbd7, 0xcac6c2, 0.55, 0.15, 0},
    {"nylon", "", "plastic", "white", 1140, 0.22, 0.60, 5e-5, PLAIN, 0xe6e4da, 0xe6e4da, 0.1, 0.35, 0},
    {"oak", "woods floors indoor", "wood", "brown", 720, 0.45, 0.35, 1e-4, WOOD, 0xc6ad8a, 0xb2976f, 0.014, 0.50, 0},
    {"painted metal", "paintable", "metal", NULL, 7800, 0.40, 0.50, 3e-5, PLAIN, 0x2456b8, 0x2456b8, 0.1, 0.30, 0},
    {"painted wood", "paintable", "wood", NULL, 650, 0.40, 0.35, 1e-4, PLAIN, 0xb3261e, 0xb3261e, 0.1, 0.38, 0},
    {"parquet", "floors indoor", "wood", "brown", 700, 0.45, 0.25, 1e-4, WOOD, 0xab8d6c, 0x917456, 0.018, 0.40, 0},
    {"phenolic", "balls", "ball", NULL, 1700, 0.12, 0.93, 2e-5, PLAIN, 0xb3261e, 0xb3261e, 0.1, 0.10, 0},
    {"pine", "woods floors indoor", "wood", "beige", 500, 0.45, 0.35, 1e-4, WOOD, 0xe0caa6, 0xcfb58c, 0.018, 0.55, 0},
    {"plaster", "floors stones indoor", "stone", "white", 1100, 0.55, 0.15, 1e-4, NOISE, 0xcfcecb, 0xdedddb, 0.22, 0.90, 0},
    {"plastic", "paintable", "plastic", NULL, 1050, 0.35, 0.60, 5e-5, PLAIN, 0x2456b8, 0x2456b8, 0.1, 0.30, 0},
    {"porcelain", "stones", "stone", "white", 2400, 0.30, 0.50, 2e-5, PLAIN, 0xeeece6, 0xeeece6, 0.1, 0.08, 0},
    {"rubber", "paintable", "rubber", NULL, 1100, 0.85, 0.75, 2e-4, PLAIN, 0x2456b8, 0x2456b8, 0.1, 0.62, 0},
    {"sand", "floors", "sand", "beige", 1600, 0.65, 0.02, 1e-2, NOISE, 0xcdb98f, 0xbca57b, 0.06, 0.98, 0},
    {"sandstone", "floors stones", "stone", "beige", 2300, 0.65, 0.25, 1e-4, NOISE, 0xc6ab84, 0xb0926b, 0.05, 0.90, 0},
    {"slate", "floors stones", "stone", "gray", 2750, 0.55, 0.25, 5e-5, NOISE, 0x596067, 0x737a80, 0.05, 0.55, 0},
    {"steel", "metals", "metal", "gray", 7850, 0.40, 0.65, 2e-5, PLAIN, 0xb9bbbd, 0xb9bbbd, 0.1, 0.20, 1},
    {"styrofoam", "", "foam", "white", 28, 0.45, 0.45, 3e-4, NOISE, 0xefefee, 0xe6e6e5, 0.006, 0.85, 0},
    {"teak", "woods floors", "wood", "brown", 650, 0.45, 0.35, 1e-4, WOOD, 0xa07d58, 0x846340, 0.012, 0.45, 0},
    {"terracotta", "stones", "stone", "orange", 1900, 0.60, 0.25, 1e-4, NOISE, 0xb4643c, 0xa5562f, 0.04, 0.80, 0},
    {"tiles", "floors indoor", "stone", "white", 2300, 0.45, 0.25, 5e-5, TILES, 0xcfd2d3, 0x868b8e, 0.30, 0.22, 0},
    {"tweed", "fabrics", "cloth", NULL, 400, 0.65, 0.05, 1.5e-3, FABRIC, 0x7a5a3c, 0x9c7a55, 0.004, 0.95, 0},
    {"walnut", "woods floors", "wood", "brown", 640, 0.45, 0.35, 1e-4, WOOD, 0x7b5d46, 0x604533, 0.013, 0.45, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0, 0, PLAIN, 0, 0, 0, 0, 0},
};
/* clang-format on */

/* Relief in m of the patterns, lacquer, and what light passes through: refractive indices of the
 * CRC Handbook. What stands in no row is smooth, bare and opaque. */
static const reel_material_finish finishes[] = {
    {.name = "acrylic", .transmission = 1, .ior = 1.49},
    {.name = "asphalt", .bump = 0.002},
    {.name = "brick", .bump = 0.0012},
    {.name = "brushed aluminium", .bump = 2.5e-5},
    {.name = "brushed steel", .bump = 2e-5},
    {.name = "car paint", .clearcoat = 1},
    {.name = "cardboard", .bump = 0.0003},
    {.name = "carpet", .bump = 0.0018},
    {.name = "cast iron", .bump = 0.0003},
    {.name = "concrete", .bump = 0.0012},
    {.name = "cork", .bump = 0.0006},
    {.name = "denim", .bump = 0.0004},
    {.name = "felt", .bump = 0.0004},
    {.name = "foam", .bump = 0.0006},
    {.name = "frosted glass", .transmission = 1, .ior = 1.5},
    {.name = "glass", .transmission = 1, .ior = 1.5},
    {.name = "grass", .bump = 0.008},
    {.name = "ice", .transmission = 0.8, .ior = 1.31},
    {.name = "lacquer", .clearcoat = 1},
    {.name = "leather", .bump = 0.0005},
    {.name = "linen", .bump = 0.0006},
    {.name = "phenolic", .clearcoat = 0.5},
    {.name = "plaster", .bump = 0.0025},
    {.name = "sand", .bump = 0.003},
    {.name = "sandstone", .bump = 0.0012},
    {.name = "slate", .bump = 0.0012},
    {.name = "styrofoam", .bump = 0.0003},
    {.name = "terracotta", .bump = 0.0008},
    {.name = "tiles", .bump = 0.0018},
    {.name = "tweed", .bump = 0.001},
};

const reel_material_finish *reel_material_find_finish(const char *name)
{
    for (size_t i = 0; i < sizeof(finishes) / sizeof(finishes[0]); i++) {
        if (strcmp(finishes[i].name, name) == 0) {
            return &finishes[i];
        }
    }
    return NULL;
}

const reel_material_word *reel_material_words(void)
{
    return materials;
}

const reel_material_word *reel_material_find(const char *name)
{
    for (const reel_material_word *m = materials; m->name; m++) {
        if (strcmp(m->name, name) == 0) {
            return m;
        }
    }
    return NULL;
}

const char *reel_material_of_floor(const char *name)
{
    static const char *const words[][2] = {{"carpet", "carpeted"},
                                           {"checker", "checkered"},
                                           {"grass", "grassy"},
                                           {"sand", "sandy"},
                                           {"tiles", "tiled"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i][0], name) == 0) {
            return words[i][1];
        }
    }
    return name;
}
