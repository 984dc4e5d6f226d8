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
 * columns, which differ from scene to scene; and label videos, because it would decode 16 bits as
 * colours.
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

static void put_plain_loading(reel_bytes *out, const reel_webdataset *w, const char *set)
{
    const char *split = example_split(w);
    reel_bytes_text(
        out,
        "```python\nfrom datasets import load_dataset\n\n"
        "root = \"path/to/dataset\"                       # or \"owner/name\" on the hub\n");
    reel_bytes_printf(
        out,
        "clips = load_dataset(root, \"%s\", split=\"%s\", streaming=True)\n"
        "for clip in clips:\n"
        "    print(clip[\"__key__\"], clip[\"json\"][\"num_frames\"], clip[\"txt\"])%s\n"
        "    break\n```\n\n",
        set, split, w->facts.colour ? "  # clip[\"mp4\"] is the video (torchcodec)" : "");
}

/* With `webdataset`: shard k of every set has the same keys in the same order. */
static void put_zipped_loading(reel_bytes *out, const reel_webdataset *w, const char *set)
{
    const char *split = example_split(w);
    reel_bytes_text(out,
                    "With `webdataset` and PyAV, for training: any number of workers, each with "
                    "its own shards. "
                    "On the hub a shard's URL is "
                    "`https://huggingface.co/datasets/owner/name/resolve/main/` and its path.\n\n"
                    "```python\nimport glob, io, json\n");
    reel_bytes_text(out, w->facts.colour ? "import av, webdataset\n\n" : "import webdataset\n\n");
    reel_bytes_printf(out, "shards = sorted(glob.glob(f\"{root}/%s/%s-*.tar\"))\n", set, split);
    reel_bytes_text(out,
                    "for sample in webdataset.WebDataset(shards, shardshuffle=False):\n"
                    "    facts = json.loads(sample[\"json\"])\n");
    if (w->facts.colour) {
        reel_bytes_text(out,
                        "    with av.open(io.BytesIO(sample[\"mp4\"])) as video:\n"
                        "        frames = [f.to_ndarray(format=\"rgb24\") for f in "
                        "video.decode(video=0)]\n");
    }
    reel_bytes_text(out, "    break\n```\n\n");
}

static void put_label_loading(reel_bytes *out, const reel_webdataset *w, const char *set)
{
    reel_bytes_printf(
        out,
        "Labels beside it: shard k of `labels` has the same keys in the same order as shard k of "
        "`%s`.\n\n```python\nimport zipfile\nimport zarr\n\n"
        "labels = webdataset.WebDataset([s.replace(\"/%s/\", \"/labels/\") for s in shards], "
        "shardshuffle=False)\n",
        set, set);
    reel_bytes_text(
        out,
        "for label in labels:\n"
        "    with zipfile.ZipFile(io.BytesIO(label[\"zarr.zip\"])) as archive:\n"
        "        files = {n: zarr.core.buffer.cpu.Buffer.from_bytes(archive.read(n)) for n in "
        "archive.namelist()}\n"
        "    planes = zarr.open(zarr.storage.MemoryStore(files), mode=\"r\")\n");
    if (w->facts.labels & REEL_PLANE_BIT(REEL_PLANE_DEPTH)) {
        reel_bytes_text(out, "    depth = planes[\"depth\"][0].astype(\"float32\") * ");
        reel_bytes_real(out, w->facts.depth_scale);
        reel_bytes_text(out, "  # metres; 65535 in the store: nothing there\n");
    }
    reel_bytes_text(out,
                    "    assert label[\"__key__\"] == sample[\"__key__\"]\n    break\n```\n\n");
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
        reel_bytes_text(out,
                        "| `video/<split>-<nnnnn>.tar` | per stream `.mp4` (H.264, 4:2:0, bt709), "
                        "`.txt` (caption), `.json` (what metadata says of it) |\n");
    } else {
        reel_bytes_text(out,
                        "| `facts/<split>-<nnnnn>.tar` | per stream `.txt` (caption), `.json` "
                        "(what metadata says of it) |\n");
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
        "`.manifest.json`: the frozen scene, the simulation's result in float64, the views, "
        "digests |\n"
        "| `tables/<table>/<split>-<nnnnn>.parquet` | metadata, objects, states, cameras, events, "
        "boxes, tracks of the clips in shard nnnnn |\n");
}

void reel_webdataset_card(void *writer, reel_layout_card *out)
{
    const reel_webdataset *w = writer;
    const char *set = reel_shard_set_name(REEL_SHARD_VIDEO, w->facts.colour);
    put_config(&out->configs, w, set, true);
    if (w->has_labels && !w->has_movies) {
        put_config(&out->configs, w, "labels", false);
    }
    put_plain_loading(&out->loading, w, set);
    put_zipped_loading(&out->loading, w, set);
    if (w->has_labels && !w->has_movies) {
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
        reel_card_put_planes(&out->notes, &w->facts);
    }
}
