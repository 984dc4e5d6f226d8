/* hub_card.c - the front matter of README.md, and the files that its configs name; see hub.h. */
#include "export/hub/hub_internal.h"
#include "export/hub/yaml.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char card_name[] = "README.md";

/* What a config's files are read by. */
typedef enum builder {
    BUILDER_NONE = 0,
    BUILDER_VIDEO, /* videos, with metadata.* */
    BUILDER_IMAGE,
    BUILDER_PARQUET,
    BUILDER_SHARDS,
    BUILDER_JSON,
    BUILDER_CSV,
} builder;

static const char *const builder_names[] = {"nothing", "videos", "images", "Parquet",
                                            "shards",  "JSON",   "CSV"};

static void tell(reel_hub *hub, const char *field, const char *what, const char *value)
{
    reel_findings_report(&hub->findings, card_name, "%s: %s%s%s%s", field, what, value ? " \"" : "",
                         value ? value : "", value ? "\"" : "");
}

/* ---- words ------------------------------------------------------------------------------------
 * Lists of the hub's own documentation, 2026-08.
 */

static const char *const licenses[] = {"apache-2.0",
                                       "mit",
                                       "openrail",
                                       "bigscience-openrail-m",
                                       "creativeml-openrail-m",
                                       "bigscience-bloom-rail-1.0",
                                       "bigcode-openrail-m",
                                       "afl-3.0",
                                       "artistic-2.0",
                                       "bsl-1.0",
                                       "bsd",
                                       "bsd-2-clause",
                                       "bsd-3-clause",
                                       "bsd-3-clause-clear",
                                       "c-uda",
                                       "cc",
                                       "cc0-1.0",
                                       "cc-by-2.0",
                                       "cc-by-2.5",
                                       "cc-by-3.0",
                                       "cc-by-4.0",
                                       "cc-by-sa-3.0",
                                       "cc-by-sa-4.0",
                                       "cc-by-nc-2.0",
                                       "cc-by-nc-3.0",
                                       "cc-by-nc-4.0",
                                       "cc-by-nd-4.0",
                                       "cc-by-nc-nd-3.0",
                                       "cc-by-nc-nd-4.0",
                                       "cc-by-nc-sa-2.0",
                                       "cc-by-nc-sa-3.0",
                                       "cc-by-nc-sa-4.0",
                                       "cdla-sharing-1.0",
                                       "cdla-permissive-1.0",
                                       "cdla-permissive-2.0",
                                       "wtfpl",
                                       "ecl-2.0",
                                       "epl-1.0",
                                       "epl-2.0",
                                       "etalab-2.0",
                                       "eupl-1.1",
                                       "eupl-1.2",
                                       "agpl-3.0",
                                       "gfdl",
                                       "gpl",
                                       "gpl-2.0",
                                       "gpl-3.0",
                                       "lgpl",
                                       "lgpl-2.1",
                                       "lgpl-3.0",
                                       "isc",
                                       "h-research",
                                       "intel-research",
                                       "lppl-1.3c",
                                       "ms-pl",
                                       "apple-ascl",
                                       "apple-amlr",
                                       "mpl-2.0",
                                       "odc-by",
                                       "odbl",
                                       "openmdw-1.0",
                                       "openrail++",
                                       "osl-3.0",
                                       "postgresql",
                                       "ofl-1.1",
                                       "ncsa",
                                       "unlicense",
                                       "zlib",
                                       "pddl",
                                       "lgpl-lr",
                                       "deepfloyd-if-license",
                                       "fair-noncommercial-research-license",
                                       "llama2",
                                       "llama3",
                                       "llama3.1",
                                       "llama3.2",
                                       "llama3.3",
                                       "llama4",
                                       "gemma",
                                       "unknown",
                                       "other",
                                       NULL};

