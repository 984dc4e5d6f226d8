/*
 * stream_internal.h - the state of run --push, and its journal.
 */
#pragma once

#include "app/export.h"
#include "app/sender.h"
#include "app/stream.h"

REEL_API_BEGIN

/** Files that are done together, and what is then done of each split. */
typedef struct reel_stream_group {
    struct reel_stream_group *next;
    reel_arena arena;
    int n, room;
    reel_remote_file *files;
    uint64_t bytes;
    int *covered; /**< [splits] clips, the first of each, that are in done files */
} reel_stream_group;

struct reel_stream {
    reel_arena arena;
    reel_plan *plan;
    reel_output *output;
    reel_stream_options options;
    reel_export_options export_options;
    char work[REEL_PATH_MAX];
    reel_exporter *exporter;
    reel_export_source *sources;
    reel_sender *sender;
    /* clips */
    int n_splits;
    const char **splits;
    int *split_of, *ordinal; /* [clips] split, and number within it */
    bool *whole;             /* [clips] its record is there */
    int next;                /* clip to put */
    int *put, *covered;      /* [splits] clips put; in files that are done */
    int *had, *done;         /* [splits] sent by earlier runs; sent by now */
    /* groups: the first is under way */
    reel_stream_group *open, *first, **last;
    bool under_way;
    reel_error why;         /* status: that of a sending that failed */
    uint64_t waiting, sent; /* bytes */
    /* push.json */
    char journal_path[REEL_PATH_MAX];
    reel_json *journal;
};

/** REEL_E_NOMEM. */
reel_status reel_stream_no_memory(reel_error *err);

/* ---- stream_journal.c ---- */

/** A group is there: into the journal. */
reel_status reel_stream_note(reel_stream *stream, const reel_stream_group *group,
                             reel_error *err) REEL_MUST_CHECK;
/** Remove its files, and what is large of the records that are done with. Files at the top stay. */
reel_status reel_stream_make_room(reel_stream *stream, const reel_stream_group *group,
                                  reel_error *err) REEL_MUST_CHECK;
/** Tell the exporter of the files of earlier runs. */
reel_status reel_stream_resume_files(reel_stream *stream, reel_error *err) REEL_MUST_CHECK;
/** Is all there? Then the tag is set, and DIR.pushed written. */
reel_status reel_stream_confirm(reel_stream *stream, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
