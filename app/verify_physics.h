/*
 * verify_physics.h - do a stored take's numbers fit one another, and mechanics?
 *
 * A second computation: it reads the scene and the take, and shares no code with engine/. Contacts
 * and forces are checked against momentum, energies against states and work, states against one
 * another. Tolerances are stated where they are used. Thread-safety: pure functions.
 */
#pragma once

#include "base/take.h"

REEL_API_BEGIN

/** Told what is wrong: `check` is a short name such as "momentum of a body", of constant storage;
 * `sample` is where it is worst (-1: not at one); `n` is in how many places. */
typedef struct reel_physics_finder {
    void *ctx;
    void (*found)(void *ctx, const char *check, int sample, int64_t n, const char *words);
} reel_physics_finder;

/**
 * Check the take of `scene`. Each check tells at most once, of the worst place.
 *
 * - "contact event": bodies, geoms, times, shares and speeds of an event agree with one another.
 * - "impulses of contacts": the impulses of a body's events sum up to its contact forces' integral.
 * - "action and reaction": contact forces of all bodies, static ones too, sum up to nothing.
 * - "state": quaternions are unit, what is static or asleep does not move a bit.
 * - "momentum of a body": m dv = (contact, applied and joint forces, and gravity) dt, for each body
 *   that is in no gear.
 * - "position": how far a body came fits its speeds; in free flight exactly.
 * - "angular momentum": that of a body that nothing touches stays.
 * - "momentum", "kinetic energy", "potential energy": the recorded sums are those of the states.
 * - "energy": never above what was there at the start and the work done since.
 * - "joint": anchors are no farther apart than the audit says.
 * - "audit": its figures are not below what the samples show.
 * @return REEL_OK even with findings; REEL_E_NOMEM.
 */
reel_status reel_verify_physics(const reel_scene *scene, const reel_take *take,
                                const reel_physics_finder *finder, reel_error *err) REEL_MUST_CHECK;

/** The part about events alone (verify_events.c). */
reel_status reel_verify_events(const reel_scene *scene, const reel_take *take,
                               const reel_physics_finder *finder, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
