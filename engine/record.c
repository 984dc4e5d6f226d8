/* record.c - the samples of the take, and the running figures of the audit. */
#include "engine/sim.h"

#include <string.h>

double sim_kinetic(const reel_sim *sim)
{
    double sum = 0;
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        if (sim->bodies[i].dynamic && sim->state.bodies[i].present) {
            const body_state *state = &sim->state.bodies[i];
            const reel_vec3 spin = body_inertia_mul(&sim->bodies[i], state, state->w);
            sum += 0.5 * (sim->bodies[i].mass * reel_v3_dot(state->v, state->v) +
                          reel_v3_dot(state->w, spin));
        }
    }
    return sum;
}

double sim_potential(const reel_sim *sim)
{
    double sum = 0;
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        if (sim->bodies[i].dynamic && sim->state.bodies[i].present) {
            const double height = reel_v3_dot(sim->scene->gravity, sim->state.bodies[i].p);
            sum -= sim->bodies[i].mass * height;
        }
    }
    return sum + joints_potential(sim);
}

static void sum_momentum(const reel_sim *sim, reel_vec3 *linear, reel_vec3 *angular)
{
    *linear = *angular = reel_v3(0, 0, 0);
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        if (sim->bodies[i].dynamic && sim->state.bodies[i].present) {
            const body_state *state = &sim->state.bodies[i];
            const reel_vec3 p = reel_v3_scale(state->v, sim->bodies[i].mass);
            const reel_vec3 spin = body_inertia_mul(&sim->bodies[i], state, state->w);
            *linear = reel_v3_add(*linear, p);
            *angular = reel_v3_add(*angular, reel_v3_add(spin, reel_v3_cross(state->p, p)));
        }
    }
}

static void put(double *out, reel_vec3 v)
{
    out[0] = v.x;
    out[1] = v.y;
    out[2] = v.z;
}

static void record_body(reel_sim *sim, int sample, int b, double seconds)
{
    reel_take *take = sim->take;
    body_state *state = &sim->state.bodies[b];
    const size_t at = (size_t)sample * (size_t)take->n_bodies + (size_t)b;
    put(&take->position[3 * at], state->p);
    double *q = &take->rotation[4 * at];
    q[0] = state->q.w;
    q[1] = state->q.x;
    q[2] = state->q.y;
    q[3] = state->q.z;
    put(&take->velocity[3 * at], state->v);
    put(&take->omega[3 * at], state->w);
    const double share = seconds > 0 ? 1 / seconds : 0;
    put(&take->contact_force[3 * at], reel_v3_scale(state->contact, share));
    state->contact = reel_v3(0, 0, 0);
    put(&take->applied_force[3 * at], reel_v3_scale(state->applied, share));
    state->applied = reel_v3(0, 0, 0);
    if (!state->present) {
        take->state[at] = 0;
        return;
    }
    const bool asleep = sim->bodies[b].dynamic && state->group != 0;
    take->state[at] = (uint8_t)(REEL_STATE_PRESENT | (asleep ? REEL_STATE_ASLEEP : 0) |
                                (state->placed ? REEL_STATE_TELEPORTED : 0));
    state->placed = false;
    sim->state.asleep_samples += asleep;
    if (sim->bodies[b].dynamic) {
        audit_raise(sim, &sim->state.audit.escape, &sim->state.audit.escape_at,
                    reel_v3_len(state->p), sim->state.step, b, -1);
    }
}

