"""A dataset through the trainers' own dataset classes:

    trainers.py DATASET [COSMOS_TREE] [NAME=CHECKOUT]...

DATASET is in the clips layout with --control depth, COSMOS_TREE one split's folder of the cosmos
layout. NAME=CHECKOUT gives the folder of a trainer's sources; those that are not given are left out:
  musubi         github.com/kohya-ss/musubi-tuner
  diffsynth      github.com/modelscope/DiffSynth-Studio
  vjepa          github.com/facebookresearch/vjepa2
  finetrainers   github.com/a-r-r-o-w/finetrainers
  ltx            github.com/Lightricks/LTX-Video-Trainer
  predict        github.com/nvidia-cosmos/cosmos-predict2
  cosmos         github.com/NVIDIA/cosmos-framework
Needs what they import (torch, torchvision, decord, av, opencv, pandas, imageio, einops, datasets,
diffusers); no accelerator. Not part of the tests that run everywhere: these classes change, and this
tells when. A class whose package would load models on import is loaded from its file alone.
"""
import importlib.util
import json
import os
import pathlib
import sys
import types

failed = 0


def check(name, ok, detail=""):
    global failed
    failed += not ok
    print(f"{'ok' if ok else 'NOT OK'}: {name} {detail}", flush=True)


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def package(name, **members):
    """A module with these names, in place of a package that is not wanted."""
    parts = name.split(".")
    for i in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:i]), types.ModuleType(".".join(parts[:i])))
    for key, value in members.items():
        setattr(sys.modules[name], key, value)


def anything(*_, **__):
    return None


def musubi(root, checkout):
    sys.path.insert(0, str(checkout / "src"))
    from musubi_tuner.dataset.datasources import VideoJsonlDatasource
    for kind in ("", ".control_depth"):
        source = VideoJsonlDatasource(f"trainers/musubi/train{kind}.jsonl")
        path, video, caption, control = source.get_video_data(0)
        check(f"musubi-tuner{kind}: VideoJsonlDatasource", len(source) > 0 and len(video) > 1 and caption
              and (control is None) == (kind == "") and (not kind or len(control) == len(video)),
              f"{len(source)} videos, {len(video)} frames")


def diffsynth(root, checkout):
    package("diffsynth_data")
    sys.modules["diffsynth_data"].__path__ = [str(checkout / "diffsynth/core/data")]
    load(checkout / "diffsynth/core/data/operators.py", "diffsynth_data.operators")
    unified = load(checkout / "diffsynth/core/data/unified_dataset.py", "diffsynth_data.unified_dataset")
    kinds = unified.UnifiedDataset
    for kind, keys in (("", ("video",)), (".control_depth", ("video", "control_video", "vace_video"))):
        data = kinds(base_path=str(root), metadata_path=str(root / f"trainers/diffsynth/train{kind}.csv"),
                     data_file_keys=keys, main_data_operator=kinds.default_video_operator(
                         base_path=str(root), height=64, width=64, num_frames=5))
        row = data[0]
        check(f"DiffSynth-Studio{kind}: UnifiedDataset", all(len(row[k]) == 5 for k in keys)
              and isinstance(row["prompt"], str), f"{len(data)} rows")


def vjepa(root, checkout):
    sys.path.insert(0, str(checkout))
    from src.datasets.video_dataset import VideoDataset
    data = VideoDataset(["trainers/vjepa/train.csv"], frames_per_clip=4, frame_step=1)
    clips, label, _ = data[0]
    check("V-JEPA 2: VideoDataset", len(clips) == 1 and clips[0].shape[0] == 4 and int(label) >= 0,
          f"{len(data)} clips of {clips[0].shape}, label {label}")
    sys.path.pop(0)


def finetrainers(root, checkout):
    source = (checkout / "finetrainers/data/dataset.py").read_text()
    begin, end = source.index("class VideoFileCaptionFileListDataset("), source.index("class ImageFolderDataset(")
    import datasets
    import torch
    import torch.distributed.checkpoint.stateful
    names = {"datasets": datasets, "torch": torch, "pathlib": pathlib, "logger": types.SimpleNamespace(warning=print),
             "MAX_PRECOMPUTABLE_ITEMS_LIMIT": 1024}
    exec(compile(source[begin:end], "dataset.py", "exec"), names)
    data = names["VideoFileCaptionFileListDataset"]("trainers/finetrainers/train")
    rows = list(data._data.cast_column("video", datasets.Video(decode=False)))
    check("finetrainers: VideoFileCaptionFileListDataset", rows and all(
        os.path.exists(r["video"]["path"]) and r["caption"] for r in rows), f"{len(rows)} videos")


