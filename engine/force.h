/*
 * force.h - what the parts of the force fields share. Internal to engine/.
 *
 * force.c says which bodies a step's fields reach and how they hang together, force_step.c carries
 * them through the step, force_law.c has the laws, solid.c and solid_round.c what they need to know
 * of shapes.
 */
#pragma once

#include "engine/sim.h"

/* Part of a solid that is under a plane. */
typedef struct solid_cut {
    double volume;    /* m^3 */
    reel_vec3 moment; /* m^4: volume times the place of its centroid, geom frame */
} solid_cut;

/* solid.c: geoms that have a volume. Vectors are in the geom's frame. */
double solid_area(const reel_scene *scene, const reel_geom *geom, reel_vec3 along);
solid_cut solid_under(const reel_scene *scene, const reel_geom *geom, reel_vec3 up, double level);

/* solid_skin.c: points that stand for the surface; `out` may be NULL. Returns how many. */
typedef struct skin_point {
    reel_vec3 at, normal; /* geom frame; outwards */
    double area;
} skin_point;
int solid_skin(const reel_scene *scene, const reel_geom *geom, skin_point *out);

/* solid_round.c: what of a solid lies at up . x <= level; `up` is a unit vector. */
/* Round about z, of radius r0 at z = lo and r1 at z = hi; r0 or r1 may be 0. */
solid_cut cut_frustum(double lo, double hi, double r0, double r1, reel_vec3 up, double level);
/* The half z side >= 0 (side: 1 or -1) of a ball about the origin. */
solid_cut cut_half_ball(double radius, double side, reel_vec3 up, double level);
/* Ellipsoid about the origin. */
solid_cut cut_ellipsoid(reel_vec3 axes, reel_vec3 up, double level);

/* Constants of a geom that fields act on. */
typedef struct force_part {
    double volume;    /* 0: they do not see it */
    reel_vec3 centre; /* of the volume, geom frame */
    double bound;     /* m: all of it is within so much of the centre */
    int n_skin;       /* of bodies that have drag */
    skin_point *skin;
} force_part;

typedef enum flyer_kind {
    FLYER_FREE = 0, /* nothing but forces acts on it */
    FLYER_HELD,     /* contacts or joints too: only the mean force is found */
    FLYER_STILL,    /* asleep or static: acts on others */
} flyer_kind;

/* Coordinates of a body on its way, and their rates. Doubles only. */
typedef struct flyer_state {
    reel_vec3 p, v;
    reel_quat q;
    reel_vec3 spin;  /* N m s, angular momentum */
    reel_vec3 push;  /* N s, of the fields so far */
    reel_vec3 twist; /* N m s, of the fields so far */
    double work;     /* J, of the fields and the timeline so far */
} flyer_state;

enum { FLYER_SIZE = sizeof(flyer_state) / sizeof(double) };

/* A body as the laws see it at one instant. */
typedef struct flyer {
    int body;
    flyer_kind kind;
    /* of the instant */
    reel_vec3 p, v, w;
    reel_mat3 r;                 /* world from body */
    reel_vec3 force, torque;     /* of all fields */
    reel_vec3 drag, drag_torque; /* of air and water: part of the above */
} flyer;

struct sim_forces {
    int n_fields;
    bool *active;          /* [n_fields] in this step */
    uint8_t *reaches;      /* [n_fields][n_bodies]: by tag and nature */
    force_part *parts;     /* [n_geoms] */
    double *stokes_radius; /* [n_bodies] m: of the ball of the same volume */
    double *volume;        /* [n_bodies] m^3 */

    /* scratch of one step */
    uint8_t *role;                     /* [n_bodies] force_role */
    int *root;                         /* [n_bodies] */
    int *next;                         /* [n_bodies] in the group */
    bool *flown;                       /* [n_bodies] moved in this step: nobody else shall */
    bool *held;                        /* [n_bodies] had a changing force, but was not free */
    reel_vec3 *slowed_v, *slowed_spin; /* [n_bodies] of held ones at the end, were there but drag */
    flyer *flyers;                     /* [n_bodies] */
    flyer_state *start, *end, *rates;  /* [n_bodies], rates: times FORCE_STAGES */
};

enum { FORCE_STAGES = 6 };

/* force_law.c */
/* Sets the forces and torques on all flyers at their present states. */
void forces_evaluate(const reel_sim *sim, flyer *flyers, int n);
/* Of one field between two bodies; false: it does not act between them. */
bool force_between(const reel_sim *sim, int field, const flyer *a, const flyer *b,
                   reel_vec3 *force_on_a, reel_vec3 *torque_a, reel_vec3 *torque_b);
bool force_is_mutual(const reel_force_field *field);
bool force_has_inside(const reel_force_field *field, reel_vec3 p);
flyer flyer_of(const reel_sim *sim, int body, flyer_kind kind);

/* force_step.c */
/* Carries n flyers through the step: `out` has their states at its end. */
reel_status forces_integrate(reel_sim *sim, int n, flyer_state **out, reel_error *err);
