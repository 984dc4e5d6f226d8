#include "base/take_internal.h"

#include <string.h>

/* clang-format off */
#define ARRAY(member, dtype, second, width) \
    {#member, offsetof(reel_take, member), dtype, REEL_AXIS_SAMPLE, second, width}
const reel_take_field reel_take_fields[REEL_TAKE_N_FIELDS] = {
    ARRAY(position,       "<f8", REEL_AXIS_BODY,    3),
    ARRAY(rotation,       "<f8", REEL_AXIS_BODY,    4),
    ARRAY(velocity,       "<f8", REEL_AXIS_BODY,    3),
    ARRAY(omega,          "<f8", REEL_AXIS_BODY,    3),
    ARRAY(contact_force,  "<f8", REEL_AXIS_BODY,    3),
    ARRAY(applied_force,  "<f8", REEL_AXIS_BODY,    3),
    ARRAY(state,          "|u1", REEL_AXIS_BODY,    0),
    ARRAY(appearance,     "<u2", REEL_AXIS_BODY,    0),
    ARRAY(joint_position, "<f8", REEL_AXIS_JOINT,   0),
    ARRAY(joint_velocity, "<f8", REEL_AXIS_JOINT,   0),
    ARRAY(joint_force,    "<f8", REEL_AXIS_JOINT,   3),
    ARRAY(joint_torque,   "<f8", REEL_AXIS_JOINT,   3),
    ARRAY(joint_state,    "|u1", REEL_AXIS_JOINT,   0),
    ARRAY(channel,        "<f8", REEL_AXIS_CHANNEL, 0),
    ARRAY(energy,         "<f8", REEL_AXIS_NONE,    3),
    ARRAY(momentum,       "<f8", REEL_AXIS_NONE,    6),
};

#define EVENT(member, kind, width) {"event_" #member, offsetof(reel_event, member), kind, width}
const reel_event_field reel_event_fields[REEL_EVENT_N_FIELDS] = {
    EVENT(body_a,          'i', 0),
    EVENT(body_b,          'i', 0),
    EVENT(geom_a,          'i', 0),
    EVENT(geom_b,          'i', 0),
    EVENT(begin_step,      'l', 0),
    EVENT(end_step,        'l', 0),
    EVENT(begin_time,      'd', 0),
    EVENT(end_time,        'd', 0),
    EVENT(point,           'd', 3),
    EVENT(normal,          'd', 3),
    EVENT(approach_speed,  'd', 0),
    EVENT(impulse_normal,  'd', 0),
    EVENT(impulse_tangent, 'd', 0),
    EVENT(impulse_total,   'd', 0),
    EVENT(max_depth,       'd', 0),
    EVENT(kind,            'i', 0),
    EVENT(motion,          'i', 0),
    EVENT(impacts,         'i', 0),
    EVENT(approach_velocity, 'd', 3),
    EVENT(parting_speed,   'd', 0),
    EVENT(impulse,         'd', 3),
    EVENT(sticking,        'd', 0),
    EVENT(sliding,         'd', 0),
    EVENT(rolling,         'd', 0),
    EVENT(slip_distance,   'd', 0),
    EVENT(roll_angle,      'd', 0),
};

typedef struct figure_spec {
    const char *name;
    size_t offset; /* in reel_audit */
    char kind;     /* 'l' int64, 'd' double */
} figure_spec;

#define FIGURE(member, kind) {#member, offsetof(reel_audit, member), kind}
#define PLACE(member) \
    {#member "_time", offsetof(reel_audit, member##_at.time), 'd'}, \
    {#member "_a", offsetof(reel_audit, member##_at.a), 'l'}, \
    {#member "_b", offsetof(reel_audit, member##_at.b), 'l'}
static const figure_spec figure_specs[] = {
    FIGURE(penetration,      'd'),
    FIGURE(initial_overlap,  'd'),
    FIGURE(joint_error,      'd'),
    FIGURE(energy_gain,      'd'),
    FIGURE(energy_scale,     'd'),
    FIGURE(momentum_error,   'd'),
    FIGURE(max_contacts,     'l'),
    FIGURE(contact_cap_hits, 'l'),
    FIGURE(solver_messages,  'l'),
    FIGURE(exact_steps,      'l'),
    FIGURE(iterative_steps,  'l'),
    FIGURE(escape,           'd'),
    FIGURE(asleep_fraction,  'd'),
    FIGURE(popping,          'd'),
    FIGURE(jump,             'd'),
    FIGURE(jitter,           'd'),
    FIGURE(tunnelling,       'l'),
    PLACE(penetration),
    PLACE(initial_overlap),
    PLACE(joint_error),
    PLACE(energy_gain),
    PLACE(escape),
    PLACE(popping),
    PLACE(jump),
    PLACE(jitter),
    PLACE(tunnelling),
};
/* clang-format on */

enum { N_FIGURES = sizeof(figure_specs) / sizeof(figure_specs[0]) };

static size_t dtype_size(const char *dtype)
{
    return (size_t)(dtype[2] - '0');
}

static int axis_length(const reel_take *take, reel_take_axis a)
{
    switch (a) {
    case REEL_AXIS_SAMPLE: return take->n_samples;
    case REEL_AXIS_BODY: return take->n_bodies;
    case REEL_AXIS_JOINT: return take->n_joints;
    case REEL_AXIS_CHANNEL: return take->n_channels;
    case REEL_AXIS_NONE: break;
    }
    return -1;
}

static void add_axis(reel_take_array *array, int64_t length)
{
    if (length >= 0) {
        array->shape[array->n_dims++] = length;
        array->bytes *= (size_t)length;
    }
}

reel_take_array reel_take_describe(const char *name, const char *dtype, int64_t first,
                                   int64_t second, int64_t third)
{
    reel_take_array array = {.name = name, .bytes = dtype_size(dtype)};
    memcpy(array.dtype, dtype, sizeof(array.dtype));
    add_axis(&array, first);
    add_axis(&array, second);
    add_axis(&array, third);
    return array;
}

reel_take_array reel_take_describe_field(const reel_take *take, const reel_take_field *field)
{
    return reel_take_describe(field->name, field->dtype, axis_length(take, field->first),
                              axis_length(take, field->second), field->width ? field->width : -1);
}

reel_take_array reel_take_describe_event(int n_events, const reel_event_field *field)
{
    return reel_take_describe(field->name, field->kind == 'd' ? "<f8" : "<i8", n_events,
                              field->width ? field->width : -1, -1);
}

void **reel_take_member(reel_take *take, const reel_take_field *field)
{
    return (void **)(void *)((char *)take + field->offset);
}

/* ---- figures of the audit ---- */

int reel_audit_n_figures(void)
{
    return N_FIGURES;
}

const char *reel_audit_figure_name(int i)
{
    assert(i >= 0 && i < N_FIGURES);
    return figure_specs[i].name;
}

double reel_audit_figure(const reel_audit *audit, int i)
{
    assert(i >= 0 && i < N_FIGURES);
    const char *from = (const char *)audit + figure_specs[i].offset;
    if (figure_specs[i].kind == 'l') {
        int64_t whole;
        memcpy(&whole, from, sizeof(whole));
        assert(whole <= INT64_C(1) << 53 && whole >= -(INT64_C(1) << 53)); /* exact as a double */
        return (double)whole;
    }
    double v;
    memcpy(&v, from, sizeof(v));
    return v;
}

bool reel_audit_set_figure(reel_audit *audit, int i, double v)
{
    assert(i >= 0 && i < N_FIGURES);
    char *to = (char *)audit + figure_specs[i].offset;
    if (figure_specs[i].kind == 'd') {
        memcpy(to, &v, sizeof(v));
        return true;
    }
    if (!(fabs(v) <= 0x1p53) || v != floor(v)) {
        return false;
    }
    const int64_t whole = (int64_t)v;
    memcpy(to, &whole, sizeof(whole));
    return true;
}
