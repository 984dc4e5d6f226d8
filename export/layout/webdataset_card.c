/* webdataset_card.c - what the card of a dataset in shards says. */
#include "export/card.h"
#include "export/layout/webdataset_internal.h"
#include <string.h>

static const char *example_split(const reel_webdataset *w)
{
    for (int s = 0; s < w->facts.n_splits; s++) {
        if (strcmp(w->facts.splits[s].name, "train") == 0) {
            return "train";
        }
    }
    return w->facts.n_splits ? w->facts.splits[0].name : "train";
}

/*
 * All configs of a repository are opened by one builder, that of the first: so the tables are
 * loaded by path. The records are too, because the builder would unfold their JSON and arrays into
 * columns, which differ from scene to scene; and labels, because their rows are stores of many
 * megabytes, which the viewer could not show, or videos that it would decode as colours.
 */
static void put_config(reel_bytes *out, const reel_webdataset *w, const char *set, bool is_default)
{
    reel_bytes_printf(out, "- config_name: %s\n%s  data_files:\n", set,
                      is_default ? "  default: true\n" : "");
    for (int s = 0; s < w->facts.n_splits; s++) {
        const char *split = w->facts.splits[s].name;
        reel_bytes_printf(out, "  - split: %s\n    path: \"%s/%s-*.tar\"\n", split, set, split);
    }
}

static void put_clip_loading(reel_bytes *out, const reel_webdataset *w, const char *set)
{
    const char *split = example_split(w);
    reel_bytes_printf(out,
                      "```python\nimport io\n%sfrom datasets import load_dataset\n\n"
                      "root = \"path/to/dataset\"  # or \"owner/name\" on the hub\n"
                      "clips = load_dataset(root, \"%s\", split=\"%s\", streaming=True)%s\n"
                      "clip = next(iter(clips))\n",
                      w->facts.colour ? "import av\n" : "", set, split,
                      w->facts.colour ? ".decode(False)" : "");
    if (w->facts.colour) {
        reel_bytes_text(
            out,
            "with av.open(io.BytesIO(clip[\"mp4\"][\"bytes\"])) as video:\n"
            "    frames = [f.to_ndarray(format=\"rgb24\") for f in video.decode(video=0)]\n");
    }
    reel_bytes_text(out,
                    "print(clip[\"__key__\"], clip[\"txt\"], clip[\"json\"][\"fps\"])\n```\n\n");
    if (w->facts.colour) {
        reel_bytes_text(
            out, "Without `.decode(False)`, `clip[\"mp4\"]` is a decoder of torchcodec.\n\n");
    }
}

/* Shard k of every set has the same keys in the same order. */
static void put_shard_loading(reel_bytes *out, const reel_webdataset *w, const char *set)
{
    reel_bytes_text(
        out,
        "With `webdataset`, any number of workers, each with its own shards (from the hub, by "
        "their URLs, which end in `/resolve/main/` and the path):\n\n"
        "```python\nimport glob, json\nimport webdataset\n\n");
    reel_bytes_printf(
        out,
        "shards = sorted(glob.glob(f\"{root}/%s/%s-*.tar\"))\n"
        "for sample in webdataset.WebDataset(shards, shardshuffle=False):\n"
        "    facts, caption = json.loads(sample[\"json\"]), sample[\"txt\"].decode()\n"
        "    break\n```\n\n",
        set, example_split(w));
}

static void put_label_loading(reel_bytes *out, const reel_webdataset *w, const char *set)
{
    reel_bytes_printf(
        out,
        "Labels beside it: shard k of `labels` has the same keys in the same order as shard k of "
        "`%s`. From memory, a store is good in forked workers too.\n\n"
        "```python\nimport zipfile\nimport zarr\n\n"
        "stores = [s.replace(\"/%s/\", \"/labels/\") for s in shards]\n"
        "for label in webdataset.WebDataset(stores, shardshuffle=False):\n",
        set, set);
    reel_bytes_text(out,
                    "    with zipfile.ZipFile(io.BytesIO(label[\"zarr.zip\"])) as archive:\n"
                    "        files = {n: zarr.core.buffer.cpu.Buffer.from_bytes(archive.read(n))\n"
                    "                 for n in archive.namelist()}\n"
                    "    planes = zarr.open_group(zarr.storage.MemoryStore(files), mode=\"r\")\n"
                    "    assert label[\"__key__\"] == sample[\"__key__\"]\n    break\n");
    if (w->facts.labels & REEL_PLANE_BIT(REEL_PLANE_DEPTH)) {
        reel_bytes_text(out, "depth = planes[\"depth\"][0] * ");
        reel_bytes_real(out, w->facts.depth_scale);
        reel_bytes_text(out, "  # frame 0, metres; 65535 in the store: nothing there\n");
    }
    reel_bytes_text(out, "```\n\n");
}

