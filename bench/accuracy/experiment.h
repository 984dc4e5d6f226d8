/*
 * experiment.h - mechanics with a known solution: scenes, traces and the judges that measure them.
 *
 * A case is a scene and a judge. The scene is run by any engine at any step, which leaves a trace:
 * the states of all bodies after every step. The judge sees only the trace, so that every engine is
 * measured by the same code. Errors are relative unless the quantity says otherwise; each judge
 * states what they are relative to.
 */
#pragma once

#include "base/scene.h"
#include <stdio.h>

/** States of all bodies at steps 0..n_steps: [step][body][13], position, quaternion (w, x, y, z),
 * velocity of the centre of mass, angular velocity; world frame, SI. */
typedef struct trace {
    int rate; /**< steps/s */
    int n_steps, n_bodies;
    double *data; /**< reel_alloc()ed */
} trace;

typedef struct row_writer {
    FILE *out;
    const char *engine;     /**< "physreel", "mujoco", ... */
    const char *experiment; /**< several cases may belong to one */
    const char *name;       /**< of the case */
    int rate;
} row_writer;

typedef struct accuracy_case {
    const char *experiment;
    const char *name; /**< unique */
    double seconds;   /**< a multiple of 0.05 */
    double p[3];      /**< parameters of the case; see its builder */
    reel_scene *(*build)(const struct accuracy_case *c, int rate);
    void (*judge)(const struct accuracy_case *c, const reel_scene *s, const trace *t,
                  row_writer *w);
} accuracy_case;

/* Cases of the four files, each ended by one without a name. */
extern const accuracy_case free_cases[], contact_cases[], joint_cases[], field_cases[];
extern const accuracy_case speed_cases[]; /**< without judges */

/** Scenes that are both judged and timed. */
reel_scene *domino_build(const accuracy_case *c, int rate);
reel_scene *chain_build(const accuracy_case *c, int rate);

/* ---- trace.c ---- */

int trace_steps(const accuracy_case *c, int rate);
double *trace_at(const trace *t, int step, int body);
reel_pose trace_pose(const trace *t, int step, int body);
reel_vec3 trace_p(const trace *t, int step, int body);
reel_vec3 trace_v(const trace *t, int step, int body);
reel_vec3 trace_w(const trace *t, int step, int body);
/** Run `s` with our engine; ends the program on failure. */
trace trace_run(const accuracy_case *c, const reel_scene *s);
/** User time (s) that our engine takes for the steps of `s`, without building it. */
double trace_time(const accuracy_case *c, const reel_scene *s);
bool trace_write(const trace *t, const char *path);
bool trace_read(trace *t, const char *path);
void trace_free(trace *t);

/** Kinetic and potential energy (J) of all dynamic bodies, J. */
double trace_energy(const reel_scene *s, const trace *t, int step);
/** Linear momentum, and angular about the origin. */
void trace_momentum(const reel_scene *s, const trace *t, int step, reel_vec3 *linear,
                    reel_vec3 *angular);
/** Largest |energy - energy at step 0| over the trace, J. */
double trace_energy_drift(const reel_scene *s, const trace *t);
/** Largest distance (m) of a joint's two anchors over the trace. */
double trace_joint_gap(const reel_scene *s, const trace *t);
/** Times at which `value` (of each step) passes zero, by a cubic through four samples. */
int trace_crossings(const trace *t, const double *value, double *times, int max);

/* ---- rows ---- */

/** A row whose error is |value - exact| / scale. */
void row(row_writer *w, const char *quantity, double value, double exact, double scale);
/** A row without a known answer. */
void row_report(row_writer *w, const char *quantity, double value);

/* ---- exact.c ---- */

/** Complete elliptic integral of the first kind K(k) by the arithmetic-geometric mean
 * (Abramowitz & Stegun 17.6). */
double exact_elliptic_k(double k);

/** Times at which the body-frame spin about the middle axis (y; inertia ascending) passes zero: the
 * first by Euler's equations and small Runge-Kutta steps, the others by the period of Jacobi's sn
 * (Landau and Lifshitz, "Mechanics", section 37). */
int exact_flips(const double inertia[3], const double omega[3], double seconds, double *times,
                int max);

/** Two equal rods of mass m, length l and inertia i about their centres, hung one from the other,
 * released level: angles from the vertical after `seconds` (Lagrange's equations, Runge-Kutta). */
void exact_double_pendulum(double m, double l, double i, double seconds, double angles[2]);