static const char *const tasks[] = {"text-classification",
                                    "token-classification",
                                    "table-question-answering",
                                    "question-answering",
                                    "zero-shot-classification",
                                    "translation",
                                    "summarization",
                                    "feature-extraction",
                                    "text-generation",
                                    "fill-mask",
                                    "sentence-similarity",
                                    "text-to-speech",
                                    "text-to-audio",
                                    "automatic-speech-recognition",
                                    "audio-to-audio",
                                    "audio-classification",
                                    "audio-text-to-text",
                                    "voice-activity-detection",
                                    "depth-estimation",
                                    "image-classification",
                                    "object-detection",
                                    "image-segmentation",
                                    "text-to-image",
                                    "image-to-text",
                                    "image-to-image",
                                    "image-to-video",
                                    "unconditional-image-generation",
                                    "video-classification",
                                    "reinforcement-learning",
                                    "robotics",
                                    "tabular-classification",
                                    "tabular-regression",
                                    "tabular-to-text",
                                    "table-to-text",
                                    "multiple-choice",
                                    "text-ranking",
                                    "text-retrieval",
                                    "time-series-forecasting",
                                    "text-to-video",
                                    "image-text-to-text",
                                    "image-text-to-image",
                                    "image-text-to-video",
                                    "visual-question-answering",
                                    "document-question-answering",
                                    "zero-shot-image-classification",
                                    "graph-ml",
                                    "mask-generation",
                                    "zero-shot-object-detection",
                                    "text-to-3d",
                                    "image-to-3d",
                                    "image-feature-extraction",
                                    "video-text-to-text",
                                    "keypoint-detection",
                                    "visual-document-retrieval",
                                    "any-to-any",
                                    "video-to-video",
                                    "other",
                                    NULL};

static const char *const sizes[] = {"n<1K",       "1K<n<10K",   "10K<n<100K", "100K<n<1M",
                                    "1M<n<10M",   "10M<n<100M", "100M<n<1B",  "1B<n<10B",
                                    "10B<n<100B", "100B<n<1T",  "n>1T",       NULL};

static bool is_word(const char *text, const char *const *words)
{
    while (*words && strcmp(*words, text) != 0) {
        words++;
    }
    return *words != NULL;
}

/* A string or a list of strings, each of them one of `words` (NULL: any). */
static void check_words(reel_hub *hub, const reel_json *front, const char *key,
                        const char *const *words, const char *why)
{
    const reel_json *value = reel_json_get(front, key);
    if (!value) {
        return;
    }
    const bool list = reel_json_type_of(value) == REEL_JSON_ARRAY;
    const size_t n = list ? reel_json_count(value) : 1;
    for (size_t i = 0; i < n; i++) {
        const char *text = reel_json_to_string(list ? reel_json_at(value, i) : value);
        if (!text) {
            tell(hub, key, "must be a string or a list of strings", NULL);
        } else if (words && !is_word(text, words)) {
            tell(hub, key, why, text);
        }
    }
}

/* ---- configs ----------------------------------------------------------------------------------
 */

static builder builder_of(const char *name)
{
    static const struct {
        const char *end;
        builder kind;
    } ends[] = {{".mp4", BUILDER_VIDEO},       {".mkv", BUILDER_VIDEO}, {".mov", BUILDER_VIDEO},
                {".png", BUILDER_IMAGE},       {".jpg", BUILDER_IMAGE}, {".tar", BUILDER_SHARDS},
                {".parquet", BUILDER_PARQUET}, {".json", BUILDER_JSON}, {".jsonl", BUILDER_JSON},
                {".csv", BUILDER_CSV}};
    const char *slash = strrchr(name, '/');
    const char *base = slash ? slash + 1 : name, *dot = strrchr(base, '.');
    if (strncmp(base, "metadata.", 9) == 0) {
        return BUILDER_NONE; /* goes with whatever stands beside it */
    }
    for (size_t i = 0; dot && i < sizeof ends / sizeof ends[0]; i++) {
        if (strcmp(dot, ends[i].end) == 0) {
            return ends[i].kind;
        }
    }
    return BUILDER_NONE;
}

