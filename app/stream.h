/*
 * stream.h - run --push: a dataset that is sent while it is made, with bounded disk.
 *
 * Clips are put into the layout in their order as soon as their records are whole. Files that are
 * done are sent by another process, and removed once they are there, with what is large of the
 * records that they hold; the rest of a record (scene, states) stays until the end, so that an
 * interrupted run can go on. DIR.partial/push.json says what is there; it is rewritten after every
 * group of files. The files on the other side are those of a dataset made here and pushed.
 * Thread-safety: one thread.
 */
#pragma once

#include "app/output.h"
#include "app/push.h"

REEL_API_BEGIN

typedef struct reel_stream reel_stream; /**< opaque */

typedef struct reel_stream_options {
    reel_push_options push;
    uint64_t room;   /**< bytes of files that wait to be sent; above it the run waits */
    bool keep;       /**< files stay, and the dataset is put in its place at the end */
    const char *tag; /**< NULL: none */
} reel_stream_options;

/** Can datasets of this plan be sent while they are made? */
bool reel_stream_can(const reel_plan *plan);

/** Has DIR been made and sent by this plan to this place before? */
bool reel_stream_was_sent(const reel_output *output, const reel_plan *plan,
                          const reel_stream_options *options);

/**
 * Get ready; `output` is open. All is borrowed until the end.
 * @return REEL_OK; REEL_E_USAGE (something else is there, or an earlier part went elsewhere); what
 *         reel_push_open() returns.
 */
reel_status reel_stream_open(reel_plan *plan, reel_output *output,
                             const reel_stream_options *options, reel_stream **out,
                             reel_error *err) REEL_MUST_CHECK;

/** Was clip `i` sent by an earlier run? It needs no record. */
bool reel_stream_has(const reel_stream *stream, int i);

/** How many clips, the first of all, must be made before reel_stream_begin(). */
int reel_stream_first(const reel_stream *stream);

/** Their records are whole: the pictures are made, and putting begins. */
reel_status reel_stream_begin(reel_stream *stream, reel_error *err) REEL_MUST_CHECK;

/** The record of clip `i` is whole. May wait for room. @return REEL_OK; REEL_E_RETRY (a stop, or
 * the network); what putting and sending return. */
reel_status reel_stream_clip(reel_stream *stream, int i, reel_error *err) REEL_MUST_CHECK;

/** See whether something was sent; cheap. */
reel_status reel_stream_poll(reel_stream *stream, reel_error *err) REEL_MUST_CHECK;

/** All clips were told: send the rest, card and manifest last, and look whether all is there. */
reel_status reel_stream_finish(reel_stream *stream, reel_error *err) REEL_MUST_CHECK;

/** Sending stops; what was sent is known to the next run. */
void reel_stream_close(reel_stream **stream);

REEL_API_END
