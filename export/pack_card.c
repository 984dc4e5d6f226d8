/* pack_card.c - what the card says of the clips layout. */
#include "export/pack_internal.h"
#include <string.h>

/*
 * Patterns are explicit: the hub infers splits and builders from names otherwise. The only config
 * is that of the videos with their metadata: `datasets` opens all configs of a repository with one
 * builder, that of the first, so tables listed here would be read by the video builder as empty.
 * They are loaded by path instead (put_loading). Without colour there is no video, and the clips
 * and every table are Parquet: then all are listed, but for splits without a row (no contacts, no
 * tracks), which `datasets` refuses to load.
 */
static void put_configs(reel_bytes *out, const reel_packer *p)
{
    reel_bytes_text(out, "- config_name: clips\n  default: true\n  data_files:\n");
    for (int s = 0; s < p->n_splits; s++) {
        const char *name = p->splits[s].name;
        reel_bytes_printf(out, "  - split: %s\n    path:\n", name);
        if (p->traits.colour) {
            reel_bytes_printf(out, "    - \"clips/%s/*/*.mp4\"\n", name);
        }
        if (p->traits.controls) {
            reel_bytes_printf(out, "    - \"clips/%s/control/*/*/*.mp4\"\n", name);
        }
        reel_bytes_printf(out, "    - \"clips/%s/metadata.parquet\"\n", name);
    }
    for (int t = REEL_TABLE_METADATA + 1; t < REEL_TABLE_COUNT && !p->traits.colour; t++) {
        const char *table = reel_table_get((reel_table_id)t, true)->name;
        for (int s = 0, n = 0; s < p->n_splits; s++) {
            if (p->splits[s].n_rows[t] == 0) {
                continue;
            }
            if (n++ == 0) {
                reel_bytes_printf(out, "- config_name: %s\n  data_files:\n", table);
            }
            reel_bytes_printf(out, "  - split: %s\n    path: \"tables/%s/%s-*.parquet\"\n",
                              p->splits[s].name, table, p->splits[s].name);
        }
    }
}

static const char *example_split(const reel_packer *p)
{
    for (int s = 0; s < p->n_splits; s++) {
        if (strcmp(p->splits[s].name, "train") == 0) {
            return "train";
        }
    }
    return p->splits[0].name;
}

static bool has(const reel_packer *p, reel_plane plane)
{
    return p->facts.labels & REEL_PLANE_BIT(plane);
}

/* Planes as videos: export/ffv1.h. */
static void put_video_example(reel_bytes *out, const reel_packer *p)
{
    reel_bytes_printf(
        out,
        "\nLabel planes: one lossless video per clip, camera and plane, read by PyAV and ffmpeg. "
        "Channels stand one above the other; signed values have 32768 added, of 8 bits 128.\n\n"
        "```python\nimport av\nimport numpy as np\n\n"
        "def plane(name):\n"
        "    with av.open(root + \"/%s\".format(plane=name)) as video:\n"
        "        return np.stack([f.to_ndarray() for f in video.decode(video=0)])\n\n",
        p->example);
    if (has(p, REEL_PLANE_DEPTH)) {
        reel_bytes_text(out, "code = plane(\"depth\")[0]\ndepth = np.where(code < 65535, code * ");
        reel_bytes_real(out, p->facts.depth_scale);
        reel_bytes_text(out, ", np.inf)  # frame 0, [H, W] metres along the view axis\n");
    }
    if (has(p, REEL_PLANE_INSTANCE)) {
        reel_bytes_text(out,
                        "mask = plane(\"instance\")[0] == 1  # where the object with "
                        "instance_id 1 is seen\n");
    }
    if (has(p, REEL_PLANE_FLOW_FWD)) {
        reel_bytes_text(out,
                        "dx, dy = np.split((plane(\"flow_fwd\")[0] - 32768.0) / 64, 2)  # "
                        "pixels, from frame 0 to frame 1\n");
    }
    reel_bytes_text(out, "```\n");
}

static void put_plane_example(reel_bytes *out, const reel_packer *p)
{
    reel_bytes_printf(
        out,
        "\nLabel planes: one Zarr store per clip and camera, read by zarr 2 and 3. Open it in the "
        "process that reads it, because zip handles do not survive a fork.\n\n```python\n"
        "import zarr\n\n"
        "store = zarr.open(zarr.storage.ZipStore(f\"{root}/%s\", mode=\"r\"), mode=\"r\")\n",
        p->example);
    if (p->facts.labels & REEL_PLANE_BIT(REEL_PLANE_DEPTH)) {
        reel_bytes_text(out, "depth = store[\"depth\"][0].astype(\"float32\") * ");
        reel_bytes_real(out, p->facts.depth_scale);
        reel_bytes_text(
            out,
            "  # frame 0, [H, W] metres along the view axis\n"
            "depth[store[\"depth\"][0] == 65535] = float(\"inf\")     # nothing there\n");
    }
    if (p->facts.labels & REEL_PLANE_BIT(REEL_PLANE_INSTANCE)) {
        reel_bytes_text(
            out,
            "mask = store[\"instance\"][0] == 1                     # where the object with "
            "instance_id 1 is seen\n");
    }
    if (p->facts.labels & REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD)) {
        reel_bytes_text(
            out,
            "dx, dy = store[\"flow_fwd\"][0] / 64                   # pixels, from frame 0 to "
            "frame 1\n");
    }
    reel_bytes_text(out, "```\n");
}