def ltx(root, checkout):
    """Its dataset, without the model that its file imports as well."""
    for name in ("diffusers", "ltxv_trainer", "ltxv_trainer.ltxv_utils", "ltxv_trainer.model_loader", "ltxv_trainer.utils",
                 "transformers.utils.logging"):
        if name not in sys.modules:
            package(name)
    source = (checkout / "scripts/process_videos.py").read_text()
    begin, end = source.index("class MediaDataset("), source.index("def compute_video_latents(")
    import pandas
    import torch
    names = {"pd": pandas, "torch": torch, "json": json, "Path": pathlib.Path, "Any": object,
             "Dataset": torch.utils.data.Dataset, "logger": types.SimpleNamespace(warning=print, info=print, debug=print),
             "__name__": "ltx"}
    exec(compile("from __future__ import annotations\n" + source[begin:end], "process_videos.py", "exec"), names)
    cls = names["MediaDataset"]
    data = cls.__new__(cls)
    data.dataset_file = root / "clips/train/ltx.control_depth.jsonl"
    videos, references = data._load_video_paths("video"), data._load_video_paths("reference_video")
    below = [v.relative_to(data.dataset_file.parent) for v in videos]
    check("LTX-Video-Trainer: MediaDataset", videos and all(v.is_file() for v in videos + references)
          and not any(".." in b.parts for b in below), f"{len(videos)} videos")


def predict(tree, checkout):
    """Predict2's video dataset lists what has an embedding; here a made-up one."""
    import numpy
    import pickle
    package("cosmos_predict2.data.dataset_utils", Resize_Preprocess=lambda size: lambda x: x, ToTensorVideo=lambda: lambda x: x / 255.0)
    package("imaginaire.auxiliary.text_encoder", CosmosTextEncoderConfig=types.SimpleNamespace(NUM_TOKENS=8, EMBED_DIM=4))
    package("imaginaire.utils", log=types.SimpleNamespace(info=anything))
    module = load(checkout / "cosmos_predict2/data/dataset_video.py", "predict_dataset_video")
    embeddings = tree / "t5_xxl"
    embeddings.mkdir(exist_ok=True)
    for text in (tree / "metas").glob("*.txt"):
        assert text.read_text().strip()
        with open(embeddings / (text.stem + ".pickle"), "wb") as file:
            pickle.dump([numpy.zeros((2, 4), numpy.float32)], file)
    data = module.Dataset(str(tree), num_frames=4, video_size=[64, 64])
    row = data[0]
    check("Cosmos-Predict2: Dataset", len(data) == len(list((tree / "videos").glob("*.mp4")))
          and row["video"].shape[1] == 4, f"{len(data)} videos of {tuple(row['video'].shape)}")
    for file in embeddings.iterdir():
        file.unlink()
    embeddings.rmdir()


def cosmos(tree, checkout):
    """The schema of the structured caption, and the text that becomes the prompt."""
    module = load(checkout / "cosmos_framework/inference/structured_caption.py", "structured_caption")
    rows = [json.loads(line) for line in open(tree / "video_dataset_file.jsonl")]
    known = set(module.StructuredCaption.model_fields)
    ok = bool(rows)
    for row in rows:
        told = row["t2w_windows"][0][module.CAPTION_JSON_KEY]
        model = module.StructuredCaption.model_validate(told)
        ok &= set(told) <= known and model.model_dump(exclude_none=True, mode="json") == told
        ok &= (tree / row["vision_path"]).is_file() and (tree / row["control_path"]).is_file()
        media = module.media_fields_from_metadata({"width": row["width"], "height": row["height"],
                                                   "duration": row["duration"], "fps": row["framerate"]})
        ok &= all(told[k] == v for k, v in media.items() if k != "duration")
        ok &= isinstance(module.caption_json_to_prompt(told), str)
    check("Cosmos 3: StructuredCaption", ok, f"{len(rows)} lines")


def main():
    plain = [a for a in sys.argv[1:] if "=" not in a]
    given = dict(a.split("=", 1) for a in sys.argv[1:] if "=" in a)
    given = {k: pathlib.Path(v).resolve() for k, v in given.items()}
    root = pathlib.Path(plain[0]).resolve()
    tree = pathlib.Path(plain[1]).resolve() if len(plain) > 1 else None
    os.chdir(root)
    for run in (musubi, diffsynth, vjepa, finetrainers, ltx):
        if run.__name__ in given:
            run(root, given[run.__name__])
    for run in (predict, cosmos):
        if run.__name__ in given and tree:
            run(tree, given[run.__name__])
    return 1 if failed else 0


sys.exit(main())
