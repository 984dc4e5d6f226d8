#include "bench/accuracy/experiment.h"

#include "engine/engine.h"
#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { STATE = 13 };

int trace_steps(const accuracy_case *c, int rate)
{
    return (int)(c->seconds * rate + 0.5);
}

double *trace_at(const trace *t, int step, int body)
{
    return &t->data[((size_t)step * (size_t)t->n_bodies + (size_t)body) * STATE];
}

reel_pose trace_pose(const trace *t, int step, int body)
{
    const double *x = trace_at(t, step, body);
    return (reel_pose){reel_v3(x[0], x[1], x[2]), {x[3], x[4], x[5], x[6]}};
}

reel_vec3 trace_p(const trace *t, int step, int body)
{
    return trace_pose(t, step, body).p;
}

reel_vec3 trace_v(const trace *t, int step, int body)
{
    const double *x = trace_at(t, step, body);
    return reel_v3(x[7], x[8], x[9]);
}

reel_vec3 trace_w(const trace *t, int step, int body)
{
    const double *x = trace_at(t, step, body);
    return reel_v3(x[10], x[11], x[12]);
}

static void die(const char *what)
{
    fprintf(stderr, "bench_accuracy: %s\n", what);
    exit(2);
}

static void fail(const reel_error *err)
{
    char text[1024];
    reel_error_format(err, text, sizeof text);
    die(text);
}

static void allocate(trace *t)
{
    const size_t n = (size_t)(t->n_steps + 1) * (size_t)t->n_bodies * STATE;
    t->data = reel_calloc(n, sizeof(double));
    if (!t->data) {
        die("out of memory");
    }
}

static void keep(const reel_sim *sim, trace *t, int step)
{
    for (int b = 0; b < t->n_bodies; b++) {
        reel_pose pose;
        reel_vec3 v, w;
        reel_sim_body_state(sim, b, &pose, &v, &w, NULL);
        const double x[STATE] = {pose.p.x, pose.p.y, pose.p.z, pose.q.w, pose.q.x,
                                 pose.q.y, pose.q.z, v.x,      v.y,      v.z,
                                 w.x,      w.y,      w.z};
        for (int i = 0; i < STATE; i++) {
            trace_at(t, step, b)[i] = x[i];
        }
    }
}

trace trace_run(const accuracy_case *c, const reel_scene *s)
{
    trace t = {
        .rate = s->step_rate, .n_steps = trace_steps(c, s->step_rate), .n_bodies = s->n_bodies};
    reel_sim *sim = NULL;
    reel_error err = {0};
    allocate(&t);
    if (reel_sim_open(s, &sim, &err) != REEL_OK) {
        fail(&err);
    }
    keep(sim, &t, 0);
    for (int i = 1; i <= t.n_steps; i++) {
        if (reel_sim_advance(sim, 1, &err) != REEL_OK) {
            fail(&err);
        }
        keep(sim, &t, i);
    }
    reel_sim_destroy(&sim);
    return t;
}

static double user_time(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + 1e-6 * (double)usage.ru_utime.tv_usec;
}

double trace_time(const accuracy_case *c, const reel_scene *s)
{
    reel_sim *sim = NULL;
    reel_error err = {0};
    if (reel_sim_open(s, &sim, &err) != REEL_OK) {
        fail(&err);
    }
    const double start = user_time();
    if (reel_sim_advance(sim, trace_steps(c, s->step_rate), &err) != REEL_OK) {
        fail(&err);
    }
    const double used = user_time() - start;
    reel_sim_destroy(&sim);
    return used;
}

bool trace_write(const trace *t, const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f) {
        return false;
    }
    const int head[3] = {t->rate, t->n_steps, t->n_bodies};
    const size_t n = (size_t)(t->n_steps + 1) * (size_t)t->n_bodies * STATE;
    const bool ok = fwrite(head, sizeof head, 1, f) == 1 && fwrite(t->data, 8, n, f) == n;
    return fclose(f) == 0 && ok;
}

bool trace_read(trace *t, const char *path)
{
    FILE *f = fopen(path, "rb");
    int head[3];
    if (!f || fread(head, sizeof head, 1, f) != 1 || head[0] <= 0 || head[1] <= 0 || head[2] <= 0) {
        return false;
    }
    *t = (trace){.rate = head[0], .n_steps = head[1], .n_bodies = head[2]};
    allocate(t);
    const size_t n = (size_t)(t->n_steps + 1) * (size_t)t->n_bodies * STATE;
    const bool ok = fread(t->data, 8, n, f) == n;
    fclose(f);
    return ok;
}

void trace_free(trace *t)
{
    reel_free(t->data);
    t->data = NULL;
}

