/* glb_lights.c - suns and lamps as punctual lights, the sky as facts; see glb_internal.h.
 *
 * A ball of power P has the intensity P / (4 pi) in every direction, and so has a spot within its
 * cone; a rectangle has P / pi straight ahead and falls off with the cosine.
 */
#include "base/trig.h"
#include "export/layout/glb_internal.h"

#include <string.h>

/* The rotation that turns +z into the unit vector `to`. */
static reel_quat turn_z_to(reel_vec3 to)
{
    const reel_vec3 helper = fabs(to.x) < 0.9 ? reel_v3(1, 0, 0) : reel_v3(0, 1, 0);
    const reel_vec3 x = reel_v3_unit(reel_v3_cross(helper, to), reel_v3(1, 0, 0));
    const reel_vec3 y = reel_v3_cross(to, x);
    return reel_quat_from_mat3((reel_mat3){{{x.x, y.x, to.x}, {x.y, y.y, to.y}, {x.z, y.z, to.z}}});
}

static reel_json *begin_light(reel_glb *g, const char *name, const char *type, const double c[3],
                              double scale)
{
    const double most = fmax(c[0], fmax(c[1], c[2])), k = most > 0 ? 1 / most : 0;
    reel_json *light = reel_json_object();
    reel_glb_put_text(g, light, "name", name);
    reel_glb_put_text(g, light, "type", type);
    reel_glb_put_reals(g, light, "color", (double[]){c[0] * k, c[1] * k, c[2] * k}, 3);
    reel_glb_put_real(g, light, "intensity", most * scale * g->set.lux);
    return light;
}

static reel_json *add_light(reel_glb *g, reel_json *light, const char *name, int parent,
                            reel_pose pose)
{
    int index;
    reel_json *node = reel_glb_add_node(g, name, parent, &index);
    reel_glb_put_pose(g, node, pose);
    reel_glb_put_int(g, reel_glb_extend(g, node, REEL_GLB_LIGHTS), "light", g->n_lights++);
    if (!g->lights) {
        g->lights = reel_json_array();
    }
    reel_glb_push(g, g->lights, light);
    return reel_glb_put_object(g, node, "extras");
}

static void put_sun(reel_glb *g, const reel_sun *sun)
{
    const char *name = sun->name && sun->name[0] ? sun->name : "sun";
    reel_json *x = add_light(g, begin_light(g, name, "directional", sun->irradiance, 1), name, 0,
                             (reel_pose){{0, 0, 0}, turn_z_to(sun->to_light)});
    reel_glb_put_text(g, x, "light", "sun");
    reel_glb_put_reals(g, x, "irradiance", sun->irradiance, 3);
    reel_glb_put_real(g, x, "angular_radius", sun->angular_radius);
}

static void put_cone(reel_glb *g, reel_json *light, double inner, double outer)
{
    reel_json *spot = reel_glb_put_object(g, light, "spot");
    reel_glb_put_real(g, spot, "innerConeAngle", fmin(inner, 0.999 * outer));
    reel_glb_put_real(g, spot, "outerConeAngle", outer);
}

static void put_lamp(reel_glb *g, const reel_lamp *lamp)
{
    static const char *const kinds[] = {"ball", "rectangle", "spot"};
    const bool is_ball = lamp->kind == REEL_LAMP_SPHERE, is_rect = lamp->kind == REEL_LAMP_RECT;
    reel_json *light = begin_light(g, lamp->name, is_ball ? "point" : "spot", lamp->power,
                                   is_rect ? 1 / REEL_PI : 1 / (4 * REEL_PI));
    if (is_rect) {
        put_cone(g, light, 0, REEL_PI / 2);
    } else if (!is_ball) {
        put_cone(g, light, lamp->cone * (1 - lamp->blend), fmin(lamp->cone, REEL_PI / 2));
    }
    reel_pose pose = {lamp->position, reel_quat_identity()};
    if (!is_ball) {
        pose.q = turn_z_to(reel_v3_scale(lamp->direction, -1));
    }
    reel_json *x =
        add_light(g, light, lamp->name, lamp->body >= 0 ? g->body_node[lamp->body] : 0, pose);
    reel_glb_put_text(g, x, "light", kinds[lamp->kind]);
    reel_glb_put_reals(g, x, "power", lamp->power, 3);
    reel_glb_put_reals(g, x, "size", lamp->size, is_rect ? 2 : 1);
    if (!is_ball) {
        reel_glb_put_vec(g, x, "direction", lamp->direction);
    }
    if (is_rect) {
        reel_glb_put_vec(g, x, "across", lamp->across);
    }
}

void reel_glb_put_lights(reel_glb *g)
{
    for (int i = 0; i < g->scene->n_suns; i++) {
        put_sun(g, &g->scene->suns[i]);
    }
    for (int i = 0; i < g->scene->n_lamps; i++) {
        put_lamp(g, &g->scene->lamps[i]);
    }
}

reel_json *reel_glb_sky(reel_glb *g)
{
    static const char *const kinds[] = {"gradient", "clear", "overcast",
                                        "studio",   "night", "image"};
    const reel_sky *sky = &g->scene->sky;
    reel_json *o = reel_json_object();
    reel_glb_put_text(g, o, "kind", kinds[sky->kind]);
    reel_glb_put_reals(g, o, "zenith", sky->zenith, 3);
    reel_glb_put_reals(g, o, "horizon", sky->horizon, 3);
    reel_glb_put_reals(g, o, "ground", sky->ground, 3);
    reel_glb_put_real(g, o, "strength", sky->strength);
    reel_glb_put_real(g, o, "turn", sky->turn);
    reel_glb_put_real(g, o, "turbidity", sky->turbidity);
    reel_glb_put_int(g, o, "seed", sky->seed);
    if (sky->image >= 0) {
        reel_glb_put_text(g, o, "image", g->scene->images[sky->image].name);
    }
    return o;
}
