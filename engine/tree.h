/*
 * tree.h - joint trees in reduced coordinates: what is jointed stays jointed, to rounding.
 *
 * A tree is a list of nodes, parents first; each is a body and the joint that holds it to its
 * parent (or to the world; a tree without such a joint floats: its first node is TREE_FREE). The
 * caller fills in the nodes, tree_step() reads the bodies' states, integrates over one step and, if
 * it can do so with the accuracy it promises, writes the states at the end. Plain data: this part
 * knows nothing of scenes or of ODE. Internal to engine/.
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

/* Scratch of one evaluation; P is the point of the body that its joint holds. */
typedef struct tree_motion {
    reel_quat q;
    reel_mat3 r;         /* world from body */
    reel_vec3 p, v, w;   /* of P and of the body; world axes */
    reel_vec3 c;         /* from P to the centre of mass */
    reel_vec3 arm;       /* from the parent's P to P */
    reel_vec3 u;         /* axis */
    reel_mat3 a, h, m;   /* articulated inertia at P: {{a, h}, {h^T, m}} on {alpha, a_P} */
    reel_vec3 pn, pf;    /* articulated bias: moment, force */
    reel_vec3 zn, zf;    /* accelerations that are there without the joint's own */
    reel_mat3 ai, g;     /* ball: inverse of a, and ai h */
    reel_vec3 un, uf;    /* hinge, slider: articulated inertia times the axis */
    double d, push;      /* axis . inertia . axis; the joint's force less the bias along it */
    double rate;         /* hinge, slider: acceleration of the coordinate */
    reel_vec3 own;       /* ball: angular acceleration without that of P */
    reel_vec3 turn, acc; /* alpha and a_P; less gravity */
} tree_motion;

typedef struct tree_node {
    /* constant over the step, filled in by the caller */
    int parent; /* index of an earlier node, or -1: the world */
    tree_joint joint;
    double mass;
    reel_mat3 inertia;       /* kg m^2 about the centre of mass, body frame */
    reel_vec3 anchor;        /* m, body frame, from the centre of mass; free: 0 */
    reel_vec3 parent_anchor; /* the same in the parent's frame; of the world: the place itself */
    reel_vec3 axis;          /* unit, body frame (hinge) */
    reel_vec3 parent_axis;   /* unit, parent's frame (hinge, slider) */
    reel_quat parent_from;   /* orientation in the parent's frame (slider, fixed) */
    double damping;          /* N m s or N s/m */
    double lo, hi;           /* the coordinate, 0 at the start of the step, stays between */
    reel_vec3 force, torque; /* N at the centre of mass, N m: constant, world frame */

    /* the body's state: read at the start of a step, written at its end */
    reel_vec3 p, v, w;
    reel_quat q;

    /* scratch */
    int at;          /* of its coordinates */
    reel_vec3 reach; /* from the parent's P to the place of this P, parent's frame */
    reel_quat rel;   /* orientation in the parent's frame where the coordinate is 0 */
    reel_vec3 f, t;  /* what acts on it now */
    tree_motion now;
} tree_node;

enum { TREE_SIZE = 13, TREE_SUMS = 4, TREE_STAGES = 6 };

typedef struct tree {
    int n;
    tree_node *nodes;
    double *room; /* tree_room(n) doubles */

    /* of the last step */
    double work;              /* J, done by `force` and `torque` */
    double loss;              /* J that making the velocities agree with the joints took */
    reel_vec3 ground_impulse; /* N s, of the world's joint on the tree */
    int n_steps;              /* steps of the integrator, those taken back included */

    /* scratch */
    int size;      /* coordinates and sums */
    double damped; /* 1, or 0 while impulses are distributed */
    reel_vec3 gravity, ground;
} tree;

/* Doubles of scratch that a tree of n nodes needs. */
static inline int tree_room(int n)
{
    return (TREE_STAGES + 2) * (TREE_SIZE * n + TREE_SUMS);
}

/*
 * One step of h seconds. False, with all states as they were: a joint gapes by more than a
 * millimetre or 10 mrad, a coordinate leaves [lo, hi], or the motion is too fast or too stiff to be
 * integrated. Velocities that do not agree with the joints are made to by impulses of the joints.
 */
bool tree_step(tree *t, double h, reel_vec3 gravity);

/* tree.c: y has the coordinates, whose order is told there; dy is their rate of change. */
void tree_rates(tree *t, const double *y, double *dy);
/* In two parts: places and velocities of all nodes; then now.turn, .acc, .rate, and t->ground. */
void tree_place(tree *t, const double *y);
void tree_accelerate(tree *t, const double *y);