static reel_vec3 spin_of(const reel_body *body, reel_quat q, reel_vec3 omega)
{
    const double *i = body->inertia;
    const reel_vec3 w = reel_quat_rotate(reel_quat_conj(q), omega);
    const reel_vec3 l =
        reel_v3(i[0] * w.x + i[3] * w.y + i[4] * w.z, i[3] * w.x + i[1] * w.y + i[5] * w.z,
                i[4] * w.x + i[5] * w.y + i[2] * w.z);
    return reel_quat_rotate(q, l);
}

double trace_energy(const reel_scene *s, const trace *t, int step)
{
    double energy = 0;
    for (int b = 0; b < s->n_bodies; b++) {
        const reel_body *body = &s->bodies[b];
        if (body->motion == REEL_MOTION_DYNAMIC) {
            const reel_vec3 v = trace_v(t, step, b), w = trace_w(t, step, b);
            const reel_pose pose = trace_pose(t, step, b);
            energy += body->mass * (reel_v3_dot(v, v) / 2 - reel_v3_dot(s->gravity, pose.p)) +
                      reel_v3_dot(w, spin_of(body, pose.q, w)) / 2;
        }
    }
    return energy;
}

void trace_momentum(const reel_scene *s, const trace *t, int step, reel_vec3 *linear,
                    reel_vec3 *angular)
{
    *linear = *angular = reel_v3(0, 0, 0);
    for (int b = 0; b < s->n_bodies; b++) {
        const reel_body *body = &s->bodies[b];
        if (body->motion == REEL_MOTION_DYNAMIC) {
            const reel_vec3 p = reel_v3_scale(trace_v(t, step, b), body->mass);
            const reel_pose pose = trace_pose(t, step, b);
            *linear = reel_v3_add(*linear, p);
            *angular = reel_v3_add(*angular, reel_v3_cross(pose.p, p));
            *angular = reel_v3_add(*angular, spin_of(body, pose.q, trace_w(t, step, b)));
        }
    }
}

double trace_energy_drift(const reel_scene *s, const trace *t)
{
    const double start = trace_energy(s, t, 0);
    double worst = 0;
    for (int i = 1; i <= t->n_steps; i++) {
        worst = fmax(worst, fabs(trace_energy(s, t, i) - start));
    }
    return worst;
}

static reel_pose joint_pose(const trace *t, int step, int body)
{
    return body < 0 ? reel_pose_identity() : trace_pose(t, step, body);
}

double trace_joint_gap(const reel_scene *s, const trace *t)
{
    double worst = 0;
    for (int j = 0; j < s->n_joints; j++) {
        const reel_joint *joint = &s->joints[j];
        const int ends[2] = {joint->body_a, joint->body_b};
        reel_vec3 local[2];
        for (int k = 0; k < 2; k++) {
            const reel_pose at =
                ends[k] < 0 ? reel_pose_identity() : s->bodies[ends[k]].world_from_body;
            local[k] = reel_pose_apply(reel_pose_inverse(at), joint->anchor);
        }
        for (int i = 0; i <= t->n_steps; i++) {
            const reel_vec3 a = reel_pose_apply(joint_pose(t, i, ends[0]), local[0]);
            const reel_vec3 b = reel_pose_apply(joint_pose(t, i, ends[1]), local[1]);
            worst = fmax(worst, reel_v3_len(reel_v3_sub(a, b)));
        }
    }
    return worst;
}

/* Lagrange's cubic through y[0..3] at x = 0..3. */
static double cubic(const double *y, double x)
{
    return -y[0] * (x - 1) * (x - 2) * (x - 3) / 6 + y[1] * x * (x - 2) * (x - 3) / 2 -
           y[2] * x * (x - 1) * (x - 3) / 2 + y[3] * x * (x - 1) * (x - 2) / 6;
}

int trace_crossings(const trace *t, const double *value, double *times, int max)
{
    int found = 0;
    for (int i = 1; i + 2 <= t->n_steps && found < max; i++) {
        if ((value[i] < 0) == (value[i + 1] < 0)) {
            continue;
        }
        const double *y = &value[i - 1];
        double lo = 1, hi = 2;
        for (int k = 0; k < 60; k++) {
            const double mid = (lo + hi) / 2;
            if ((cubic(y, mid) < 0) == (y[1] < 0)) {
                lo = mid;
            } else {
                hi = mid;
            }
        }
        times[found++] = (i - 1 + lo) / t->rate;
    }
    return found;
}

static void write_row(row_writer *w, const char *quantity, double value, double exact, double error)
{
    fprintf(w->out, "%s,%s,%s,%s,%.12g,", w->engine, w->experiment, w->name, quantity, value);
    if (isnan(exact)) {
        fprintf(w->out, ",,%.9g\n", 1.0 / w->rate);
    } else {
        fprintf(w->out, "%.12g,%.4g,%.9g\n", exact, error, 1.0 / w->rate);
    }
}

void row(row_writer *w, const char *quantity, double value, double exact, double scale)
{
    write_row(w, quantity, value, exact, fabs(value - exact) / scale);
}

void row_report(row_writer *w, const char *quantity, double value)
{
    write_row(w, quantity, value, NAN, NAN);
}
