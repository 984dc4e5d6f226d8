/*
 * tree.h - joint trees in reduced coordinates: what is jointed stays jointed, to rounding.
 *
 * A forest is a list of nodes, parents first; each is a body and the joint that holds it to its
 * parent (or to the world; a tree without such a joint floats: its first node is TREE_FREE). A body
 * of no mass is allowed between two others (the cross of a universal joint). Rows are what acts
 * besides: gears, distances, motors, end stops; they may go across trees. The caller fills in nodes
 * and rows, tree_step() reads the bodies' states, integrates over one step and, if it can do so
 * with the accuracy it promises, writes the states at the end. Plain data: this part knows nothing
 * of scenes or of ODE. Internal to engine/.
 *
 * tree.c: accelerations. tree_rows.c: what the rows do to them. tree_modes.c: which rows hold.
 * tree_state.c: from states to coordinates and back. tree_step.c: through time.
 */
#pragma once

#include "base/vec.h"
#include <stdbool.h>
#include <stddef.h>

typedef enum tree_joint {
    TREE_FREE = 0, /* the first node of a floating tree */
    TREE_BALL,
    TREE_HINGE,
    TREE_SLIDER,
    TREE_FIXED
} tree_joint;

typedef struct tree_sym { /* a symmetric matrix */
    double xx, yy, zz, xy, xz, yz;
} tree_sym;

/* Scratch of one evaluation; P is the point of the body that its joint holds. */
typedef struct tree_motion {
    reel_mat3 r;       /* world from body */
    reel_vec3 p, v, w; /* of P and of the body; world axes */
    reel_vec3 c;       /* from P to the centre of mass */
    reel_vec3 arm;     /* from the parent's P to P */
    reel_vec3 u;       /* axis */
    tree_sym a,
        m;       /* articulated inertia of the children at P: {{a, h}, {h^T, m}} on {alpha, a_P} */
    reel_mat3 h; /* ball, free: in the end with its own */
    reel_vec3 pn, pf;    /* articulated bias: moment, force */
    reel_vec3 zn, zf;    /* accelerations that are there without the joint's own */
    tree_sym ai, mi;     /* ball: inverse of a; free: of what is left of m */
    reel_mat3 g;         /* ball: ai h */
    reel_vec3 un, uf;    /* hinge, slider: articulated inertia times the axis */
    double d, push;      /* axis . inertia . axis; the joint's force less the bias along it */
    double rate;         /* hinge, slider: acceleration of the coordinate */
    reel_vec3 own;       /* ball: angular acceleration without that of P */
    reel_vec3 turn, acc; /* alpha and a_P; less gravity */
    reel_quat q;
    /* what rows put in (moment at P, force, along the coordinate), and what that does */
    reel_vec3 in_n, in_f, more_own, more_turn, more_acc;
    double in_push, more_push, more_rate;
} tree_motion;

typedef struct tree_node {
    /* constant over the step, filled in by the caller */
    int parent; /* index of an earlier node, or -1: the world */
    tree_joint joint;
    double mass;             /* 0: nothing but its joint, and then no inertia */
    reel_mat3 inertia;       /* kg m^2 about the centre of mass, body frame */
    reel_vec3 anchor;        /* m, body frame, from the centre of mass; free: 0 */
    reel_vec3 parent_anchor; /* the same in the parent's frame; of the world: the place itself */
    reel_vec3 axis;          /* unit, body frame (hinge) */
    reel_vec3 parent_axis;   /* unit, parent's frame (hinge, slider) */
    reel_quat parent_from;   /* orientation in the parent's frame (slider, fixed) */
    double damping;          /* N m s or N s/m */
    double stiffness, slack; /* hinge, slider: N m or N/m; its coordinate, 0 at the step's start */
    reel_vec3 force, torque; /* N at the centre of mass, N m: constant, world frame */

    /* the body's state: read at the start of a step, written at its end */
    reel_vec3 p, v, w;
    reel_quat q;

    /* of the last step: what its joint did to it (at the point it holds), mean */
    reel_vec3 load_force, load_torque;

    /* scratch */
    int at;          /* of its coordinates */
    int tree, last;  /* first node of its tree, and the first's: its last */
    reel_vec3 reach; /* from the parent's P to the place of this P, parent's frame */
    reel_quat rel;   /* orientation in the parent's frame where the coordinate is 0 */
    tree_sym own;    /* inertia about P, body frame */
    int round;       /* 1 + axis that it is even about, with `even` + `odd`; 0: none */
    double even, odd;
    int straight;                             /* 1 + axis that P is on; 0: none */
    bool has_child, last_child;               /* has one; is the last of its parent's */
    bool linked;                              /* first of its tree: a row acts on it from outside */
    double drive;                             /* a saturated motor's force */
    reel_vec3 f, t;                           /* what acts on it now, at the centre of mass */
    reel_vec3 start_arm, start_spin, start_v; /* P from the centre of mass, I w, v at the start */
    reel_vec3 start_at;                       /* P from the parent's centre of mass at the start */
    reel_vec3 link_force, link_torque;        /* N s, N m s from rows, at the centre of mass */
    tree_motion now;
} tree_node;

