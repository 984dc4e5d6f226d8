"""A dataset of the robot layout through LeRobot itself:

    lerobot_client.py DATASET [--train]

Run by hand, since LeRobot brings PyTorch with it (6 GB; Python 3.12 or later):

    python3.12 -m venv lerobot && lerobot/bin/pip install 'lerobot[dataset]'
    physreel run toss dominoes --agent push --views three --preset lerobot --count 3 -o clips
    physreel export clips --format lerobot --set depth=yes -o robot
    lerobot/bin/python tests/clients/lerobot_client.py robot

Loads it without a network, reads every frame with both ways of decoding that are there, windows of
time, single episodes, workers and the stream; compares rows with the Parquet files, pictures with
PyAV's, depth with the codes; merges the dataset with itself by LeRobot's own tool. --train takes
ten steps of its ACT policy. Prints TAP.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("HF_HOME", tempfile.mkdtemp())

import av
import numpy as np
import pyarrow.parquet as pq
import torch
import lerobot
from lerobot.datasets.lerobot_dataset import LeRobotDataset

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "conformance"))
from records import check, done

NAME = "physreel/test"


def pictures(root, key, meta, episode, depth):
    """The frames of an episode as PyAV gives them."""
    path = root / meta.get_video_file_path(episode, key)
    row = meta.episodes[episode]
    first = round(row[f"videos/{key}/from_timestamp"] * meta.fps)
    out = []
    with av.open(str(path)) as video:
        for i, frame in enumerate(video.decode(video=0)):
            if i >= first + row["length"]:
                break
            if i >= first:
                out.append(frame.to_ndarray() if depth else frame.to_ndarray(format="rgb24"))
    return np.stack(out)


def read_every_frame(root, backend):
    data = LeRobotDataset(NAME, root=root, video_backend=backend)
    rows = {}
    for path in sorted(root.glob("data/*/*.parquet")):
        for name, column in pq.read_table(path).to_pydict().items():
            rows.setdefault(name, []).extend(column)
    depth = set(getattr(data.meta, "depth_keys", []))
    told = data.meta.info.features if hasattr(data.meta.info, "features") else data.meta.features
    check(f"{backend}: length", len(data) == data.num_frames == len(rows["index"]))
    wrong, off = set(), {}
    episode, shown = -1, {}
    for i in range(len(data)):
        item = data[i]
        for name, column in rows.items():
            if not np.array_equal(np.asarray(item[name]), np.asarray(column[i], item[name].numpy().dtype)):
                wrong.add(name)
        if item["task"] != data.meta.tasks.iloc[rows["task_index"][i]].name or " " not in item["task"]:
            wrong.add("task")
        if rows["episode_index"][i] != episode:
            episode = rows["episode_index"][i]
            shown = {k: pictures(root, k, data.meta, episode, k in depth) for k in data.meta.video_keys}
        for key, frames in shown.items():
            got, want = item[key].numpy(), frames[rows["frame_index"][i]]
            if key in depth:
                info = told[key]["info"]
                lo, hi = (np.log(info[f"video.depth_{k}"] + info["video.shift"]) for k in ("min", "max"))
                z = np.exp(want * ((hi - lo) / 4095) + lo) - info["video.shift"]
                error = np.abs(got[0] - np.rint(z * 1000)).max()  # mm
            else:
                error = np.abs(got.transpose(1, 2, 0) * 255 - want).max()
            off[key] = max(off.get(key, 0), float(error))
    check(f"{backend}: every row is the Parquet files'", not wrong, wrong)
    for key, error in off.items():
        # two decoders turn 4:2:0 into RGB by different rounding; a wrong frame is far beyond
        limit = 1 if key in depth else 40
        check(f"{backend}: {key}: every frame is the right one", error <= limit, error)
    return data


def read_windows(root, data):
    fps, cameras = data.fps, [k for k in data.meta.video_keys]
    deltas = {"observation.state": [-2 / fps, -1 / fps, 0]}
    deltas |= {k: [-1 / fps, 0, 2 / fps] for k in cameras}
    if "action" in data.meta.features:
        deltas["action"] = [k / fps for k in range(8)]
    windows = LeRobotDataset(NAME, root=root, delta_timestamps=deltas, video_backend="pyav")
    item, first = windows[5], data[5]
    check("windows of time have their lengths", all(item[k].shape[0] == len(v) for k, v in deltas.items()))
    check("and hold the frame itself", all(torch.equal(item[k][1], first[k]) for k in cameras))
    last = windows[int(data.meta.episodes[0]["dataset_to_index"]) - 1]
    check("beyond an episode's end they are marked", all(last[f"{k}_is_pad"].tolist()
                                                         == [False, False, True] for k in cameras))
    # forked workers would share open decoders with this process, which LeRobot warns of
    loader = torch.utils.data.DataLoader(windows, batch_size=4, num_workers=2,
                                         multiprocessing_context="spawn")
    count = sum(len(batch["index"]) for batch in loader)
    check("a loader with workers reads all of it", count == len(data), count)


def read_episodes(root, data):
    n = data.num_episodes
    some = LeRobotDataset(NAME, root=root, episodes=[n - 1])
    want = int(data.meta.episodes[n - 1]["length"])
    check("single episodes", len(some) == want
          and {int(some[i]["episode_index"]) for i in range(want)} == {n - 1})
    stats = data.meta.stats
    check("statistics are there for what policies normalise",
          all(k in stats["observation.state"] for k in ("mean", "std", "min", "max", "q01", "q99"))
          and all(np.shape(stats[k]["mean"])[1:] == (1, 1) for k in data.meta.video_keys))
    try:
        from lerobot.utils.feature_utils import dataset_to_policy_features
    except ImportError:
        from lerobot.datasets.utils import dataset_to_policy_features
    seen = {n for n in dataset_to_policy_features(data.meta.features)}
    check("policies see pictures, state and action, and no ground truth",
          not [n for n in seen if n.startswith("sim.")] and "observation.state" in seen
          and set(data.meta.video_keys) <= seen, sorted(seen))
    told = json.loads((root / "meta/info.json").read_text())["features"]
    check("LeRobot's own declaration of the features is the file's", set(data.meta.features) == set(told))


def read_stream(root, data):
    try:
        from lerobot.datasets.streaming_dataset import StreamingLeRobotDataset
    except ImportError:
        return
    stream = StreamingLeRobotDataset(NAME, root=root, shuffle=False)
    check("the streaming reader reads all frames", sum(1 for _ in stream) == len(data))


def merge(root, data, work):
    from lerobot.datasets.aggregate import aggregate_datasets
    copy = pathlib.Path(work) / "merged"
    aggregate_datasets([NAME, NAME], "physreel/merged", roots=[root, root], aggr_root=copy)
    twice = LeRobotDataset("physreel/merged", root=copy, video_backend="pyav")
    same = all(torch.equal(twice[len(data) + i][k], data[i][k]) for i in (0, len(data) - 1)
               for k in data.meta.video_keys)
    check("LeRobot merges it with itself", len(twice) == 2 * len(data) and same)


def train(root, data):
    from lerobot.configs.types import FeatureType
    from lerobot.policies.act.configuration_act import ACTConfig
    from lerobot.policies.act.modeling_act import ACTPolicy
    from lerobot.policies.factory import make_pre_post_processors
    try:
        from lerobot.utils.feature_utils import dataset_to_policy_features
    except ImportError:
        from lerobot.datasets.utils import dataset_to_policy_features
    features = dataset_to_policy_features(data.meta.features)
    depth = set(getattr(data.meta, "depth_keys", []))
    outputs = {k: f for k, f in features.items() if f.type is FeatureType.ACTION}
    inputs = {k: f for k, f in features.items() if k not in outputs and k not in depth}
    config = ACTConfig(input_features=inputs, output_features=outputs, chunk_size=8, n_action_steps=8,
                       pretrained_backbone_weights=None, dim_model=64, n_heads=2, dim_feedforward=64,
                       n_encoder_layers=1, n_vae_encoder_layers=1, device="cpu")
    policy = ACTPolicy(config)
    before, _ = make_pre_post_processors(config, dataset_stats=data.meta.stats)
    windows = LeRobotDataset(NAME, root=root,
                             delta_timestamps={"action": [k / data.fps for k in range(8)]})
    loader = torch.utils.data.DataLoader(windows, batch_size=4, shuffle=True,
                                         generator=torch.Generator().manual_seed(0))
    optimizer, losses = torch.optim.AdamW(policy.parameters(), lr=1e-3), []
    for _, batch in zip(range(10), loader):
        loss, _ = policy.forward(before(batch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    check("ACT trains on it", np.isfinite(losses).all() and losses[-1] < losses[0], losses)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dataset")
    parser.add_argument("--train", action="store_true")
    args = parser.parse_args()
    root = pathlib.Path(args.dataset).resolve()
    print(f"# lerobot {lerobot.__version__}, torch {torch.__version__}, av {av.__version__}")
    backends = ["pyav"]
    try:
        import torchcodec
        backends.append("torchcodec")
        print(f"# torchcodec {torchcodec.__version__}")
    except (ImportError, RuntimeError, OSError) as error:
        print(f"# no torchcodec: {str(error).splitlines()[0]}")
    for backend in backends:
        read_every_frame(root, backend)
    data = LeRobotDataset(NAME, root=root, video_backend="pyav")
    read_windows(root, data)
    read_episodes(root, data)
    read_stream(root, data)
    work = tempfile.mkdtemp()
    try:
        merge(root, data, work)
    finally:
        shutil.rmtree(work)
    if args.train:
        train(root, data)
    return done()


if __name__ == "__main__":
    raise SystemExit(main())
