/*
 * scene_json.h - the frozen scene as JSON and back.
 *
 * One table of fields drives both directions. The canonical text is what a scene is known by: its
 * SHA-256 is the scene's digest, and decode(encode(s)) encodes to the same bytes. References
 * between parts are by index as in scene.h. Decoding checks structure: every field present with
 * the right type, no unknown field, enums by name, indices in range, finite numbers, counts within
 * the limits. What a number means is checked by scenes/validate.h. Thread-safety: pure functions.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

/** Canonical JSON, reel_alloc()ed, NUL-terminated. @return REEL_OK; REEL_E_NOMEM; REEL_E_INTERNAL
 * (a number is not finite: names the field). */
reel_status reel_scene_encode(const reel_scene *scene, char **text, size_t *size,
                              reel_error *err) REEL_MUST_CHECK;

/** The same for people, with line breaks; decodes to the same scene. */
reel_status reel_scene_encode_pretty(const reel_scene *scene, char **text, size_t *size,
                                     reel_error *err) REEL_MUST_CHECK;

/** @param name for messages. @return REEL_OK; REEL_E_SCENE with file, line or field (such as
 * "bodies[3].mass"); REEL_E_NOMEM. */
reel_status reel_scene_decode(const char *text, size_t size, const char *name, reel_scene **out,
                              reel_error *err) REEL_MUST_CHECK;

/** SHA-256 of the canonical text. */
reel_status reel_scene_digest(const reel_scene *scene, reel_sha256 *out,
                              reel_error *err) REEL_MUST_CHECK;

REEL_API_END
