/*
 * sim.h - what the parts of the engine share: the world's constants, its state, scratch memory.
 * Internal to engine/. ODE's objects appear as pointers to its struct tags only.
 *
 * The state (sim_state) is ours, ODE's bodies are a mirror of it that is written before a solver
 * runs and read after it. So a checkpoint is a copy of sim_state and nothing else. Everything else
 * in reel_sim is constant after open, or scratch of one step.
 */
#pragma once

#include "base/take.h"
#include "engine/engine.h"

struct dxWorld;
struct dxSpace;
struct dxBody;
struct dxGeom;
struct dxJoint;
struct dxJointGroup;
struct dJointFeedback;

enum {
    SIM_PAIR_CONTACTS = 4, /* contacts kept of one pair of geoms */
    SIM_EXACT_ROWS = 60,   /* an island with more constraint rows is swept, */
    SIM_STACK_ROWS = 124,  /* a stack only with more than these; joints: QuickStep */
    SIM_ITERATIONS = 20,   /* of QuickStep */
    SIM_MERGE_STEPS = 2,   /* a contact that is gone for no more steps than this goes on */
    COLLIDER_CONTACTS = 24 /* room for the points of one pair of geoms */
};
#define SIM_ERP             0.2   /* share of a contact's depth that is to go per step */
#define SIM_JOINT_ERP       0.4   /* the same for the errors of joints */
#define SIM_PUSH_SPEED      0.05  /* m/s: fastest push that depth alone may cause */
#define SIM_SOFTNESS        2e-2  /* contact compliance as a share of the effective inertia */
#define SIM_LONE_SOFTNESS   4e-3  /* of a body on one or two points of what stands still */
#define SIM_BIAS            1e-9  /* m: depth bias against degenerate contacts */
#define SIM_REST_SHARE      0.15  /* of a step's fall (m/s): faster is no rest, */
#define SIM_REST_SPEED      6e-3  /* nor is what is faster than this (m/s) */
#define SIM_SLOP            1e-4  /* m: depth of a point at rest in a swept island */
#define SIM_MARGIN          1e-8  /* m: shapes are thicker by so much for the collider only */
#define SIM_IMPACT_SOFTNESS 1e-13 /* compliance of fast impacts */
#define SIM_IMPACT_WINDOW   0.01  /* s: what counts as the impact of an event */
#define SIM_SETTLE_TIME     0.1   /* s: depths before this are not judged */
#define SIM_MAX_POSITION    1e4   /* m: sanity limits of each step */
#define SIM_MAX_SPEED       1e3   /* m/s */
#define SIM_MAX_OMEGA       1e4   /* rad/s */

/* Constants of a body. */
typedef struct body_fixed {
    struct dxBody *ode; /* NULL: static */
    bool dynamic;
    bool round; /* its inertia is a multiple of the identity */
    double mass, inv_mass;
    reel_mat3 inertia, inv_inertia; /* body frame */
    double reach;                   /* m: from the origin to the farthest point of its geoms */
    double thin;                    /* m: half of the least extent of what collides */
    uint64_t key;                   /* hash of its name: stable when other bodies come or go */
} body_fixed;

/* How much a body trembles (watch.c). */
typedef struct tremble {
    reel_vec3 p; /* pose at the window's beginning */
    reel_quat q;
    double way;  /* m, of its surface since then */
    double peak; /* m/s, of its surface */
    int32_t steps, reversals;
} tremble;

/* What a fast body may have met on its way (tunnel.c), and the depth that it must not pass. */
typedef struct obstacle {
    int geom;
    double depth;
} obstacle;

/* A body before the step's solvers. */
typedef struct body_before {
    reel_vec3 p;
    reel_quat q;
    reel_vec3 v, w;
    double debt;
    bool instant; /* had an impact between the steps */
} body_before;