static void put_loading(reel_bytes *out, const reel_packer *p)
{
    const char *split = example_split(p);
    reel_bytes_text(out,
                    "```python\nfrom datasets import load_dataset\n\n"
                    "root = \"path/to/dataset\"\n"
                    "clips = load_dataset(root)  # one row per clip and camera");
    reel_bytes_text(out,
                    p->traits.colour ? "; looking at row[\"video\"] needs torchcodec\n" : "\n");
    reel_bytes_printf(
        out,
        "states = load_dataset(\"parquet\", data_files=f\"{root}/tables/states/%s-*.parquet\")\n",
        split);
    reel_bytes_text(
        out, "```\n\nThe other tables (objects, cameras, events, boxes, tracks, actions) likewise");
    reel_bytes_text(out,
                    p->traits.colour ? "." : ", or by name: `load_dataset(root, \"states\")`.");
    reel_bytes_text(
        out,
        " From the hub: `load_dataset(\"owner/name\")`, and tables with `root = "
        "\"hf://datasets/owner/name\"`. Every table is a plain Parquet file, for DuckDB "
        "(`select * from 'tables/events/*.parquet'`) and `pandas.read_parquet` as well.\n");
    if (p->example_video) {
        reel_bytes_printf(
            out,
            "\nFrames without `datasets`:\n\n```python\nimport av\n\n"
            "with av.open(f\"{root}/%s\") as video:\n"
            "    frames = [f.to_ndarray(format=\"rgb24\") for f in video.decode(video=0)]\n```\n",
            p->example_video);
    }
    if (p->example && p->movies) {
        put_video_example(out, p);
    } else if (p->example) {
        put_plane_example(out, p);
    }
    reel_bytes_text(out, "\n");
}

static void put_files(reel_bytes *out, const reel_packer *p)
{
    if (p->traits.colour) {
        reel_bytes_text(out,
                        "| `clips/<split>/<nnn>/<stream>.mp4` | colour: H.264, 4:2:0, bt709, "
                        "constant frame rate |\n");
    }
    if (p->traits.controls) {
        reel_bytes_text(out,
                        "| `clips/<split>/control/<kind>/<nnn>/<stream>.mp4` | control "
                        "videos, frame by frame with the colour |\n");
    }
    if (p->traits.first_frames) {
        reel_bytes_text(out, "| `clips/<split>/first/<nnn>/<stream>.png` | the first frame |\n");
    }
    reel_bytes_text(out, "| `clips/<split>/metadata.parquet` | a row per clip and camera |\n");
    if (p->example && p->movies) {
        reel_bytes_text(out,
                        "| `labels/<split>/<nnn>/<stream>.<plane>.mov` | label planes, FFV1, "
                        "lossless |\n");
    } else if (p->example) {
        reel_bytes_text(out,
                        "| `labels/<split>/<nnn>/<stream>.zarr.zip` | label planes, one array a "
                        "plane, one chunk a frame |\n");
    }
    if (p->traits.colour) {
        reel_bytes_text(
            out,
            "| `clips/<split>/ltx.jsonl`, `trainers/` | the clips as lists for trainers: "
            "LTX, DiffSynth-Studio, musubi-tuner, Cosmos, V-JEPA, finetrainers |\n");
    }
    reel_bytes_text(
        out,
        "| `tables/<table>/<split>-*.parquet` | objects, states, cameras, events, boxes, tracks, "
        "actions "
        "|\n"
        "| `records/<split>/<nnn>/<clip>/` | the frozen scene, the simulation's result in "
        "float64, the views, texts, digests: all labels can be made again from these |\n");
}

void reel_pack_card(const reel_packer *p, reel_layout_card *out)
{
    out->tables = out->metadata = true;
    put_configs(&out->configs, p);
    put_loading(&out->loading, p);
    put_files(&out->files, p);
    reel_bytes_text(&out->notes,
                    "A stream is a clip, or `<clip>_<camera>` where a clip has several "
                    "cameras.\n\n");
    if (p->example) {
        out->planes = true;
        reel_card_put_planes(&out->notes, &p->facts);
    }
    reel_control_card(p->traits.controls, &out->notes);
}
