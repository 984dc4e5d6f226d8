/*
 * worker.h - a pool of worker processes that take one job after another.
 *
 * Jobs are numbers. A worker that dies (a signal, exit, abort inside a library) fails the job it
 * had and is replaced by a new process; the other jobs go on. Nothing depends on which worker does
 * what or on the order in which jobs end. Workers die with the parent and ignore SIGINT and
 * SIGTERM, which the parent answers. Thread-safety: the parent has one thread.
 */
#pragma once

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

typedef struct reel_worker reel_worker; /**< opaque: a worker's end of the line */

enum { REEL_MAX_WORKERS = 256, REEL_WORKER_MESSAGE = 2048 };

typedef struct reel_pool {
    int n_workers; /**< 1..REEL_MAX_WORKERS */
    int n_jobs;
    const bool *skip; /**< [n_jobs] jobs that are done already; may be NULL */
    void *ctx;
    /** In the worker: do job `job`. */
    reel_status (*work)(void *ctx, int job, reel_worker *worker, reel_error *err);
    /** In the parent: a message that the worker sent with reel_worker_send(); may be NULL. */
    void (*message)(void *ctx, int job, uint32_t kind, const void *data, size_t size);
    /** In the parent: job `job` ended. `err->status` as of `work`; REEL_E_INTERNAL or REEL_E_RETRY
     * for a worker that died (`err->msg` says how). @return false to hand out no more jobs. */
    bool (*done)(void *ctx, int job, const reel_error *err);
} reel_pool;

/** Cores that this process may use. */
int reel_pool_cores(void);

/** To the parent, in the worker; up to REEL_WORKER_MESSAGE bytes. */
void reel_worker_send(reel_worker *worker, uint32_t kind, const void *data, size_t size);

/**
 * Run all jobs. Ends early when `done` returned false (jobs in work are finished first) or a stop
 * was asked for (workers are killed at once, their jobs are not reported).
 * @return REEL_OK, whatever the jobs did; REEL_E_RETRY if stopped by a signal; REEL_E_IO (no
 *         processes or pipes); REEL_E_NOMEM.
 */
reel_status reel_pool_run(const reel_pool *pool, reel_error *err) REEL_MUST_CHECK;

/** SIGINT, SIGTERM and SIGHUP ask for a stop from now on. */
void reel_stop_catch(void);
/** 0, or the signal that asked for a stop. */
int reel_stop_signal(void);

REEL_API_END
