/*
 * sink_internal.h - what the kinds of sink share. Private to export/.
 */
#pragma once

#include "export/sink.h"

typedef struct reel_sink_vtable {
    reel_status (*write)(reel_sink *sink, const reel_frame *frame, reel_error *err);
    reel_status (*close)(reel_sink *sink, reel_error *err); /**< after the last frame */
    void (*destroy)(reel_sink *sink); /**< frees the sink; removes a file that is not whole */
} reel_sink_vtable;

/** The first member of every kind's struct. */
struct reel_sink {
    const reel_sink_vtable *vtable;
    int width, height; /**< of every frame; 0 = any */
    int frames;        /**< how many will come; -1 = any number */
    int next;          /**< frames written so far */
    bool is_closed;
    bool has_failed; /**< nothing may follow but destroy */
    double seconds;  /**< CPU, in write and close */
};

/** CPU seconds of this thread. */
double reel_sink_cpu_clock(void);
