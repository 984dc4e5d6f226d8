"""The lists for trainers, read the way each trainer's own dataset class reads them:

    read_trainers.py PHYSREEL

tests/clients/trainers.py does the same with the classes themselves. Here the lines are our own, from
what those do: how a path is joined, which keys are taken, what is refused. Prints TAP. Needs
requirements.txt.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import av
import pandas
import pyarrow.parquet as pq

from records import check, done

program = sys.argv[1]
work = tempfile.TemporaryDirectory()
SCRIPT = """
scene {
  family = "quoted",
  build = function(world)
    world:floor {}
    world:sphere { name = "ball", radius = 0.2, at = {0, 0, 0.6}, color = "red" }
    world:camera { name = "main", look_at = {0, 0, 0.2}, distance = 3 }
    world:camera { name = "other", look_at = {0, 0, 0.2}, distance = 4 }
    world:caption { outcome = 'A "ball", red,\\nfalls \\u{2028}down, 100 %.', prompt = "A ball." }
  end,
}
"""
# what structured_caption.py of cosmos-framework names
COSMOS_TOP = {"subjects", "background_setting", "lighting", "cinematography", "style_medium",
              "artistic_style", "context", "actions", "temporal_caption", "resolution", "aspect_ratio",
              "duration", "fps"}
COSMOS_SUBJECT = {"description", "location", "relative_size", "state_changes", "number_of_subjects"}


def run(*words):
    subprocess.run([program, *words], check=True, stdout=subprocess.DEVNULL)


def length(path):
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        return sum(1 for _ in video.decode(stream)), stream.width, stream.height


def lines(path):
    return [json.loads(line) for line in open(path, encoding="utf-8")]


def paired(path, control):
    return length(path) == length(control)


def check_ltx(root, want):
    for kind in ["", ".control_depth"]:
        file = root / "clips/train" / f"ltx{kind}.jsonl"
        rows = lines(file)
        videos = [file.parent / pathlib.Path(r["video"].strip()) for r in rows]
        # what it computes goes to .precomputed/latents/<this>.pt
        below = [v.relative_to(file.parent) for v in videos]
        check(f"LTX{kind}: videos and captions", [v.resolve() for v in videos] == [p for p, _, _ in want]
              and [r["caption"] for r in rows] == [c for _, c, _ in want])
        check(f"LTX{kind}: what it computes stays in its folder", not any(".." in b.parts for b in below))
        check(f"LTX{kind}: reference videos", all(
            ("reference_video" in r) == bool(kind)
            and (not kind or paired(v, file.parent / r["reference_video"])) for v, r in zip(videos, rows)))


def check_diffsynth(root, want):
    for kind in ["", ".control_depth"]:
        table = pandas.read_csv(root / f"trainers/diffsynth/train{kind}.csv")
        rows = [table.iloc[i].to_dict() for i in range(len(table))]
        check(f"DiffSynth{kind}: videos and prompts",
              [(root / r["video"]).resolve() for r in rows] == [p for p, _, _ in want]
              and [r["prompt"] for r in rows] == [c for _, c, _ in want])
        check(f"DiffSynth{kind}: control videos", all(
            set(r) == {"video", "prompt"} if not kind else r["control_video"] == r["vace_video"]
            and paired(root / r["video"], root / r["control_video"]) for r in rows))


def check_musubi(root, want):
    for kind in ["", ".control_depth"]:
        rows = lines(root / f"trainers/musubi/train{kind}.jsonl")
        check(f"musubi{kind}: videos and captions",
              [pathlib.Path(r["video_path"]).resolve() for r in rows] == [p for p, _, _ in want]
              and [r["caption"] for r in rows] == [c for _, c, _ in want])
        check(f"musubi{kind}: control videos, all or none", all(("control_path" in r) == bool(kind) and (
            not kind or paired(r["video_path"], r["control_path"])) for r in rows))


def check_vjepa(root, want):
    data = pandas.read_csv(root / "trainers/vjepa/train.csv", header=None, delimiter=" ")
    names = dict(line.split(" ") for line in open(root / "trainers/vjepa/labels.txt").read().splitlines())
    check("V-JEPA: paths", [pathlib.Path(v).resolve() for v in data.values[:, 0]] == [p for p, _, _ in want])
    check("V-JEPA: labels number the families",
          [names[str(v)] for v in data.values[:, 1]] == [f for _, _, f in want]
          and sorted(names.values()) == sorted(set(f for _, _, f in want)))


def check_finetrainers(root, want):
    folder = root / "trainers/finetrainers/train"
    captions = (folder / "prompts.txt").read_text(encoding="utf-8").splitlines()
    videos = (folder / "videos.txt").read_text(encoding="utf-8").splitlines()
    check("finetrainers: as many captions as videos", len(captions) == len(videos) == len(want))
    check("finetrainers: videos and captions",
          [(folder / v).resolve() for v in videos] == [p for p, _, _ in want]
          and captions == [c.replace("\n", " ").replace("\u2028", " ") for _, c, _ in want])
    check("finetrainers: nothing else in the folder that it would take for data",
          sorted(os.listdir(folder)) == ["prompts.txt", "videos.txt"])


def check_cosmos_lines(name, file, want, control):
    rows = lines(file)
    ok = len(rows) == len(want)
    for r, (path, caption, _) in zip(rows, want):
        frames, width, height = length(path)
        window, = r["t2w_windows"]
        told = window["caption_json"]
        video = pathlib.Path(os.path.dirname(file)) / r["vision_path"]
        ok &= (os.path.samefile(video, path) and r["width"] == width and r["height"] == height
               and window["end_frame"] - window["start_frame"] + 1 == frames == r["nb_frames"]
               and abs(r["duration"] - frames / r["framerate"]) < 1e-9
               and ("control_path" in r) == control
               and (not control or paired(path, file.parent / r["control_path"]))
               and set(told) == COSMOS_TOP and all(set(s) <= COSMOS_SUBJECT for s in told["subjects"])
               and all(set(a) == {"time", "description"} for a in told["actions"])
               and window["caption"] == told["temporal_caption"] and window["caption"].startswith(caption))
    check(f"Cosmos 3: {name}", ok)


def check_cosmos_tree(root, want):
    """Transfer and Predict: the folder is listed, and all else goes by the base name."""
    tree = pathlib.Path(work.name) / "tree"
    run("export", str(root), "--format", "cosmos", "-q", "-o", str(tree))
    videos = sorted(f for f in os.listdir(tree / "train/videos") if f.endswith(".mp4"))
    check("Cosmos: every video is there", videos == sorted(p.name for p, _, _ in want))
    check("Cosmos: captions", all(
        (tree / "train/metas" / p.name.replace(".mp4", ".txt")).read_text(encoding="utf-8").strip() == c.strip()
        for p, c, _ in want))
    check("Cosmos: depth and seg go with the colour, frame by frame", all(
        paired(tree / "train/videos" / v, tree / f"train/{kind}" / v) for v in videos for kind in ("depth", "seg")))
    check("Cosmos: the videos are those of the clips", all(
        (tree / "train/videos" / p.name).read_bytes() == p.read_bytes() for p, _, _ in want))
    there = [(tree / "train/videos" / p.name, c, f) for p, c, f in want]
    check_cosmos_lines("video_dataset_file.jsonl", tree / "train/video_dataset_file.jsonl", there, True)
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_DATASETS_CACHE"] = work.name + "/cache"
    import datasets
    datasets.disable_progress_bars()
    loaded = datasets.load_dataset(str(tree))["train"]
    played = sorted(k for k, v in loaded.features.items() if isinstance(v, datasets.Video))
    check("Cosmos: datasets plays colour and control videos",
          played == ["control_depth", "control_seg", "video"] and len(loaded) == len(want), played)
    check("Cosmos: verify", subprocess.run([program, "verify", str(tree), "-q"],
                                           stdout=subprocess.DEVNULL).returncode == 0)


script = pathlib.Path(work.name) / "quoted.lua"
script.write_text(SCRIPT, encoding="utf-8")
root = pathlib.Path(work.name) / "set"
run("run", str(script), "toss", "--count", "2", "--size", "128x96", "--frames", "8", "--fps", "12", "--quality",
    "draft", "--labels", "none", "--tracks", "0", "--control", "depth", "-q", "-o", str(root))
root = root.resolve()
os.chdir(root)
want = [(root / "clips/train" / r["file_name"], r["caption"], r["family"])
        for r in pq.read_table("clips/train/metadata.parquet").to_pylist()]
check("the captions are hard ones", any('"' in c and "," in c and "\n" in c for _, c, _ in want) and len(want) == 6)
check_ltx(root, want)
check_diffsynth(root, want)
check_musubi(root, want)
check_vjepa(root, want)
check_finetrainers(root, want)
check_cosmos_lines("train.jsonl", root / "trainers/cosmos/train.jsonl", want, False)
check_cosmos_lines("train.control_depth.jsonl", root / "trainers/cosmos/train.control_depth.jsonl", want, True)
check_cosmos_tree(root, want)
sys.exit(done())