/* What changes about a body. */
typedef struct body_state {
    reel_vec3 p;
    reel_quat q;
    double r[12]; /* rotation matrix in ODE's layout: 3 rows of 4 */
    reel_vec3 v, w;
    reel_vec3 contact; /* N s: contact impulse since the last sample */
    reel_vec3 applied; /* N s: impulse of timeline and force fields since the last sample */
    reel_vec3 ref_p;   /* pose from which stillness is measured */
    reel_quat ref_q;
    reel_vec3 mid_p; /* pose half way through the quiet time */
    reel_quat mid_q;
    int32_t quiet;  /* steps without leaving ref */
    bool ready;     /* still for so long that it may fall asleep */
    int32_t group;  /* 0 awake; else 1 + smallest body of the island that fell asleep */
    bool free;      /* flew freely in the last step */
    double stretch; /* s: how finely the joint trees that it is the first of have to be cut */
    double debt;    /* s that it lost when it was stopped at a touch (tunnel.c) */
    tremble tremble;
    reel_vec3 push; /* N: of force fields, mean of the last step that it was awake */
    reel_vec3 still_force, still_torque; /* asleep: of fields between bodies when it fell asleep */
    bool still_known;                    /* they are */
    reel_vec3 held_force, held_torque; /* N, N m: mean of all but air and water, if that slows it */
    bool present;                      /* there: neither waiting to be spawned nor removed */
    bool placed;                       /* spawned since the last sample */
} body_state;

enum { SIM_JOINT_FEEDBACKS = 4 }; /* of the joint, its damper, its longest and shortest length */

/* Constants of a joint, and its mirror in ODE. */
typedef struct joint_fixed {
    struct dxJoint *ode, *damper;
    struct dJointFeedback *feedback; /* [SIM_JOINT_FEEDBACKS] */
    int rows;                        /* constraint rows, motor, limit and damper included */
} joint_fixed;

/* Where a joint holds its bodies: from step 0, or from the moment that it is attached. */
typedef struct joint_frame {
    reel_vec3 anchor_a, anchor_b; /* in the bodies' frames (the world's, without body_b) */
    reel_vec3 axis_a, axis_b;     /* universal: axis in a, axis2 in b */
    reel_vec3 side_a;             /* universal: axis2 in a */
    reel_quat a_from_b0;          /* relative orientation at position 0 */
    double inertia;               /* kg m^2 or kg that the joint's position sees, about */
    double offset;                /* gear: what it is counted from */
} joint_frame;

typedef struct joint_state {
    joint_frame frame;
    bool released; /* or not yet attached: it is not there */
    bool broken;
    double target;
    double position;                 /* rad or m; hinges count whole turns */
    reel_vec3 force, torque;         /* N, N m on body_a in the last step, about its anchor */
    reel_vec3 sum_force, sum_torque; /* N s, N m s since the last sample */
    double load;                     /* gear: its force along joint_a's coordinate, ODE's islands */
} joint_state;

/* A pair of bodies that touch: an event that has not ended. */
typedef struct touch {
    reel_event event;
    reel_vec3 tangent;                /* N s: tangential impulse of the impact, as a vector */
    int64_t last_step;                /* last step with a contact */
    reel_vec3 support;                /* N: force on a, smoothed; goes on while the bodies sleep */
    double last_end;                  /* s: when it ended, if last_step was the last */
    double parting;                   /* m/s along the normal, after last_step */
    double time[3];                   /* s in contact, by reel_event_motion */
    int32_t motion;                   /* reel_event_motion of last_step */
    int32_t last_geom_a, last_geom_b; /* of the deepest point of last_step */
    reel_vec3 last_normal;
    int64_t last_impact; /* last step with an approach of more than REEL_IMPACT_SPEED */
} touch;

/* What a contact point leaves to the next step (hold.c). */
typedef struct hold {
    int32_t body_a, body_b, geom_a, geom_b;
    reel_vec3 at;         /* where the point was */
    reel_vec3 force;      /* N on a, at the step's end */
    double load;          /* N along the normal, smoothed */
    int32_t age;          /* steps that the load is the mean of */
    reel_vec3 on_a, on_b; /* m: the point on either surface, in the bodies' frames */
    reel_vec3 normal;     /* in the frame of b */
    bool swept;           /* by the solver of that step (sweep.c) */
    uint16_t sides;       /* of its rows (exact.c) */
} hold;

typedef struct sim_state {
    int64_t step;
    body_state *bodies;
    int n_holds, cap_holds;
    hold *holds; /* in the order of the contacts; those of pairs asleep too */
    joint_state *joints;
    int n_touches, cap_touches;
    touch *touches; /* by (body_a, body_b) */
    int n_events, cap_events;
    reel_event *events; /* ended ones */
    double work;        /* J done by actions and motors */
    reel_vec3 impulse;  /* N s from outside since the last sample */
    reel_vec3 momentum; /* N s at the last sample */
    double start_energy, top_kinetic, low_potential, top_potential, total_work;
    double placed_potential; /* J, that spawned bodies brought and removed ones took */
    int64_t asleep_samples;
    reel_audit audit;
    double *channel; /* [n_channels] sums over the steps since the last sample */
} sim_state;