/* Planes as videos: export/ffv1.h. */
static void put_movie_loading(reel_bytes *out, const reel_webdataset *w, const char *set)
{
    reel_bytes_printf(
        out,
        "Labels beside it: shard k of `labels` has the same keys in the same order as shard k of "
        "`%s`. Each plane is a lossless video; channels stand one above the other, signed values "
        "have 32768 added, of 8 bits 128.\n\n"
        "```python\nimport av\nimport numpy as np\n\n"
        "stores = [s.replace(\"/%s/\", \"/labels/\") for s in shards]\n"
        "for label in webdataset.WebDataset(stores, shardshuffle=False):\n"
        "    assert label[\"__key__\"] == sample[\"__key__\"]\n    break\n",
        set, set);
    if (w->facts.labels & REEL_PLANE_BIT(REEL_PLANE_DEPTH)) {
        reel_bytes_text(out,
                        "with av.open(io.BytesIO(label[\"depth.mov\"])) as video:\n"
                        "    codes = np.stack([f.to_ndarray() for f in video.decode(video=0)])\n"
                        "depth = codes[0] * ");
        reel_bytes_real(out, w->facts.depth_scale);
        reel_bytes_text(out, "  # frame 0, metres; code 65535: nothing there\n");
    }
    reel_bytes_text(out, "```\n\n");
}

static void put_table_loading(reel_bytes *out, const reel_webdataset *w)
{
    const char *split = example_split(w);
    reel_bytes_printf(
        out,
        "Tables hold the rows of all clips, for choosing clips without opening a shard: "
        "`planes_path` and `record_path` of `metadata` name the archives.\n\n"
        "```python\nstates = load_dataset(\"parquet\", "
        "data_files=f\"{root}/tables/states/%s-*.parquet\")\n```\n\n"
        "On the hub their root is `hf://datasets/owner/name`. DuckDB and pandas read them as "
        "well.\n\n",
        split);
}

static void put_files(reel_bytes *out, const reel_webdataset *w)
{
    if (w->facts.colour) {
        reel_bytes_printf(
            out,
            "| `video/<split>-<nnnnn>.tar` | per stream `.mp4` (H.264, 4:2:0, bt709), "
            "%s`.txt` (caption), `.json` (what metadata says of it) |\n",
            w->first_frames ? "`.first.png` (its first frame), " : "");
    } else {
        reel_bytes_text(out,
                        "| `facts/<split>-<nnnnn>.tar` | per stream `.txt` (caption), `.json` "
                        "(what metadata says of it) |\n");
    }
    if (w->controls) {
        reel_bytes_text(out,
                        "| `control/<split>-<nnnnn>.tar` | per stream `.control_<kind>.mp4`: "
                        "control videos, 8-bit |\n");
    }
    if (w->has_labels && !w->has_movies) {
        reel_bytes_text(out,
                        "| `labels/<split>-<nnnnn>.tar` | per stream `.zarr.zip`: label planes, "
                        "one array a plane, one chunk a frame |\n");
    } else if (w->has_labels) {
        reel_bytes_text(out,
                        "| `labels/<split>-<nnnnn>.tar` | per stream and plane `.<plane>.mov`: "
                        "FFV1, lossless |\n");
    }
    reel_bytes_text(
        out,
        "| `records/<split>-<nnnnn>.tar` | per clip `.scene.json`, `.take.npz`, `.views.npz`, "
        "`.captions.json`, `.manifest.json`: the frozen scene, the simulation's result in float64, "
        "the views, texts, digests |\n"
        "| `tables/<table>/<split>-<nnnnn>.parquet` | metadata, objects, states, cameras, events, "
        "boxes, tracks, actions of the clips in shard nnnnn |\n");
}

void reel_webdataset_card(void *writer, reel_layout_card *out)
{
    const reel_webdataset *w = writer;
    const char *set = reel_shard_set_name(REEL_SHARD_VIDEO, w->facts.colour);
    out->tables = out->metadata = true;
    put_config(&out->configs, w, set, true);
    if (w->controls) {
        put_config(&out->configs, w, reel_shard_set_name(REEL_SHARD_CONTROL, true), false);
    }
    put_clip_loading(&out->loading, w, set);
    put_shard_loading(&out->loading, w, set);
    if (w->has_labels && w->has_movies) {
        put_movie_loading(&out->loading, w, set);
    } else if (w->has_labels) {
        put_label_loading(&out->loading, w, set);
    }
    put_table_loading(&out->loading, w);
    put_files(&out->files, w);
    reel_bytes_text(&out->tags, "- webdataset\n");
    reel_bytes_text(
        &out->notes,
        "### Shards\n\n"
        "A stream is a clip, or `<clip>_<camera>` where a clip has several cameras; it is the key "
        "of "
        "a sample, and a clip's records have the clip's name as theirs. All samples of a clip are "
        "in shards of one number, and shard k of one set has the clips of shard k of all others, "
        "in "
        "the same order. In `.json` what a script does not give is \"\".\n\n");
    if (w->has_labels) {
        out->planes = true;
        reel_card_put_planes(&out->notes, &w->facts);
    }
}
