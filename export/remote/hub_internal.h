/*
 * hub_internal.h - one run of `hf`, repeated where that may help.
 */
#pragma once

#include "export/remote/hub.h"

REEL_API_BEGIN

enum { REEL_HUB_MAJOR = 1, REEL_HUB_MINOR = 16 };

struct reel_hub {
    reel_hub_options options;
    const char *revision;
    reel_bytes out, told; /* of the last run */
};

/** What a run of `hf` that failed said. */
typedef enum reel_hub_verdict {
    REEL_HUB_PASSING = 0, /**< network or server: may work if repeated */
    REEL_HUB_ABSENT,      /**< no such repository, branch or tag */
    REEL_HUB_NO_TOKEN,    /**< none, or one that is not valid */
    REEL_HUB_FORBIDDEN,   /**< a token that may not do this */
    REEL_HUB_TOO_OLD,     /**< hf does not know the command or an option */
    REEL_HUB_REFUSED,     /**< for good, in its own words */
} reel_hub_verdict;

/** Judge by exit status and standard error. */
reel_hub_verdict reel_hub_judge(int exit_status, const char *told);

/**
 * Run argv, again and again while it fails for a passing reason and tries are left.
 * @param[out] absent  NULL: what is not there is an error; else it is told, and REEL_OK returned.
 */
reel_status reel_hub_run(reel_hub *hub, const char *const *argv, bool *absent,
                         reel_error *err) REEL_MUST_CHECK;

/** Run argv once, to see whether it is refused for want of a token or permission. Any other end is
 * REEL_OK. */
reel_status reel_hub_may(reel_hub *hub, const char *const *argv, reel_error *err) REEL_MUST_CHECK;

/** Standard output of the last run. */
const char *reel_hub_output(reel_hub *hub);

REEL_API_END
