/*
 * take.h - what a simulation did: states at the sampled steps, events, energies, the audit.
 *
 * Plain arrays, append-only while it is made (engine/), immutable once sealed. Rendering and every
 * table read it, never the world. Units SI, world frame, double. Sample i is at step
 * reel_scene_sample_step(scene, i); frames are a subset of the samples. Index order is
 * [sample][body][component] throughout, row-major. Thread-safety: read-only use is safe.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

enum {
    REEL_STATE_PRESENT = 1,    /**< the body exists at this sample */
    REEL_STATE_TELEPORTED = 2, /**< it was placed anew since the sample before: flow breaks */
    REEL_STATE_ASLEEP = 4,     /**< at rest: does not move a bit until something touches it */
};

enum {
    REEL_JOINT_STATE_ACTIVE = 1, /**< it holds; else released, broken or not yet attached */
    REEL_JOINT_STATE_BROKEN = 2, /**< it held with more than break_force or break_torque */
};

/** What a contact began as. */
typedef enum reel_event_kind {
    REEL_EVENT_REST = 0, /**< they came together at no more than REEL_IMPACT_SPEED: set down, or
                              touching from the start */
    REEL_EVENT_IMPACT,   /**< they met faster */
} reel_event_kind;

/** How two bodies move on one another while they touch. */
typedef enum reel_event_motion {
    REEL_EVENT_STICKING = 0, /**< neither of the others (turning about the normal included) */
    REEL_EVENT_SLIDING,      /**< the touching matter slips at more than REEL_SLIP_SPEED */
    REEL_EVENT_ROLLING,      /**< no slip, but turning relative to one another about an axis across
                                  the normal at more than REEL_ROLL_RATE; tipping is that too */
} reel_event_motion;

#define REEL_IMPACT_SPEED 0.05  /**< m/s along the normal: slower meetings are no impacts */
#define REEL_SLIP_SPEED   0.002 /**< m/s, mean over the contact points, belts' motion included */
#define REEL_ROLL_RATE    0.02  /**< rad/s */
#define REEL_EVENT_GAP    0.02  /**< s: see reel_event */

/**
 * One contact between two bodies, from first touch to parting.
 *
 * A pair of bodies has one contact at a time, however many of their geoms and points touch. A gap
 * of up to two steps never ends it; nor does one of up to REEL_EVENT_GAP after which they meet no
 * faster than REEL_IMPACT_SPEED (bodies that rattle as they come to rest: one event). A faster
 * meeting after a gap of more than two steps always begins a new event, so every bounce has its
 * own.
 */
typedef struct reel_event {
    int32_t body_a, body_b; /**< indices, body_a < body_b */
    int32_t geom_a, geom_b; /**< of the first contact point */
    int64_t begin_step;     /**< the first step with a contact */
    int64_t end_step;       /**< the first step without; -1: touching at the end of the take */
    double begin_time;      /**< s, estimated within the step from depth and approach speed */
    double end_time;        /**< s; -1 if end_step is */
    double point[3];        /**< m, world, of the first contact (deepest point) */
    double normal[3];       /**< unit, world, from b towards a */
    double approach_speed;  /**< m/s, along -normal just before, >= 0 */
    double impulse_normal;  /**< N s, of the impact: over the first 10 ms (or until the end) */
    double impulse_tangent; /**< N s, size of the tangential impulse over the same time */
    double impulse_total;   /**< N s, normal, over the whole contact */
    double max_depth;       /**< m */
    int32_t kind;           /**< reel_event_kind, by approach_speed */
    int32_t motion;         /**< reel_event_motion that had the largest share of the time */
    int32_t impacts; /**< meetings faster than REEL_IMPACT_SPEED during the contact, the first
                          included: those 10 ms apart (a box that slaps down on its face) */
    double approach_velocity[3]; /**< m/s, of a relative to b at the point, just before */
    double parting_speed;        /**< m/s, along the normal where they part, >= 0; 0 without end */
    double impulse[3];           /**< N s, world, that b gave to a over the whole contact, friction
                                      included; a gave b exactly the negative of it */
    double sticking, sliding, rolling; /**< shares of the time of contact; their sum is 1 */
    double slip_distance;              /**< m, way of the slip while sliding */
    double roll_angle;                 /**< rad, turned while rolling */
} reel_event;

/** When and between whom a figure of the audit was reached; without one: 0, -1, -1. */
typedef struct reel_audit_place {
    double time;  /**< s */
    int64_t a, b; /**< bodies, or -1; of joint_error: the joint and -1 */
} reel_audit_place;

/** Figures that the audit judges (limits: reel_audit_limits). */
typedef struct reel_audit {
    double penetration;     /**< m, deepest contact after the first 0.1 s */
    double initial_overlap; /**< m, deepest contact at step 0 */
    double joint_error;     /**< m, largest anchor separation */
    double energy_gain;     /**< J, largest rise above (energy at the start + work done) */
    double energy_scale;    /**< J, what energy_gain is judged against */
    double momentum_error;  /**< N s, largest |change of momentum - impulses| over one sample */
    int64_t max_contacts;   /**< most contacts in one step */
    int64_t contact_cap_hits;
    int64_t solver_messages;
    int64_t exact_steps, iterative_steps; /**< islands stepped by each solver, summed over steps */
    double escape;                        /**< m, farthest from the origin */
    double asleep_fraction;               /**< of (dynamic body, sample) pairs */
    double popping; /**< m/s, most that bodies that touch gained in a step from nothing: the speed
                         that the energy gained would give them, at rest */
    double jump;    /**< m, farthest that a body moved in a step beyond what its speed explains */
    double jitter;  /**< m/s, trembling: of a body that touches others for 0.25 s without any impact
                         and turns round (in velocity or spin) at least eight times, each from one
                         step to the next with a jump of half its top speed (what swings or rocks
                         does not): the way of its surface less how far it came, per time */
    int64_t tunnelling; /**< times that a body passed through another */
    reel_audit_place penetration_at, initial_overlap_at, joint_error_at, energy_gain_at, escape_at,
        popping_at, jump_at, jitter_at, tunnelling_at; /**< tunnelling: the first time */
} reel_audit;

