/*
 * timeline.h - what joints and actions have in common, and actions that things make. Internal.
 */
#pragma once

#include "scenes/build.h"
#include "scenes/fields.h"

REEL_API_BEGIN

/** Begin to read the argument of world:WORD { }, a joint, action or field of force; `word` is
 * static storage, streams are FAMILY/NAME. */
reel_fields reel_timeline_begin(lua_State *L, const char *word, const char *family,
                                const char *const *allowed);
/** The name given, or "hinge 2". */
const char *reel_timeline_name(reel_fields *f, const char *word);
/** The step of a time in s; a negative `fallback`: it must be given. */
int64_t reel_timeline_step(reel_fields *f, const char *name, double fallback);
/** Add REEL_ACTION_SPAWN or _REMOVE of a body. */
void reel_timeline_presence(lua_State *L, reel_action_kind kind, int body, double time);

REEL_API_END