typedef struct config {
    const char *name;
    builder kind;
    bool mixed;
    bool filled; /* the split that is looked at has a row, as far as can be told */
} config;

/* False: nothing comes of it when it is loaded. What is not there is told of elsewhere. */
static bool check_file(reel_hub *hub, const char *name, builder kind)
{
    const size_t n = strlen(name);
    char path[REEL_PATH_MAX];
    struct stat st;
    if (kind == BUILDER_VIDEO) {
        reel_hub_check_video(hub, name);
    } else if (kind == BUILDER_SHARDS) {
        reel_hub_check_shard(hub, name);
    } else if (n > 8 && strcmp(name + n - 8, ".parquet") == 0) {
        return reel_hub_check_parquet(hub, name) != 0;
    }
    reel_fs_join(path, sizeof path, hub->dataset->root, name);
    return stat(path, &st) != 0 || st.st_size > 0;
}

static void check_pattern(reel_hub *hub, config *c, const char *pattern)
{
    int n = 0;
    for (int i = 0; i < hub->n_files && !hub->findings.stop; i++) {
        if (!reel_hub_matches(pattern, hub->files[i])) {
            continue;
        }
        const builder kind = builder_of(hub->files[i]);
        c->mixed |= kind && c->kind && kind != c->kind;
        c->kind = c->kind ? c->kind : kind;
        c->filled |= check_file(hub, hub->files[i], kind);
        n++;
    }
    if (n == 0) {
        char what[160];
        snprintf(what, sizeof what, "config %s names no file by the pattern", c->name);
        tell(hub, "configs", what, pattern);
    }
}

/* `split` NULL: the only one. */
static void check_patterns(reel_hub *hub, config *c, const char *split, const reel_json *paths)
{
    const bool list = paths && reel_json_type_of(paths) == REEL_JSON_ARRAY;
    const size_t n = list ? reel_json_count(paths) : 1;
    const int before = hub->findings.n;
    c->filled = false;
    for (size_t i = 0; i < n; i++) {
        const char *pattern = reel_json_to_string(list ? reel_json_at(paths, i) : paths);
        if (pattern) {
            check_pattern(hub, c, pattern);
        } else {
            tell(hub, "configs", "has data_files without a path, in config", c->name);
        }
    }
    if (!c->filled && !hub->findings.stop && hub->findings.n == before) {
        char what[160];
        snprintf(what, sizeof what,
                 "config %s has a split without a row, which `datasets` does not load:", c->name);
        tell(hub, "configs", what, split ? split : "train");
    }
}

/* Words parted by dots, as `datasets` wants names of splits. */
static bool is_split_name(const char *name)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    for (;; name++) {
        const size_t n = strspn(name, word);
        name += n;
        if (n == 0 || (*name && *name != '.')) {
            return false;
        }
        if (!*name) {
            return true;
        }
    }
}

static void check_data_files(reel_hub *hub, config *c, const reel_json *files)
{
    if (!files) {
        tell(hub, "configs", "has no data_files, so the hub would guess them, in config", c->name);
        return;
    }
    if (reel_json_type_of(files) != REEL_JSON_ARRAY || reel_json_count(files) == 0 ||
        reel_json_type_of(reel_json_at(files, 0)) != REEL_JSON_OBJECT) {
        check_patterns(hub, c, NULL, files);
        return;
    }
    for (size_t i = 0; i < reel_json_count(files); i++) {
        const reel_json *entry = reel_json_at(files, i);
        const char *split = reel_json_to_string(reel_json_get(entry, "split"));
        if (!split || !is_split_name(split)) {
            tell(hub, "configs", "has a split that is no name", split);
        }
        for (size_t k = 0; split && k < i; k++) {
            const char *other = reel_json_to_string(reel_json_get(reel_json_at(files, k), "split"));
            if (other && strcmp(other, split) == 0) {
                tell(hub, "configs", "has one split twice", split);
            }
        }
        check_patterns(hub, c, split, reel_json_get(entry, "path"));
    }
}