/** A named signal that acted on the scene, sampled with the states (from the timeline). */
typedef struct reel_channel {
    const char *name; /**< such as "push.force.x" */
    const char *unit; /**< such as "N" */
} reel_channel;

typedef struct reel_take {
    reel_arena arena; /**< holds everything below */
    int n_samples, n_bodies, n_joints, n_channels, n_events;
    int n_states;           /**< samples filled so far; == n_samples once sealed */
    double *position;       /**< [S][B][3] m */
    double *rotation;       /**< [S][B][4] unit quaternion */
    double *velocity;       /**< [S][B][3] m/s, of the body origin */
    double *omega;          /**< [S][B][3] rad/s, world frame */
    double *contact_force;  /**< [S][B][3] N, net contact force, mean since the sample before;
                                 static bodies included, so that the sum over bodies is 0 to
                                 rounding (1e-12 of the sum of their sizes) */
    double *applied_force;  /**< [S][B][3] N, mean since the sample before of what the timeline
                                 (forces and impulses) and force fields did to the body; and
                                 less the weight of the time that a fast body lost within a step
                                 when it was stopped at what it met, which the next gives back */
    uint8_t *state;         /**< [S][B] REEL_STATE_* */
    uint16_t *appearance;   /**< [S][B] appearance index; 0 = as in the scene */
    double *joint_position; /**< [S][J] rad or m; 0 for ball and fixed; gear: what it is off by, in
                                 the unit of joint_a */
    double *joint_velocity; /**< [S][J] rad/s or m/s */
    double *joint_force;    /**< [S][J][3] N, world frame: all that the joint did to body_a (motor,
                                 spring and damper included), mean since the sample before */
    double *joint_torque;   /**< [S][J][3] N m, the same about the joint's anchor on body_a */
    uint8_t *joint_state;   /**< [S][J] REEL_JOINT_STATE_* */
    double *channel;        /**< [S][C] values of the channels, mean over the steps since before */
    double *energy;   /**< [S][3] J: kinetic, potential, work done so far by actions, motors, force
                           fields, belts and by putting bodies there or away */
    double *momentum; /**< [S][6] linear N s, angular about the world origin kg m^2/s */
    reel_channel *channels;
    reel_event *events; /**< by (begin_step, body_a, body_b) */
    reel_audit audit;
    void *derived; /**< private: columns made by reel_take_arrays() */
    size_t derived_bytes;
} reel_take;

/** Allocate for `scene` with every array zeroed, no events and `n_channels` channels without a name
 * (""). NULL when out of memory. */
reel_take *reel_take_create(const reel_scene *scene, int n_channels);
void reel_take_destroy(reel_take **take);

/** One array of a take as stored in take.npz and in its digest. */
typedef struct reel_take_array {
    const char *name;
    char dtype[4]; /**< NumPy: "<f8", "<u2", "|u1", "<i8" */
    int n_dims;
    int64_t shape[3];
    void *data; /**< into the take; C order */
    size_t bytes;
} reel_take_array;

enum { REEL_TAKE_MAX_ARRAYS = 64 };

/**
 * Every array of the take, in fixed order: the numeric arrays above, then the events column by
 * column ("event_body_a", ...), "audit" as one row of doubles (reel_audit_figure()) and
 * "channel_labels": UTF-8 bytes, a line "name<tab>unit" for each channel. The columns, the row and
 * the labels are copies in the take's arena, made anew by each call; `out` is valid until the next
 * call or change of the take. Used for the digest, for writing and for reading back.
 * @return how many were written to `out`; -1 when out of memory.
 */
int reel_take_arrays(reel_take *take, reel_take_array out[REEL_TAKE_MAX_ARRAYS]);

/** The numeric arrays that grow by samples, whole and in place: the data of sample i is the i-th of
 * n_samples equal pieces. @return how many were written to `out`. */
int reel_take_sample_arrays(reel_take *take, reel_take_array out[REEL_TAKE_MAX_ARRAYS]);

/** XXH128 over names, shapes and bytes of reel_take_arrays(). */
reel_status reel_take_digest(reel_take *take, reel_xxh128 *out, reel_error *err) REEL_MUST_CHECK;

/** Rebuild a take of `scene` from arrays as produced by reel_take_arrays() (all of them, exact
 * shapes, finite values, events of bodies, geoms and steps that exist). The arrays are copied.
 * @return REEL_OK; REEL_E_SCENE naming the array in `err->field`; REEL_E_NOMEM. */
reel_status reel_take_from_arrays(const reel_scene *scene, const reel_take_array *arrays, int n,
                                  reel_take **out, reel_error *err) REEL_MUST_CHECK;

/** World pose of a body at a sample. */
reel_pose reel_take_pose(const reel_take *take, int sample, int body);
reel_vec3 reel_take_velocity(const reel_take *take, int sample, int body);
reel_vec3 reel_take_omega(const reel_take *take, int sample, int body);

/** "audit" columns by name, in order, for tables and messages. */
int reel_audit_n_figures(void);
const char *reel_audit_figure_name(int i);
double reel_audit_figure(const reel_audit *audit, int i);

REEL_API_END
