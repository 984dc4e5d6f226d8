/*
 * push.h - files to the hub or to an object store, for push and run --push.
 *
 * Thread-safety: one object, one thread; processes are started for what is sent side by side.
 */
#pragma once

#include "app/args.h"
#include "app/progress.h"
#include "export/remote/hub.h"
#include "export/remote/s3.h"

REEL_API_BEGIN

typedef struct reel_push_options {
    const char *to;       /**< "OWNER/NAME" or "s3://BUCKET/PREFIX" */
    const char *revision; /**< of the hub; NULL: main */
    bool is_private;      /**< of the hub */
    int commit_files;     /**< of the hub */
    uint64_t commit_bytes;
    uint64_t part_bytes; /**< of S3 */
    int n_workers;       /**< S3: files side by side */
    bool look_first;     /**< S3: each file may be there already */
    bool quiet;
} reel_push_options;

/** The options' rows that push and run --push share. */
#define REEL_PUSH_OPTIONS                                                                    \
    {.name = "revision", .value = "NAME", .help = "hub: branch (default main)"},             \
        {.name = "private", .help = "hub: a private repository"},                            \
        {.name = "tag",                                                                      \
         .value = "NAME",                                                                    \
         .help =                                                                             \
             "hub: tag of the last commit (default v3.0 for the\n"                           \
             "lerobot layout, else none)"},                                                  \
        {.name = "commit-files", .value = "N", .help = "hub: most files of a commit (100)"}, \
        {.name = "commit-size",                                                              \
         .value = "BYTES",                                                                   \
         .help = "hub: most bytes of a commit, such as 500M (2G)"},                          \
    {                                                                                        \
        .name = "part-size", .value = "BYTES",                                               \
        .help = "s3: larger files go in parts of this size (64M)"                            \
    }

/** Read them. @return REEL_OK; REEL_E_USAGE (also an option of the hub for S3, or the other way
 * round). */
reel_status reel_push_parse(const reel_args *args, const char *to, reel_push_options *out,
                            reel_error *err) REEL_MUST_CHECK;

/** Is there what sending needs: keys in the environment, or the command hf? Asks nobody else, so it
 * can be called before the long work. @return REEL_OK; REEL_E_USAGE (says what is missing). */
reel_status reel_push_ready(const reel_push_options *options, reel_error *err) REEL_MUST_CHECK;

/** "500M", "8G", "123": bytes, by powers of 1000. */
bool reel_parse_bytes(const char *text, uint64_t *out);
/** "1.2 GB". */
void reel_format_bytes(uint64_t bytes, char *out, size_t size);

typedef struct reel_push reel_push; /**< opaque: an open place */

/**
 * Get ready; the repository of the hub is created if it is not there.
 * @return REEL_OK; REEL_E_USAGE (what is missing and how to get it); REEL_E_RETRY (network, or a
 *         stop); REEL_E_IO; REEL_E_NOMEM. So do all that follow.
 */
reel_status reel_push_open(const reel_push_options *options, reel_push **out,
                           reel_error *err) REEL_MUST_CHECK;
void reel_push_close(reel_push **push);

/** Open, see what is there (`*n` files, or objects; `first`: one of them, cut to `size`), and close:
 * before long work, to hear of a token or permission that is lacking. */
reel_status reel_push_ask(const reel_push_options *options, int *n, char *first, size_t size,
                          reel_error *err) REEL_MUST_CHECK;

reel_hub *reel_push_hub(reel_push *push); /**< NULL: S3 */
/** Bounds of its parts. */
reel_remote_bounds reel_push_bounds(const reel_push_options *options);

/** May we write there, as far as can be told before? */
reel_status reel_push_may_write(reel_push *push, reel_error *err) REEL_MUST_CHECK;

/** Mark what is there, and tell of others. */
reel_status reel_push_look(reel_push *push, reel_remote_plan *plan,
                           reel_error *err) REEL_MUST_CHECK;

/** Send files; `message` is the commit's. */
reel_status reel_push_send(reel_push *push, const reel_remote_file *const *files, int n,
                           const char *message, reel_error *err) REEL_MUST_CHECK;

/** Remove objects or files. */
reel_status reel_push_remove(reel_push *push, const char *const *names, int n,
                             reel_error *err) REEL_MUST_CHECK;

/** Look again: is every file of the plan there? @return also REEL_E_CONFLICT (names one). */
reel_status reel_push_confirm(reel_push *push, reel_remote_plan *plan,
                              reel_error *err) REEL_MUST_CHECK;

/** S3: abort what is left of unfinished uploads of the plan's files. */
reel_status reel_push_tidy(reel_push *push, const reel_remote_plan *plan,
                           reel_error *err) REEL_MUST_CHECK;

/** The tag that a dataset of this layout gets: of the option --tag, or what readers of the layout
 * ask for; NULL: none. *may_move: it is the layout's own. @return REEL_OK; REEL_E_USAGE. */
reel_status reel_push_tag(const reel_args *args, const reel_push_options *options,
                          const char *layout, const char **tag, bool *may_move,
                          reel_error *err) REEL_MUST_CHECK;

/** physreel push DIR TO, with the options of push that `args` has. @return the exit status. */
int reel_push_dataset(const reel_args *args, const char *dir, const char *to, int n_workers);

/** Begin to show progress of `total` bytes. */
void reel_push_progress_start(reel_push *push, uint64_t total);
void reel_push_progress_finish(reel_push *push);

REEL_API_END
