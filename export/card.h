/*
 * card.h - README.md of a dataset: front matter for the hub, then what a user needs to know.
 *
 * What holds for clips in every layout comes from facts.h, the rest from the layout.
 * Thread-safety: pure functions.
 */
#pragma once

#include "base/bytes.h"
#include "export/facts.h"
#include "export/table.h"

REEL_API_BEGIN

/** What a card says about a layout, in Markdown but for the first two. */
typedef struct reel_layout_card {
    reel_bytes configs; /**< YAML under "configs:": list items, "- config_name: ...\n" */
    reel_bytes tags;    /**< YAML list items beyond the common tags, "- LeRobot\n" */
    reel_bytes tasks; /**< task_categories, "- robotics\n": with planes or tables beyond the common
                           ones, else all of them */
    reel_bytes loading; /**< code that loads it, in fenced blocks, with words between */
    reel_bytes files;   /**< rows of a table: "| `path` | content |\n" */
    reel_bytes notes;   /**< conventions of this layout, with headings of level 3; may be empty */
    int64_t examples;   /**< rows of the default config; 0: as many as videos, clips x cameras */
    bool planes;        /**< label planes that the clips store are files of it */
    bool tables;        /**< so are our tables */
    bool metadata;      /**< and among them is metadata */
    bool conventions;   /**< notes have all of them: the common ones for cameras, flow and boxes
                             are left out */
} reel_layout_card;

/** Accepts a zeroed card. */
void reel_layout_card_finish(reel_layout_card *card);

typedef struct reel_card {
    const char *name, *command, *license;
    const char *strip;   /**< name of a moving picture in the root to show; NULL if none */
    const char *picture; /**< name of a picture in the root to show; NULL if none */
    bool has_plan;       /**< the root holds plan.json */
    bool colour_tables;  /**< metadata has videos */
    bool tables;         /**< the columns of our tables are listed */
    uint64_t bytes;      /**< of all files but the card and the manifest */
    const reel_facts *facts;
    const reel_layout_card *layout;
} reel_card;

/** Write `root`/README.md. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_card_write(const char *root, const reel_card *card,
                            reel_error *err) REEL_MUST_CHECK;

/** What a file that the caller put into the root is to the card: the first .webp is its strip, the
 * first .png its picture. Untouched if it is none of these. */
void reel_card_learn_file(const char *name, const char **strip, const char **picture,
                          bool *has_plan);

/** `text` as a double-quoted YAML scalar. */
void reel_card_put_quoted(reel_bytes *out, const char *text);

/** The rows of the table of label planes that `facts` has, by their names. */
void reel_card_put_planes(reel_bytes *out, const reel_facts *facts);

/** The column list of a table in Markdown, appended; used by the card and by the docs' test. */
void reel_table_markdown(const reel_table *table, reel_bytes *out);

REEL_API_END
