#include "base/take.h"

#include "base/take_internal.h"

#include <string.h>

reel_take *reel_take_create(const reel_scene *scene, int n_channels)
{
    assert(n_channels >= 0 && scene->frames >= 1 && scene->samples_per_frame >= 1);
    reel_take *take = reel_calloc(1, sizeof(*take));
    if (!take) {
        return NULL;
    }
    take->n_samples = reel_scene_n_samples(scene);
    take->n_bodies = scene->n_bodies;
    take->n_joints = scene->n_joints;
    take->n_channels = n_channels;
    bool ok = true;
    for (int i = 0; i < REEL_TAKE_N_FIELDS; i++) {
        const reel_take_array array = reel_take_describe_field(take, &reel_take_fields[i]);
        void *data = reel_arena_alloc(&take->arena, array.bytes, 1);
        memcpy(reel_take_member(take, &reel_take_fields[i]), &data, sizeof(data));
        ok &= data != NULL;
    }
    take->channels = REEL_ARENA_NEW(&take->arena, reel_channel, n_channels);
    ok &= take->channels != NULL;
    for (int i = 0; ok && i < n_channels; i++) {
        take->channels[i] = (reel_channel){"", ""};
    }
    if (!ok) {
        reel_take_destroy(&take);
    }
    return take;
}

void reel_take_destroy(reel_take **take)
{
    if (*take) {
        reel_arena_finish(&(*take)->arena);
        reel_free(*take);
        *take = NULL;
    }
}

static const double *row(const reel_take *take, const double *array, int sample, int body, int n)
{
    assert(sample >= 0 && sample < take->n_samples && body >= 0 && body < take->n_bodies);
    return array + ((size_t)sample * (size_t)take->n_bodies + (size_t)body) * (size_t)n;
}

static reel_vec3 vec3_at(const reel_take *take, const double *array, int sample, int body)
{
    const double *v = row(take, array, sample, body, 3);
    return reel_v3(v[0], v[1], v[2]);
}

reel_pose reel_take_pose(const reel_take *take, int sample, int body)
{
    const double *q = row(take, take->rotation, sample, body, 4);
    return (reel_pose){vec3_at(take, take->position, sample, body), {q[0], q[1], q[2], q[3]}};
}

reel_vec3 reel_take_velocity(const reel_take *take, int sample, int body)
{
    return vec3_at(take, take->velocity, sample, body);
}

reel_vec3 reel_take_omega(const reel_take *take, int sample, int body)
{
    return vec3_at(take, take->omega, sample, body);
}