typedef enum tree_row_kind {
    TREE_GEAR = 0, /* coordinate of a = ratio * coordinate of b */
    TREE_LENGTH,   /* distance of two points: spring, damper, rod (lo == hi), rope, strut */
    TREE_STOP,     /* coordinate of a stays in lo..hi; what hits a stop stays there */
    TREE_MOTOR     /* drives the rate of a's coordinate with a force of at most `most` */
} tree_row_kind;

enum { TREE_ROWS = 48, TREE_STAGES = 7, TREE_SIZE = 13, TREE_SUMS = 1 };
#define TREE_SERVO 60.0 /* 1/s: a servo's rate by what it lacks */

typedef struct tree_row {
    /* filled in by the caller */
    tree_row_kind kind;
    int a, b;     /* nodes; length: -1 is the world */
    double ratio; /* gear */
    double error; /* gear: coordinate of a - ratio * that of b is too large by this */
    reel_vec3 at_a,
        at_b; /* length: from the centres of mass, body frames; of the world: the place */
    double stiffness, rest, damping; /* length */
    double lo, hi;                   /* m or coordinate; infinite: none */
    double target;                   /* motor: rate, or servo: coordinate */
    double most;                     /* motor: N or N m */
    double cap;                      /* servo: its largest rate; 0: not a servo */

    /* of the last step: on a, mean */
    reel_vec3 load;    /* length: N */
    double load_along; /* gear: N or N m */

    /* scratch */
    int mode;            /* 0: off. stop, length: -1 at lo, 1 at hi. motor: -1, 1 pushes with all it
                            has, 2 holds. gear: 1 */
    int zone;            /* servo: -1, 1 at its largest rate, 0 near the target */
    double force;        /* multiplier of the constraint (while it holds) */
    double lack;         /* of its rate when its mode was chosen: made up for evenly over a step */
    double length, rate; /* now */
    reel_vec3 along;     /* length: unit, from b's point to a's */
    reel_vec3 arm_a, arm_b; /* length: from P to the points */
    double pull;            /* spring and damper, along */
    reel_vec3 stage_f[TREE_STAGES], stage_a[TREE_STAGES], stage_b[TREE_STAGES];
    double stage_l[TREE_STAGES];
    double sum_along;
} tree_row;

typedef struct tree {
    int n, n_rows;
    tree_node *nodes;
    tree_row *rows;
    double *room;   /* tree_room(n) doubles */
    double stretch; /* s: length of stretch to begin with, 0: not known; left as found best */

    /* of the last step */
    double work; /* J, done by `force`, `torque` and motors */
    double loss; /* J that making the velocities agree with the joints took */
    int n_steps; /* steps of the integrator, those taken back included */

    /* scratch */
    int size;      /* coordinates and sums */
    int stage;     /* of the integrator */
    double damped; /* 1, or 0 while impulses are distributed */
    bool sprung;   /* rows push by where they are */
    bool all_ball; /* no joint needs its parent's place, velocity or orientation as such */
    bool working;  /* something does work that is to be known */
    double h;
    reel_vec3 gravity;
    int n_active, active[TREE_ROWS];
    double k[TREE_ROWS][TREE_ROWS]; /* responses of active rows to one another, then factors */
} tree;

/* Doubles of scratch that a tree of n nodes needs. */
static inline int tree_room(int n)
{
    return (TREE_STAGES + 2) * (TREE_SIZE * n + TREE_SUMS + 1);
}

/*
 * One step of h seconds. False, with all states as they were: a joint gapes by more than a
 * millimetre or 10 mrad, rows change their minds too often, or the motion is too fast or too stiff
 * to be integrated. Velocities that do not agree with the joints are made to by impulses of the
 * joints.
 */
bool tree_step(tree *t, double h, reel_vec3 gravity);

/* tree.c: y has the coordinates, whose order is told there; dy is their rate of change. */
void tree_rates(tree *t, const double *y, double *dy);
void tree_place(tree *t, const double *y); /* places and velocities */
/* Accelerations under f and t of what tree_place() has placed: now.turn, .acc, .rate; and all that
 * tree_respond() needs. */
void tree_accelerate(tree *t, const double *y);
/* What in_n, in_f and in_push of the nodes of one tree do: now.more_... */
void tree_respond(tree *t, int first, int last);
void tree_put_rates(const tree *t, double *y); /* turn, acc, rate as the rates of coordinates */

/* tree_state.c */
bool tree_enter(tree *t, double *y); /* states into coordinates; false: a joint gapes too far */
void tree_leave(tree *t, const double *y);

/* tree_rows.c */
void tree_measure_rows(tree *t, const double *y); /* lengths, rates; springs into f and t */
/* Second derivatives of the active rows that keep them as they are. */
void tree_want_rows(const tree *t, double *wanted);
/* The active rows' forces that have them so, added to the accelerations. */
void tree_hold_rows(tree *t, const double *wanted);
void tree_note_rows(tree *t);           /* forces of this stage, */
void tree_sum_rows(tree *t, double dt); /* and their sums over a stretch */
void tree_sum_impulses(tree *t);        /* forces are impulses: at once */

/* tree_modes.c */
/* Bodies at rest get f and t as impulses, rows held: rates in y. */
void tree_project(tree *t, double *y);
/* Which rows hold where the tree is now; makes velocities agree where something hits, and closes a
 * part of what the rows gape if `close`. False: it is not to be had. */
bool tree_choose_modes(tree *t, double *y, bool first);
double tree_margin(const tree *t, const double *y); /* < 0: a row's mode is over */
