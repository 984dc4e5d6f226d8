/* glb_materials.c - materials of the scene as metal-rough ones; see glb_internal.h. */
#include "export/layout/glb_internal.h"

#include <string.h>

struct reel_glb_paint {
    int index, texture;
    double color[3], thickness;
    int material;
};

static double largest(const double c[3])
{
    return fmax(c[0], fmax(c[1], c[2]));
}

/* Reflectance at normal incidence of the dielectric part. */
static double reflectance(double ior)
{
    const double r = (ior - 1) / (ior + 1);
    return r * r;
}

static void put_emission(reel_glb *g, reel_json *o, const reel_material *m)
{
    const double most = largest(m->emission), k = most > 1 ? 1 / most : 1;
    if (most <= 0) {
        return;
    }
    reel_glb_put_reals(g, o, "emissiveFactor",
                       (double[]){m->emission[0] * k, m->emission[1] * k, m->emission[2] * k}, 3);
    if (most > 1) {
        reel_glb_put_real(g, reel_glb_extend(g, o, REEL_GLB_EMISSIVE), "emissiveStrength", most);
    }
}

/* What is clear refracts by its index and reflects by `specular`; what is not has the index of its
 * reflectance. */
static void put_dielectric(reel_glb *g, reel_json *o, const reel_material *m, double thickness)
{
    const bool is_clear = m->transmission > 0;
    const double root = sqrt(m->specular);
    const double ior = is_clear ? m->ior : (1 + root) / (1 - root);
    if (fabs(ior - 1.5) > 1e-9) {
        reel_glb_put_real(g, reel_glb_extend(g, o, REEL_GLB_IOR), "ior", ior);
    }
    const double f0 = reflectance(ior);
    if (is_clear && fabs(m->specular - f0) > 1e-9) {
        /* the colour may go beyond 1, the factor may not; an index of 1 reflects nothing */
        const double k = f0 > 0 ? m->specular / f0 : 0;
        reel_glb_put_reals(g, reel_glb_extend(g, o, REEL_GLB_SPECULAR), "specularColorFactor",
                           (double[]){k, k, k}, 3);
    }
    if (is_clear) {
        reel_glb_put_real(g, reel_glb_extend(g, o, REEL_GLB_TRANSMISSION), "transmissionFactor",
                          m->transmission);
        if (thickness > 0) {
            reel_glb_put_real(g, reel_glb_extend(g, o, REEL_GLB_VOLUME), "thicknessFactor",
                              thickness);
        }
    }
}

static void put_extras(reel_glb *g, reel_json *o, int index, int texture)
{
    const reel_material *m = &g->scene->materials[index];
    reel_json *x = reel_glb_put_object(g, o, "extras");
    reel_glb_put_int(g, x, "material", index);
    reel_glb_put_text(g, x, "pattern", reel_pattern_name(m->pattern));
    if (m->pattern != REEL_PATTERN_PLAIN) {
        reel_glb_put_reals(g, x, "pattern_color", m->color, 3);
        reel_glb_put_reals(g, x, "pattern_color2", m->color2, 3);
        reel_glb_put_real(g, x, "pattern_scale", m->scale);
        reel_glb_put_int(g, x, "pattern_seed", m->seed);
    }
    if (m->image >= 0) {
        reel_glb_put_text(g, x, "image", g->scene->images[m->image].name);
    }
    if (m->normal_image >= 0) {
        reel_glb_put_text(g, x, "normal_image", g->scene->images[m->normal_image].name);
    }
    if (m->bump > 0) {
        reel_glb_put_real(g, x, "bump", m->bump);
    }
    reel_glb_put_real(g, x, "specular", m->specular);
    const bool is_plain = m->pattern == REEL_PATTERN_PLAIN && m->image < 0;
    reel_glb_put_text(g, x, "base_color", texture >= 0 ? "baked" : is_plain ? "exact" : "mean");
}

static int make_material(reel_glb *g, int index, int texture, const double color[3],
                         double thickness)
{
    const reel_material *m = &g->scene->materials[index];
    reel_json *o = reel_json_object();
    reel_glb_put_text(g, o, "name", m->name && m->name[0] ? m->name : "material");
    reel_json *pbr = reel_glb_put_object(g, o, "pbrMetallicRoughness");
    if (texture >= 0) {
        reel_glb_put_int(g, reel_glb_put_object(g, pbr, "baseColorTexture"), "index", texture);
    } else {
        reel_glb_put_reals(g, pbr, "baseColorFactor", (double[]){color[0], color[1], color[2], 1},
                           4);
    }
    reel_glb_put_real(g, pbr, "metallicFactor", m->metallic);
    reel_glb_put_real(g, pbr, "roughnessFactor", m->roughness);
    put_emission(g, o, m);
    put_dielectric(g, o, m, thickness);
    if (m->clearcoat > 0) {
        reel_json *coat = reel_glb_extend(g, o, REEL_GLB_CLEARCOAT);
        reel_glb_put_real(g, coat, "clearcoatFactor", m->clearcoat);
        reel_glb_put_real(g, coat, "clearcoatRoughnessFactor", m->clearcoat_roughness);
    }
    put_extras(g, o, index, texture);
    return reel_glb_append(g, REEL_GLB_MATERIALS, o);
}

int reel_glb_material(reel_glb *g, int index, int texture, const double color[3], double thickness)
{
    for (int i = 0; i < g->n_paints; i++) {
        const reel_glb_paint *p = &g->paints[i];
        if (p->index == index && p->texture == texture && p->thickness == thickness &&
            p->color[0] == color[0] && p->color[1] == color[1] && p->color[2] == color[2]) {
            return p->material;
        }
    }
    const int material = make_material(g, index, texture, color, thickness);
    reel_glb_paint *all =
        reel_arena_grow(&g->arena, g->paints, g->n_paints, &g->max_paints, sizeof *all);
    if (!all) {
        g->failed = true;
        return material;
    }
    g->paints = all;
    reel_glb_paint *p = &g->paints[g->n_paints++];
    *p = (reel_glb_paint){
        .index = index, .texture = texture, .thickness = thickness, .material = material};
    memcpy(p->color, color, sizeof p->color);
    return material;
}