static void record_joints(reel_sim *sim, int sample, double seconds)
{
    const double share = seconds > 0 ? 1 / seconds : 0;
    reel_take *take = sim->take;
    for (int j = 0; j < take->n_joints; j++) {
        const size_t at = (size_t)sample * (size_t)take->n_joints + (size_t)j;
        double position = 0, rate = 0;
        if (!sim->state.joints[j].released) {
            joint_measure(sim, j, &position, &rate);
        }
        take->joint_position[at] = position;
        take->joint_velocity[at] = rate;
        joint_state *state = &sim->state.joints[j];
        put(&take->joint_force[3 * at], reel_v3_scale(state->sum_force, share));
        put(&take->joint_torque[3 * at], reel_v3_scale(state->sum_torque, share));
        state->sum_force = state->sum_torque = reel_v3(0, 0, 0);
        take->joint_state[at] = (uint8_t)((state->released ? 0 : REEL_JOINT_STATE_ACTIVE) |
                                          (state->broken ? REEL_JOINT_STATE_BROKEN : 0));
    }
}

static void record_channels(reel_sim *sim, int sample, double steps)
{
    for (int i = 0; i < sim->n_channels; i++) {
        double *out = &sim->take->channel[(size_t)sample * (size_t)sim->n_channels + (size_t)i];
        *out = steps > 0 ? sim->state.channel[i] / steps : 0;
        sim->state.channel[i] = 0;
    }
}

static void record_sums(reel_sim *sim, int sample)
{
    sim_state *state = &sim->state;
    const double kinetic = sim_kinetic(sim), potential = sim_potential(sim);
    double *energy = &sim->take->energy[3 * (size_t)sample];
    energy[0] = kinetic;
    energy[1] = potential;
    energy[2] = state->work;
    reel_vec3 linear, angular;
    sum_momentum(sim, &linear, &angular);
    put(&sim->take->momentum[6 * (size_t)sample], linear);
    put(&sim->take->momentum[6 * (size_t)sample + 3], angular);
    if (sample == 0) {
        state->start_energy = kinetic + potential - state->work; /* work: spawned at step 0 */
        state->low_potential = state->top_potential = potential - state->placed_potential;
    } else {
        const reel_vec3 gain = reel_v3_sub(linear, state->momentum);
        const double error = reel_v3_len(reel_v3_sub(gain, state->impulse));
        state->audit.momentum_error = fmax(state->audit.momentum_error, error);
    }
    const double rise = kinetic + potential - state->start_energy - state->work;
    audit_raise(sim, &state->audit.energy_gain, &state->audit.energy_gain_at, rise, state->step, -1,
                -1);
    state->top_kinetic = fmax(state->top_kinetic, kinetic);
    state->low_potential = fmin(state->low_potential, potential - state->placed_potential);
    state->top_potential = fmax(state->top_potential, potential - state->placed_potential);
    state->momentum = linear;
    state->impulse = reel_v3(0, 0, 0);
}

void record_sample(reel_sim *sim, int sample)
{
    const int64_t step = reel_scene_sample_step(sim->scene, sample);
    const int64_t since = sample > 0 ? reel_scene_sample_step(sim->scene, sample - 1) : step;
    const double steps = (double)(step - since);
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        record_body(sim, sample, b, steps * sim->h);
    }
    record_joints(sim, sample, steps * sim->h);
    record_channels(sim, sample, steps);
    record_sums(sim, sample);
    sim->take->n_states = sample + 1;
}

void record_begin(reel_sim *sim)
{
    const double g = reel_v3_len(sim->scene->gravity);
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        sim->energy_floor += sim->bodies[i].mass * g * sim->bodies[i].reach;
    }
}

/* The energy that the scene has to do with: what moved, what could fall, what was put in, and what
 * it takes to lift each body by its own size. */
void record_close(reel_sim *sim)
{
    const sim_state *state = &sim->state;
    int64_t dynamic = 0;
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        dynamic += sim->bodies[i].dynamic;
    }
    sim->take->audit = state->audit;
    sim->take->audit.energy_scale = state->top_kinetic + state->total_work +
                                    (state->top_potential - state->low_potential) +
                                    sim->energy_floor;
    const double pairs = (double)dynamic * sim->take->n_samples;
    sim->take->audit.asleep_fraction = pairs > 0 ? (double)state->asleep_samples / pairs : 0;
}