/* One contact point of this step. */
typedef struct contact {
    int32_t pair; /* index into pairs: canonical order */
    int32_t k;    /* number within the pair */
    int32_t body_a, body_b, geom_a, geom_b;
    reel_vec3 pos, normal; /* normal from b towards a */
    double depth;
    double solver_depth; /* m, as the solver is told */
    double approach;     /* m/s along -normal at the touch if it is fresh, else before the step */
    reel_vec3 meeting;   /* m/s, of a minus b, before the step */
    double since;        /* s from the touch to the start of the step, estimated (fresh) */
    bool instant;        /* the touch had an impact of its own: it is over at once */
    double friction, restitution, rolling;
    reel_vec3 belt;    /* m/s: how the surface of a runs by itself less that of b, tangential */
    reel_vec3 impulse; /* N s on a in this step, given before the solver ran */
    reel_vec3 force;   /* N on a, from the solver */
    reel_vec3 held;    /* N on a, at the end of the step before */
    reel_vec3 lasting; /* N on a, at the end of this step */
    double load;       /* N along the normal, smoothed over the steps before (hold.c) */
    int32_t age;       /* number of those steps */
    bool parted;       /* a point held before, now a gap (hold.c): for sweep.c only */
    bool swept;        /* solved by sweep.c */
    uint16_t sides;    /* where its rows ended in the step before, then in this one (exact.c) */
    reel_vec3 on_a, on_b, normal_b; /* as in hold */
    int32_t next;                   /* contact of the same island, or -1 */
    bool fresh;                     /* the pair did not touch in the step before */
    struct dJointFeedback *feedback;
} contact;

typedef struct geom_pair {
    int32_t body_a, body_b, geom_a, geom_b;
    bool done;
} geom_pair;

typedef enum island_kind {
    ISLAND_NONE = 0, /* static or asleep */
    ISLAND_FREE,     /* one body that nothing touches */
    ISLAND_IMPACT,   /* free bodies that have just met: own time of impact */
    ISLAND_TREE,     /* joints only, in reduced coordinates (tree_island.c) */
    ISLAND_EXACT,
    ISLAND_SWEEP,     /* more rows, contacts only */
    ISLAND_ITERATIVE, /* more rows, with joints */
} island_kind;

typedef struct island {
    island_kind kind;
    int first;         /* first body, then next_in_island[] */
    int first_contact; /* then contact.next, ascending */
    int n_bodies, rows;
    int n_meetings;           /* pairs of bodies that touch */
    int n_contacts, n_points; /* without and with those that have parted */
    bool jointed;
    bool geared;
    bool grounded;   /* touches something static or hangs on the world */
    bool on_belt;    /* touches a surface that runs by itself */
    bool all_free;   /* every body flew freely in the step before */
    double approach; /* m/s, fastest of its contacts */
    double tau;      /* s since the impact (ISLAND_IMPACT) */
} island;

typedef struct sim_watch sim_watch; /* workspace of watch.c */
typedef struct sim_trees sim_trees; /* workspace of tree_island.c */
typedef struct sim_sweep sim_sweep; /* workspace of sweep.c */
typedef struct sim_exact sim_exact; /* workspace of exact.c */

/* Where a signal of the timeline is recorded. */
typedef struct channel_source {
    int action; /* index of the first that is recorded here, or -1 */
    int joint;  /* index, or -1 */
    int axis;   /* 0..2 force, 3..5 torque */
} channel_source;

struct reel_sim {
    const reel_scene *scene;
    double h;
    double rest_speed;   /* m/s: what is faster does not rest */
    double bounce_speed; /* m/s: slower approaches do not bounce */
    struct dxWorld *world;
    struct dxSpace *space;
    struct dxJointGroup *contact_joints;
    struct dJointFeedback *joint_feedback;
    body_fixed *bodies;
    struct dxGeom **geoms;     /* NULL: does not collide */
    struct sim_shapes *shapes; /* geoms.c: what our colliders know of them */
    joint_fixed *joints;
    int *live_joints; /* [n_bodies] joints on each body that hold it; gears do not count */
    sim_trees *trees; /* NULL without joints */
    sim_watch *watch;
    sim_sweep *sweep; /* NULL until there is an island for it */
    sim_exact *exact; /* the same */
    int n_channels;
    channel_source *channels;
    int *first_channel;           /* [n_actions] of those that it is recorded in, or -1 */
    struct sim_forces *forces;    /* NULL without force fields */
    int *pair_first, *pair_order; /* surface.c; NULL without contact pairs */
    double energy_floor;          /* J, of the audit's energy scale */
    reel_take *take;              /* NULL once sealed */
    bool failed;

