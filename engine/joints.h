/*
 * joints.h - what the joint files of the engine share: joints.c (what a joint is, where it stands),
 * joint_check.c (which make sense), joint_ode.c and gears.c (how ODE gets them), joint_books.c
 * (what they carried). Internal to engine/.
 */
#pragma once

#include "engine/sim.h"

/* Share of the step h that a spring's or damper's coefficients are judged by. */
#define JOINT_EXPLICIT                                                        \
    0.25 /* k h^2 / inertia: a spring that is no stiffer is pushed explicitly \
          */

static inline bool joint_is_ground(const reel_sim *sim, int body)
{
    return body < 0 || !sim->bodies[body].dynamic;
}

static inline reel_pose joint_pose_of(const reel_sim *sim, int body)
{
    if (body < 0) {
        return reel_pose_identity();
    }
    return (reel_pose){sim->state.bodies[body].p, sim->state.bodies[body].q};
}

/* Has it one freedom along its own axis that can be driven. */
static inline bool joint_is_driveable(reel_joint_kind kind)
{
    return kind == REEL_JOINT_HINGE || kind == REEL_JOINT_SLIDER;
}

/* A distance joint that only pulls and pushes elastically, or a gear: it holds no two bodies. */
static inline bool joint_is_rod(const reel_joint *joint)
{
    return joint->kind == REEL_JOINT_DISTANCE && joint->has_limits && joint->lo == joint->hi;
}

/* Where the joint is now, in world axes. */
typedef struct joint_place {
    reel_vec3 at, at_b;    /* its anchors on a and on b */
    reel_vec3 axis;        /* hinge, slider: b's; universal: a's; distance: from b's end to a's */
    double position, rate; /* see reel_joint; a gear's are its errors */
    double length;         /* distance: of `at` - `at_b` */
} joint_place;
joint_place joint_find(const reel_sim *sim, int joint);
double joint_gap(const reel_sim *sim, int joint, const joint_place *place); /* joint_separation() */

/* kg m^2 or kg that the joint's position sees at `place`. */
double joint_inertia(const reel_sim *sim, int joint, const joint_place *place);

/* joint_ode.c */
void joint_create_ode(reel_sim *sim,
                      int joint); /* in its reference pose: history leaves no trace */
void joint_destroy_ode(reel_sim *sim, int joint);
/* Speed that the motor asks for where the joint is. */
double joint_motor_speed(const reel_joint *joint, double target, double position);

/* `force` along the joint's coordinate, on the bodies (for ODE) and on the joint's load. */
void joint_push(reel_sim *sim, int joint, const joint_place *place, double force);

/* joint_check.c */
reel_status joint_check(const reel_sim *sim, int joint, reel_error *err);
