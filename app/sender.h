/*
 * sender.h - a process that sends files while this one goes on.
 *
 * Groups of files are sent one after another, in the order they were given. The process dies with
 * this one. Thread-safety: one thread.
 */
#pragma once

#include "app/push.h"

REEL_API_BEGIN

typedef struct reel_sender reel_sender; /**< opaque */

/** Opens the place in the other process too. Strings of the options are borrowed.
 * @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_sender_start(const reel_push_options *options, reel_sender **out,
                              reel_error *err) REEL_MUST_CHECK;

/** Give it a group; the files are copied. There must be none under way.
 * @return REEL_OK; REEL_E_IO (it is gone). */
reel_status reel_sender_give(reel_sender *sender, const reel_remote_file *files, int n,
                             const char *message, reel_error *err) REEL_MUST_CHECK;

/** Is the group under way sent? @param wait  until it is, or a stop is asked for.
 * @return REEL_OK, with *sent; REEL_E_RETRY (a stop); why it could not be sent; REEL_E_INTERNAL
 *         (the process died). */
reel_status reel_sender_poll(reel_sender *sender, bool wait, bool *sent,
                             reel_error *err) REEL_MUST_CHECK;

/** Ends it, at once if it is at work. */
void reel_sender_end(reel_sender **sender);

REEL_API_END
