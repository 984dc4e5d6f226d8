/*
 * hub.h - a dataset repository of the hub, through its official command `hf`.
 *
 * Nothing here speaks the hub's protocol: each step is one run of `hf` (huggingface_hub 1.16 or
 * newer), which finds the token where it always does (HF_TOKEN, or its own login) and retries,
 * de-duplicates and encrypts as it sees fit. What is there already is asked from the hub, never
 * remembered, so a push can end at any moment and be run again. Runs that fail for a reason that
 * may pass are repeated. Thread-safety: one object, one thread.
 */
#pragma once

#include "base/bytes.h"
#include "export/remote/plan.h"

REEL_API_BEGIN

/** How commands are run; implemented in app/. */
typedef struct reel_hub_runner {
    void *ctx;
    /**
     * Run argv (argv[0] is looked for in PATH; no shell) to its end.
     * @param out   its standard output is appended.
     * @param told  its standard error is appended.
     * @param[out] exit_status  127: there is no such command; 128 + n: it died of signal n.
     * @return REEL_OK however it ended; REEL_E_RETRY (a stop was asked for); REEL_E_IO;
     *         REEL_E_NOMEM.
     */
    reel_status (*run)(void *ctx, const char *const *argv, reel_bytes *out, reel_bytes *told,
                       int *exit_status, reel_error *err);
    /** Wait before a repetition; `why` says for what. @return REEL_OK; REEL_E_RETRY (a stop). */
    reel_status (*wait)(void *ctx, double seconds, const char *why, reel_error *err);
} reel_hub_runner;

typedef struct reel_hub_options {
    const char *repo;     /**< "OWNER/NAME" */
    const char *revision; /**< branch; NULL: main */
    bool is_private;      /**< make it private; an existing public one is refused */
    int tries;            /**< of each step, 1.. */
    const char *stage;    /**< an empty folder for links to what is being sent */
    reel_hub_runner runner;
} reel_hub_options;

typedef struct reel_hub reel_hub; /**< opaque */

/** Is it "OWNER/NAME" as the hub takes it? */
bool reel_hub_is_repo(const char *text);
/** May a branch or tag be named so, here and on a command line? */
bool reel_hub_is_ref(const char *text);

/**
 * Create the repository, if it is not there yet. Strings are borrowed until the end.
 * @return REEL_OK; REEL_E_USAGE (no hf, too old a one, no token or not the right, no permission, a
 *         public repository where a private one is wanted: the message says what to do);
 *         REEL_E_RETRY (network, after all tries); REEL_E_IO; REEL_E_NOMEM.
 */
reel_status reel_hub_open(const reel_hub_options *options, reel_hub **out,
                          reel_error *err) REEL_MUST_CHECK;
void reel_hub_close(reel_hub **hub);

/** May this token write to the repository? Asked for by making the branch, which it needs anyway: of
 * a repository that is there, opening says nothing about it. Same returns. */
reel_status reel_hub_may_write(reel_hub *hub, reel_error *err) REEL_MUST_CHECK;

/** Mark the files of the plan that are there with their bytes (and only these), and tell it of the
 * others. The hub's own .gitattributes is not counted. Same returns. */
reel_status reel_hub_look(reel_hub *hub, reel_remote_plan *plan, reel_error *err) REEL_MUST_CHECK;

/** Send files as one commit. Files that are there are let pass by hf. Same returns. */
reel_status reel_hub_send(reel_hub *hub, const reel_remote_file *const *files, int n,
                          const char *message, reel_error *err) REEL_MUST_CHECK;

/** Remove files, in commits of bounded size. Same returns. */
reel_status reel_hub_remove(reel_hub *hub, const char *const *names, int n,
                            reel_error *err) REEL_MUST_CHECK;

/** What a tag is set to. */
typedef enum reel_hub_tag_state {
    REEL_HUB_TAG_ABSENT = 0,
    REEL_HUB_TAG_HERE,      /**< at the branch's last commit */
    REEL_HUB_TAG_ELSEWHERE, /**< at another commit */
} reel_hub_tag_state;

/** Same returns. */
reel_status reel_hub_tag_look(reel_hub *hub, const char *tag, reel_hub_tag_state *state,
                              reel_error *err) REEL_MUST_CHECK;

/** Set the tag to the branch's last commit; an older one of this name is moved. Same returns. */
reel_status reel_hub_tag(reel_hub *hub, const char *tag, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
