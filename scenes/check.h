/*
 * check.h - what the files of validation share: where in the scene a fault is, and checks of
 * numbers that name it. Internal to this folder.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

/** The part of the scene that is looked at: a list, an index, and the name of the entry. */
typedef struct reel_spot {
    reel_error *err;
    const char *list; /**< NULL: the scene itself */
    int i;
    const char *name; /**< NULL: has none */
} reel_spot;

/** REEL_E_SCENE with a field such as "bodies[3] (ball).mass". */
reel_status reel_check_bad(const reel_spot *at, const char *member, const char *fmt, ...)
    REEL_PRINTF(3, 4);

/** Finite and within lo .. hi. */
reel_status reel_check_range(const reel_spot *at, const char *member, double v, double lo,
                             double hi);
/** Finite and > 0. */
reel_status reel_check_positive(const reel_spot *at, const char *member, double v);
/** Finite. */
reel_status reel_check_vector(const reel_spot *at, const char *member, reel_vec3 v);
/** Of length 1, to 1e-6. */
reel_status reel_check_unit(const reel_spot *at, const char *member, reel_vec3 v);
/** A finite place and a unit quaternion. */
reel_status reel_check_pose(const reel_spot *at, const char *member, reel_pose pose);
/** Three numbers within 0 .. hi. */
reel_status reel_check_colors(const reel_spot *at, const char *member, const double v[3],
                              double hi);
/** 0 <= i < n. */
reel_status reel_check_index(const reel_spot *at, const char *member, int i, int n);
/** The names of `n` rows of `stride` bytes, each beginning with its name: present, once each. */
reel_status reel_check_names(reel_error *err, const char *list, const void *rows, size_t stride,
                             int n);
/** Lower-case letters, digits and _, one at least. */
bool reel_check_is_word(const char *s);

/* Parts of reel_scene_validate(). */
reel_status reel_check_shapes(const reel_scene *s, reel_error *err); /**< check_bodies.c */
reel_status reel_check_bodies(const reel_scene *s, reel_error *err); /**< check_bodies.c */
reel_status reel_check_motion(const reel_scene *s, reel_error *err); /**< check_motion.c */
reel_status reel_check_forces(const reel_scene *s, reel_error *err); /**< check_motion.c */
reel_status reel_check_lights(const reel_scene *s, reel_error *err); /**< check_lights.c */
reel_status reel_check_views(const reel_scene *s, reel_error *err);  /**< check_views.c */

#define REEL_TRY(call)            \
    do {                          \
        reel_status st_ = (call); \
        if (st_ != REEL_OK) {     \
            return st_;           \
        }                         \
    } while (0)

REEL_API_END
