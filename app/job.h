/*
 * job.h - one clip: freeze, simulate, draw every camera and frame, record, publish.
 *
 * A pure function of (plan, index): the same bytes whatever ran before in the process. A take that
 * the audit refuses, or a value that does not fit its label, is replaced by the next attempt (up to
 * REEL_MAX_ATTEMPTS), so that counts are exact; all machines agree on the attempt that stays.
 * Thread-safety: one job at a time in a process.
 */
#pragma once

#include "app/plan.h"

REEL_API_BEGIN

/** CPU seconds by stage, and what was made. Not part of any digest. */
typedef struct reel_job_stats {
    double freeze, simulate, setup, visibility, shading, labels, encode_video, encode_labels,
        encode_controls, other;
    int64_t frames;    /**< drawn, all cameras */
    uint32_t attempts; /**< refused before the one that stayed */
} reel_job_stats;

/** Told how a job gets on; every callback may be NULL. */
typedef struct reel_job_watch {
    void *ctx;
    void (*attempt)(void *ctx, uint32_t attempt, uint64_t seed);
    void (*refused)(void *ctx, uint64_t seed, const reel_error *why);
    void (*fraction)(void *ctx, double fraction); /**< of the clip, 0..1 */
} reel_job_watch;

/**
 * Make clip `index` of a probed plan as `records_dir`/<clip id>, which must not exist. While it is
 * made it is `records_dir`/.tmp-<clip id>, which is removed on failure.
 * @param[out] stats  added to; may be NULL.
 * @return REEL_OK; REEL_E_SCENE; REEL_E_REFUSED (every attempt was); REEL_E_IO; REEL_E_NOMEM;
 *         REEL_E_INTERNAL.
 */
reel_status reel_job_run(const reel_plan *plan, int index, const char *records_dir,
                         const reel_job_watch *watch, reel_job_stats *stats,
                         reel_error *err) REEL_MUST_CHECK;

/** Draw and record a simulated clip into the new folder `dir`, which is whole afterwards. */
reel_status reel_job_record(const char *dir, const reel_scene *scene, reel_take *take,
                            const reel_record_options *options, const reel_job_watch *watch,
                            reel_job_stats *stats, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