    sim_state state;

    /* scratch of one step */
    reel_vec3 *force, *torque;             /* [n_bodies] from the timeline */
    reel_vec3 *joint_force, *joint_torque; /* [n_bodies] of springs and gears, for ODE */
    bool *pushed;                          /* [n_bodies] force or torque is not zero */
    double *met;  /* [n_bodies] s since the last impact of a sphere, of this step */
    bool *struck; /* [n_bodies] by an impulse of the timeline */
    int n_pairs, cap_pairs;
    geom_pair *pairs;
    bool out_of_memory; /* set inside callbacks of ODE */
    int n_contacts, cap_contacts;
    contact *contacts;
    int cap_spare_holds;
    hold *spare_holds;
    int cap_feedback;
    struct dJointFeedback *feedback;
    int *root, *next_in_island; /* [n_bodies] */
    island *islands;            /* [n_bodies], at the root's index */
};

/* ode_glue.c */
void ode_begin(void);       /* once per process: initialise, install handlers */
int64_t ode_messages(void); /* messages that the solvers have given so far */

/* world.c */
reel_status world_build(reel_sim *sim, reel_error *err);
void world_destroy(reel_sim *sim);
void body_refresh_rotation(body_state *body);         /* r from q */
void body_place_geoms(const reel_sim *sim, int body); /* write the pose into ODE */

/* flight.c */
void body_fly(const body_fixed *fixed, body_state *body, reel_vec3 gravity, reel_vec3 force,
              reel_vec3 torque, double dt);
reel_vec3 body_inertia_mul(const body_fixed *fixed, const body_state *body, reel_vec3 omega);
reel_vec3 body_inv_inertia_mul(const body_fixed *fixed, const body_state *body, reel_vec3 torque);

/* broad.c */
reel_status pairs_find(reel_sim *sim, reel_error *err); /* sim->pairs, sorted */

/* contact.c */
bool contacts_reserve(reel_sim *sim, int more);
void contacts_sort(reel_sim *sim, int (*compare)(const void *, const void *));
reel_status contacts_collect(reel_sim *sim, reel_error *err);
reel_vec3 contact_velocity(const reel_sim *sim, const contact *c); /* m/s, of a minus b */

/* A point that a collider of our own has found, in the frame of the first shape named. */
typedef struct touch_point {
    reel_vec3 pos, normal; /* normal towards the second shape */
    double depth;
} touch_point;

/* surface.c */
reel_status surfaces_build(reel_sim *sim, reel_error *err);
reel_contact_pair surfaces_meet(const reel_sim *sim, int surface_a, int surface_b);
reel_vec3 surfaces_run(const reel_sim *sim, const contact *c); /* contact.belt */

/* contact_joints.c */

/* How a contact answers along its normal. */
typedef struct contact_law {
    double softness; /* m/s per N s */
    double speed;    /* m/s that it is to have after the step, bounce included */
    bool bounces;
} contact_law;

/* For exact.c, which bears what is degenerate: without bias. */
contact_law contact_law_of(const reel_sim *sim, const contact *c);
reel_vec3 contact_slip_direction(const reel_sim *sim, const contact *c);
reel_status contacts_create_joints(reel_sim *sim, reel_error *err);
void contacts_read_forces(reel_sim *sim); /* and account for them */

/* how fast the bodies slide, roll and turn on one another, in units of the speed of rest */
double contact_unrest(const reel_sim *sim, const contact *c);
bool contact_is_impact(const reel_sim *sim, const contact *c); /* may bounce, not dealt with yet */

/* hold.c */
reel_status holds_recall(reel_sim *sim, reel_error *err);
reel_status holds_keep(reel_sim *sim, reel_error *err);
void holds_drop_parted(reel_sim *sim);

/* exact.c: the island after the step; after an impact nothing has moved yet */
reel_status exact_solve(reel_sim *sim, const island *isle, reel_error *err);
void exact_destroy(sim_exact *exact);

/* sweep.c */
reel_status sweep_solve(reel_sim *sim, const island *isle, reel_error *err);
void sweep_destroy(sim_sweep *sweep);

/* impact.c */
void impacts_of_spheres(reel_sim *sim);
void impact_rewind(reel_sim *sim, island *isle);
void impact_go_on(reel_sim *sim, island *isle);