static void check_configs(reel_hub *hub, const reel_json *configs)
{
    builder first = BUILDER_NONE;
    int n_defaults = 0;
    for (size_t i = 0; i < reel_json_count(configs) && !hub->findings.stop; i++) {
        const reel_json *entry = reel_json_at(configs, i);
        config c = {.name = reel_json_to_string(reel_json_get(entry, "config_name"))};
        bool is_default = false;
        if (!c.name || !c.name[0]) {
            tell(hub, "configs", "has an entry without config_name", NULL);
            continue;
        }
        for (size_t k = 0; k < i; k++) {
            const char *other =
                reel_json_to_string(reel_json_get(reel_json_at(configs, k), "config_name"));
            if (other && strcmp(other, c.name) == 0) {
                tell(hub, "configs", "has one name twice", c.name);
            }
        }
        reel_json_to_bool(reel_json_get(entry, "default"), &is_default);
        n_defaults += is_default;
        check_data_files(hub, &c, reel_json_get(entry, "data_files"));
        if (c.mixed) {
            tell(hub, "configs", "mixes files of several kinds in config", c.name);
        }
        first = first ? first : c.kind;
        if (c.kind && c.kind != first) {
            char what[160];
            snprintf(what, sizeof what,
                     "holds %s where the first config holds %s, and `datasets` opens all with one "
                     "builder; config",
                     builder_names[c.kind], builder_names[first]);
            tell(hub, "configs", what, c.name);
        }
    }
    if (n_defaults > 1) {
        tell(hub, "configs", "has more than one default", NULL);
    }
}

/* ---- front matter -----------------------------------------------------------------------------
 */

static void check_front(reel_hub *hub, const reel_json *front)
{
    if (!front || reel_json_type_of(front) != REEL_JSON_OBJECT) {
        tell(hub, "front matter", "is no mapping", NULL);
        return;
    }
    if (!reel_json_get(front, "license")) {
        tell(hub, "license", "is missing", NULL);
    }
    check_words(hub, front, "license", licenses, "is not one that the hub knows:");
    check_words(hub, front, "task_categories", tasks, "is not one that the hub knows:");
    check_words(hub, front, "size_categories", sizes, "is not one that the hub knows:");
    check_words(hub, front, "tags", NULL, NULL);
    check_words(hub, front, "language", NULL, NULL);
    check_words(hub, front, "pretty_name", NULL, NULL);
    if (!reel_json_get(front, "configs")) {
        tell(hub, "configs", "is missing: the hub would guess splits and builders from names",
             NULL);
        return;
    }
    check_configs(hub, reel_json_get(front, "configs"));
}

reel_status reel_hub_check_card(reel_hub *hub, reel_error *err)
{
    static const char fence[] = "---\n";
    char path[REEL_PATH_MAX], *text = NULL;
    size_t size = 0;
    reel_error why = {0};
    reel_json *front = NULL;
    reel_fs_join(path, sizeof path, hub->dataset->root, card_name);
    if (!reel_fs_exists(path)) {
        tell(hub, "card", "is missing", NULL);
        return REEL_OK;
    }
    reel_status status = reel_fs_read(path, &text, &size, err);
    if (status) {
        return status;
    }
    const char *end = strncmp(text, fence, 4) == 0 ? strstr(text + 3, "\n---\n") : NULL;
    if (!end) {
        tell(hub, "front matter", "is missing: the file does not begin with ---", NULL);
    } else {
        status =
            reel_yaml_parse(text + 4, (size_t)(end + 1 - (text + 4)), card_name, 2, &front, &why);
        if (status == REEL_E_CONFLICT) {
            reel_findings_report(&hub->findings, card_name, "line %d: %s", why.line, why.msg);
            status = REEL_OK;
        } else if (!status) {
            check_front(hub, front);
        } else if (err) {
            *err = why;
        }
    }
    reel_json_destroy(&front);
    reel_free(text);
    return status;
}