/* island.c */
static inline bool island_is_for_ode(const island *isle)
{
    return (isle->kind == ISLAND_EXACT && isle->jointed) || isle->kind == ISLAND_ITERATIVE;
}
void islands_find(reel_sim *sim);
/* One island alone, with the solver of its kind; the state is as it was, the result is in ODE. */
reel_status island_step(reel_sim *sim, island *isle, reel_error *err);
reel_status islands_solve(reel_sim *sim, reel_error *err);

/* tree_island.c */
reel_status trees_build(reel_sim *sim, reel_error *err);
void trees_destroy(reel_sim *sim);
bool tree_solve(reel_sim *sim, const island *isle); /* false: left as it was, for a solver */

/* joints.c */
reel_status joints_build(reel_sim *sim, reel_error *err);
void joint_measure(const reel_sim *sim, int joint, double *position, double *rate);
double joint_separation(const reel_sim *sim, int joint); /* m */
void joint_release(reel_sim *sim, int joint);            /* and the gears that it carries */
bool joint_attach(reel_sim *sim, int joint); /* false: a gear whose joints are not there */
void joints_restore(reel_sim *sim);          /* ODE's mirror, after the state was replaced */
bool joint_connects(const reel_sim *sim, int body_a, int body_b);

/* joint_ode.c: for the islands that ODE solves in this step */
void joints_enter_ode(reel_sim *sim);

/* joint_books.c */
void joints_account(reel_sim *sim);
double joints_potential(const reel_sim *sim); /* J, in springs */

/* gears.c */
reel_status gears_solve(reel_sim *sim, island *isle, reel_error *err);

/* force.c */
typedef struct sim_forces sim_forces;
reel_status forces_build(reel_sim *sim, reel_error *err);
void forces_destroy(reel_sim *sim);
void forces_begin(reel_sim *sim);                       /* what is active; wakes whom it stirs */
reel_status forces_act(reel_sim *sim, reel_error *err); /* moves what is free, pushes the rest */
void forces_end(reel_sim *sim);                         /* after the solvers */
bool forces_moved(const reel_sim *sim, int body);       /* it is at the end of the step already */
void forces_presence_changed(reel_sim *sim, int body);

/* spawn.c */
reel_status presence_check(const reel_sim *sim, reel_error *err);
reel_status presence_update(reel_sim *sim,
                            reel_error *err); /* what the timeline has at this step */
void presence_show(reel_sim *sim, int body);  /* in ODE, as the state says */

/* actions.c */
reel_status channels_build(reel_sim *sim, reel_error *err);
reel_status actions_apply(reel_sim *sim, reel_error *err);

/* sleep.c */
void sleep_wake(reel_sim *sim, int body);
void sleep_update(reel_sim *sim);
static inline bool body_is_awake(const reel_sim *sim, int body)
{
    const body_state *state = &sim->state.bodies[body];
    return sim->bodies[body].dynamic && state->group == 0 && state->present;
}

/* events.c */
touch *touch_find(const sim_state *state, int body_a, int body_b);
reel_status events_update(reel_sim *sim, reel_error *err);
reel_status events_close(reel_sim *sim, reel_error *err);

/* watch.c */
reel_status watch_build(reel_sim *sim, reel_error *err);
void watch_destroy(reel_sim *sim);
void watch_begin(reel_sim *sim); /* before the solvers, after the timeline */
void watch_end(reel_sim *sim);   /* before any body falls asleep */
const body_before *watch_before(const reel_sim *sim, int body); /* of one awake */
obstacle *watch_obstacles(reel_sim *sim);                       /* [n_geoms] scratch */
void audit_raise(const reel_sim *sim, double *figure, reel_audit_place *at, double value,
                 int64_t step, int a, int b);

/* [n_bodies] each, of settle.c */
void watch_scratch(reel_sim *sim, int **order, int **by, reel_vec3 **momentum, reel_vec3 **force);

/* settle.c */
void settle(reel_sim *sim, const island *isle); /* before its bodies stop */

/* tunnel.c */
void tunnels_build(reel_sim *sim);
void tunnels_close(reel_sim *sim);
void tunnels_watch(reel_sim *sim, const touch *t, const contact *now); /* before t goes on */

/* record.c */
void record_begin(reel_sim *sim);
void record_sample(reel_sim *sim, int sample);
void record_close(reel_sim *sim);
double sim_kinetic(const reel_sim *sim);
double sim_potential(const reel_sim *sim);

/* step.c */
reel_sim *sim_create(const reel_scene *scene, reel_status *status, reel_error *err);
reel_status sim_check_sane(const reel_sim *sim, reel_error *err);
