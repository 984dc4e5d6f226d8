"""A LeRobotDataset v3.0 against the rules of the format, and against the clips it was made of:

    read_lerobot.py DATASET CLIPS [--files N]

CLIPS is the clips dataset that was exported. --files: at least N files of data and of each video.
Nothing here is LeRobot's own code (tests/clients/lerobot_client.py runs that); the rules are those
of its readers: how it loads, casts, seeks and normalises.
"""
import argparse
import fractions
import json
import pathlib
import struct

import av
import datasets
import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import zarr

from records import check, done, find

COUNTERS = {"timestamp": "float32", "frame_index": "int64", "episode_index": "int64",
            "index": "int64", "task_index": "int64"}
FIGURES = ("min", "max", "mean", "std", "q01", "q10", "q50", "q90", "q99")
SHARES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}
FILES = "chunk-{:03d}/file-{:03d}"


datasets.disable_progress_bars()


def refuse(text):
    raise ValueError(f"{text} in JSON")


def load_json(path):
    return json.loads(path.read_text(), parse_constant=refuse)


def is_video(feature):
    return feature["dtype"] == "video"


# ---- meta/info.json ------------------------------------------------------------------------------

def read_info(d):
    info = d.info
    check("info.json has the keys of v3.0, and no others", set(info) == {
        "codebase_version", "robot_type", "total_episodes", "total_frames", "total_tasks",
        "chunks_size", "data_files_size_in_mb", "video_files_size_in_mb", "fps", "splits",
        "data_path", "video_path", "features"}, sorted(info))
    check("version, fps and limits", info["codebase_version"] == "v3.0"
          and type(info["fps"]) is int and info["fps"] > 0 and info["chunks_size"] == 1000)
    check("paths are the templates that other readers have built in",
          info["data_path"] == "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
          and info["video_path"]
          == "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4")
    check("totals", info["total_episodes"] == len(d.episodes)
          and info["total_frames"] == len(d.rows) and info["total_tasks"] == len(d.tasks))
    at = 0
    for name, text in sorted(info["splits"].items(), key=lambda s: int(s[1].split(":")[0])):
        start, stop = map(int, text.split(":"))
        check(f"split {name} is a range after the one before", start == at and stop > start, text)
        clips = {d.about[e]["split"] for e in range(start, stop)}
        check(f"split {name} holds its clips", clips == {name}, clips)
        at = stop
    check("splits cover all episodes", at == info["total_episodes"])


def read_features(d):
    f = d.info["features"]
    check("the five counters are declared as LeRobot does",
          all(f.get(n) == {"dtype": t, "shape": [1], "names": None} for n, t in COUNTERS.items()))
    check("no name has a slash", not [n for n in f if "/" in n])
    known = {"float32", "int64", "bool", "video"}
    check("dtypes and shapes", all(v["dtype"] in known and min(v["shape"]) >= 1 for v in f.values()))
    check("as many names as values", all(v["names"] is None or is_video(v)
                                         or len(v["names"]) == v["shape"][0] for v in f.values()))
    shown = {n for n in f if n.startswith(("observation.", "action"))}
    truth = set(f) - shown - set(COUNTERS) - {"next.done"}
    check("ground truth stands under sim.", truth and all(n.startswith("sim.") for n in truth), truth)
    check("only pictures have image in their names", all(is_video(v) or "image" not in n
                                                         for n, v in f.items()))
    for name in d.videos:
        v, info = f[name], f[name]["info"]
        depth = info["is_depth_map"]
        want = ("hevc", "gray12le", 1) if depth else ("h264", "yuv420p", 3)
        check(f"{name}: shape, names and info", v["names"] == ["height", "width", "channels"]
              and v["shape"] == [info["video.height"], info["video.width"], want[2]]
              and (info["video.codec"], info["video.pix_fmt"], info["video.channels"]) == want
              and info["video.fps"] == d.fps and info["has_audio"] is False)
        if depth:
            check(f"{name}: what its codes mean is told", info["depth_unit"] == "m"
                  and info["video.use_log"] is True and info["video.depth_min"] == 0.01
                  and info["video.shift"] == 3.5 and info["video.depth_max"] >= 1
                  and info["video.extra_options"] == {"x265-params": "lossless=1"})


# ---- data ----------------------------------------------------------------------------------------

def hf_features(info):
    """What LeRobot casts the files to: get_hf_features_from_features of its feature_utils."""
    out = {}
    for name, f in info["features"].items():
        if is_video(f):
            continue
        value = datasets.Value(f["dtype"])
        out[name] = value if f["shape"] == [1] else datasets.Sequence(value, length=f["shape"][0])
    return datasets.Features(out)


def read_data(d):
    want = {n for n, f in d.info["features"].items() if not is_video(f)}
    sizes, groups, bounds, codecs = [], True, True, set()
    first = 0
    for path in d.data_files:
        file = pq.ParquetFile(path)
        check(f"{path.relative_to(d.root)}: columns are the features", set(file.schema_arrow.names)
              == want, set(file.schema_arrow.names) ^ want)
        at = file.schema_arrow.names.index("episode_index")
        for g in range(file.num_row_groups):
            meta = file.metadata.row_group(g)
            codecs |= {meta.column(c).compression for c in range(meta.num_columns)}
            stats = meta.column([meta.column(c).path_in_schema for c in range(meta.num_columns)]
                                .index("episode_index")).statistics
            bounds &= stats.has_min_max and stats.min == stats.max == first
            groups &= meta.num_rows == d.episodes["length"][first]
            first += 1
        sizes.append(path.stat().st_size)
        assert at >= 0
    check("one row group per episode", groups and first == len(d.episodes))
    check("the bounds of episode_index tell which", bounds)
    check("Snappy throughout", codecs == {"SNAPPY"}, codecs)
    check("no file beyond the limit", max(sizes) <= d.info["data_files_size_in_mb"] << 20, sizes)
    types = {f.name: f.type for f in d.rows.schema}
    arrow = {"float32": pa.float32(), "int64": pa.int64(), "bool": pa.bool_()}
    wrong = [n for n in want for f in [d.info["features"][n]]
             if types[n] != (arrow[f["dtype"]] if f["shape"] == [1]
                             else pa.list_(pa.field("element", arrow[f["dtype"]])))]
    check("types are the declared ones", not wrong, wrong)
    check("no nulls", not [n for n in want if d.rows[n].null_count])
    wrong = [n for n in want if d.info["features"][n]["shape"] != [1]
             and set(pa.compute.list_value_length(d.rows[n]).to_pylist())
             != {d.info["features"][n]["shape"][0]}]
    check("lists have their lengths in every row", not wrong, wrong)
    con = duckdb.connect()
    files = [str(p) for p in d.data_files]
    bad = con.execute("""
        select count(*) from (select *, row_number() over () - 1 as place from read_parquet(?)) t
        where "index" <> place or "timestamp" <> cast(frame_index / cast(? as double) as float)
        """, [files, d.fps]).fetchone()[0]
    check("index counts over the sorted files; timestamp is frame_index / fps in float32", bad == 0)
    bad = con.execute("""
        select count(*) from (select episode_index, count(*) n, min(frame_index) a, max(frame_index) b,
            max("index") - min("index") + 1 span, count(distinct task_index) tasks,
            sum("next.done"::int) ends, max(case when "next.done" then frame_index end) last
            from read_parquet(?) group by 1)
        where n <> span or a <> 0 or b <> n - 1 or tasks <> 1 or ends <> 1 or last <> b
        """, [files]).fetchone()[0]
    check("rows of an episode stand together, frames from 0, done at the last", bad == 0)
    cast = datasets.Dataset.from_parquet(files, features=hf_features(d.info),
                                         cache_dir=str(d.root.parent / "cache"))
    check("datasets casts them to the declared features", len(cast) == len(d.rows))
    import pyarrow.dataset as ds
    some = datasets.Dataset.from_parquet(files, features=hf_features(d.info),
                                         filters=ds.field("episode_index").isin([1]),
                                         cache_dir=str(d.root.parent / "cache"))
    check("and filters episodes", len(some) == d.episodes["length"][1])
    reals = [np.concatenate(d.column(n)) if d.column(n).ndim > 1 else d.column(n)
             for n in want if d.info["features"][n]["dtype"] == "float32"]
    check("every number is finite", all(np.isfinite(v).all() for v in reals))


# ---- meta: tasks, episodes -----------------------------------------------------------------------

def read_tasks(d):
    check("pandas makes task the index", d.tasks.index.name == "task"
          and list(d.tasks.columns) == ["task_index"])
    check("row i is task i", d.tasks["task_index"].tolist() == list(range(len(d.tasks)))
          and all(isinstance(d.tasks.iloc[i].name, str) for i in range(len(d.tasks))))
    check("no task twice", d.tasks.index.is_unique)
    used = d.column("task_index")
    told = [d.about[e]["task"] for e in d.column("episode_index")]
    check("frames have the tasks of their clips",
          told == [d.tasks.iloc[i].name for i in used], set(used))
    check("and episodes", d.episodes["tasks"].tolist()
          == [[d.about[e]["task"]] for e in range(len(d.episodes))])


def read_episodes(d):
    schema = pq.ParquetFile(d.episode_files[0]).schema_arrow
    same = all(pq.ParquetFile(p).schema_arrow.equals(schema) for p in d.episode_files)
    check("files of episodes have one schema", same)
    stats = {f"stats/{n}/{k}" for n in d.info["features"] for k in (*FIGURES, "count")}
    videos = {f"videos/{v}/{k}" for v in d.videos
              for k in ("chunk_index", "file_index", "from_timestamp", "to_timestamp")}
    plain = {"episode_index", "tasks", "length", "data/chunk_index", "data/file_index",
             "dataset_from_index", "dataset_to_index", "meta/episodes/chunk_index",
             "meta/episodes/file_index"}
    check("columns of episodes", set(schema.names) == stats | videos | plain,
          set(schema.names) ^ (stats | videos | plain))

    def lists(depth, leaf):
        t = leaf
        for _ in range(depth):
            t = pa.list_(pa.field("element", t))
        return t
    wrong = []
    for field in schema:
        parts = field.name.split("/")
        if parts[0] == "stats":
            want = lists(1, pa.int64()) if parts[-1] == "count" else lists(
                3 if "/".join(parts[1:-1]) in d.videos else 1, pa.float64())
        elif field.name == "tasks":
            want = lists(1, pa.string())
        else:
            want = pa.float64() if parts[-1].endswith("_timestamp") else pa.int64()
        if field.type != want:
            wrong.append((field.name, str(field.type)))
    check("types of episodes", not wrong, wrong[:3])
    e = d.episodes
    check("row i is episode i", e["episode_index"].tolist() == list(range(len(e))))
    ends = np.cumsum(e["length"])
    check("ranges of index", (e["dataset_to_index"] == ends).all()
          and (e["dataset_from_index"] == ends - e["length"]).all())
    at = np.concatenate([np.full(pq.ParquetFile(p).metadata.num_rows, i)
                         for i, p in enumerate(d.episode_files)])
    names = [FILES.format(c, f) for c, f in zip(e["meta/episodes/chunk_index"],
                                               e["meta/episodes/file_index"])]
    check("each row tells where it is", all(str(d.episode_files[i]).endswith(n + ".parquet")
                                            for i, n in zip(at, names)))
    lines = {}
    for path in d.data_files:
        for k in set(pq.read_table(path, columns=["episode_index"])["episode_index"].to_pylist()):
            lines.setdefault(k, []).append(str(path.relative_to(d.root / "data"))[:-8])
    names = [FILES.format(c, f) for c, f in zip(e["data/chunk_index"], e["data/file_index"])]
    check("and where its data are", all(lines[k] == [names[k]] for k in range(len(e))))


# ---- videos --------------------------------------------------------------------------------------

def boxes(data, inside=("moov", "trak", "edts", "mdia", "minf", "stbl")):
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        kind = kind.decode("latin1")
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", data[at + 8:at + 16])[0], 16
        yield kind
        if kind in inside:
            yield from boxes(data[at + head:at + size], inside)
        at += size


def read_videos(d):
    for key in d.videos:
        e, used = d.episodes, {}
        for k in range(len(e)):
            name = FILES.format(e[f"videos/{key}/chunk_index"][k], e[f"videos/{key}/file_index"][k])
            start = e[f"videos/{key}/from_timestamp"][k]
            stop = e[f"videos/{key}/to_timestamp"][k]
            used.setdefault(name, []).append((start, stop, e["length"][k]))
        there = sorted(str(p.relative_to(d.root / "videos" / key))[:-4]
                       for p in (d.root / "videos" / key).glob("*/*"))
        check(f"{key}: the files that the episodes name", there == sorted(used), there)
        for name, parts in sorted(used.items()):
            read_video(d, key, name, sorted(parts))
        d.video_files[key] = len(used)


def read_video(d, key, name, parts):
    path = d.root / "videos" / key / f"{name}.mp4"
    label = f"{key}/{name}"
    data = path.read_bytes()
    kinds = list(boxes(data))
    check(f"{label}: index in front, no edit list, no other tracks", kinds.index("moov")
          < kinds.index("mdat") and "elst" not in kinds and kinds.count("trak") == 1, kinds)
    frames, exact = 0, True
    for start, stop, length in parts:
        exact &= start == frames / d.fps and stop == (frames + length) / d.fps
        frames += int(length)
    check(f"{label}: times of episodes are whole frames over fps, without gaps", exact)
    check(f"{label}: within LeRobot's float32 and the size limit", frames <= 1000 * d.fps
          and path.stat().st_size <= d.info["video_files_size_in_mb"] << 20)
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        base = stream.time_base
        packets = [(p.pts, p.dts, p.is_keyframe) for p in video.demux(stream) if p.size]
        check(f"{label}: frame rate and number of frames", stream.average_rate == d.fps
              and stream.base_rate == d.fps and stream.frames == len(packets) == frames
              and stream.start_time == 0, (stream.average_rate, stream.frames))
        check(f"{label}: frame k is at k / fps exactly", (fractions.Fraction(1, d.fps) / base)
              .denominator == 1 and all(p * base == fractions.Fraction(k, d.fps)
                                        for k, (p, _, _) in enumerate(packets)))
        check(f"{label}: no B-frames", all(p == t for p, t, _ in packets))
        starts = [round(start * d.fps) for start, _, _ in parts]
        check(f"{label}: a key frame at each episode's start", all(packets[s][2] for s in starts))
        gop = d.info["features"][key]["info"]["video.g"]
        keys = np.flatnonzero([k for _, _, k in packets])
        check(f"{label}: key frames as often as told", max(np.diff([*keys, frames]), default=1) <= gop)
        check(f"{label}: codec and size", stream.codec_context.name == d.info["features"][key]["info"]
              ["video.codec"] and [stream.height, stream.width] == d.info["features"][key]["shape"][:2]
              and stream.pix_fmt == d.info["features"][key]["info"]["video.pix_fmt"])
        # what torchcodec and LeRobot do with float32 times
        times = np.concatenate([np.float64(s) + (np.arange(n) / d.fps).astype(np.float32)
                                .astype(np.float64) for s, _, n in parts])
        pts = np.float32([float(p * base) for p, _, _ in packets])
        index = np.round(times * float(stream.average_rate)).astype(int)
        off = np.abs(np.float32(times) - pts[index])
        check(f"{label}: every query finds its frame within 1e-4 s", (index == np.arange(frames)).all()
              and off.max() <= 1e-4, off.max())


def decode(path, start=0, count=None, fmt=None):
    """Frames from number `start` on, by seeking as LeRobot's PyAV way does."""
    out = []
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        video.seek(round(fractions.Fraction(start) / stream.average_rate / stream.time_base),
                   stream=stream)
        for frame in video.decode(stream):
            if frame.pts * stream.time_base * stream.average_rate < start:
                continue
            out.append(frame.to_ndarray(format=fmt) if fmt else frame.to_ndarray())
            if count is not None and len(out) == count:
                break
    return np.stack(out)


# ---- statistics ----------------------------------------------------------------------------------

def figures(values):
    """Of [rows, n] values, as the format defines them."""
    v = values.astype(np.float64)
    out = {"min": v.min(0), "max": v.max(0), "mean": v.mean(0), "std": v.std(0)}
    return out | {k: np.quantile(v, q, axis=0) for k, q in SHARES.items()}


def close(a, b, scale, tolerance):
    return np.all(np.abs(np.asarray(a) - b) <= tolerance * np.maximum(scale, 1e-300))


def read_stats(d):
    plain = [n for n, f in d.info["features"].items() if not is_video(f)]
    wrong, wrong_total = [], []
    for name in plain:
        values = d.column(name).reshape(len(d.rows), -1)
        told = {k: d.episodes[f"stats/{name}/{k}"].tolist() for k in (*FIGURES, "count")}
        for e in range(len(d.episodes)):
            part = values[d.slice(e)]
            want, scale = figures(part), np.abs(part).max(0).astype(np.float64)
            if told["count"][e].tolist() != [len(part)]:
                wrong.append((name, e, "count"))
            wrong += [(name, e, k) for k in FIGURES
                      if len(told[k][e]) != values.shape[1]
                      or not close(told[k][e], want[k], scale, 1e-12 if k != "std" else 1e-9)]
        want, all_ = figures(values), d.stats[name]
        scale, width = np.abs(values).max(0).astype(np.float64), np.ptp(values.astype(np.float64), axis=0)
        if all_["count"] != [len(values)]:
            wrong_total.append((name, "count"))
        wrong_total += [(name, k) for k in ("min", "max", "mean", "std")
                        if not close(all_[k], want[k], scale, 1e-9)]
        for k, q in SHARES.items():
            # exact to a bin of 5000; quantiles of few values may lie anywhere between neighbours
            lo = np.quantile(values.astype(np.float64), q, axis=0, method="lower")
            hi = np.quantile(values.astype(np.float64), q, axis=0, method="higher")
            slack = width / 4000 + 1e-12 * scale
            got = np.asarray(all_[k])
            below = (values <= got + slack).mean(0)
            above = (values >= got - slack).mean(0)
            ok = ((got >= lo - slack) & (got <= hi + slack)) | ((below >= q) & (above >= 1 - q))
            if not np.all(ok):
                wrong_total.append((name, k))
    check("statistics of each episode are those of its rows, by NumPy", not wrong, wrong[:4])
    check("statistics of the dataset are those of all rows", not wrong_total, wrong_total[:4])
    check("every feature has statistics", set(d.stats) == set(d.info["features"]))
    shapes = all(np.shape(d.stats[n][k]) == (d.info["features"][n]["shape"][2], 1, 1)
                 for n in d.videos for k in FIGURES)
    check("those of pictures are [channels, 1, 1]", shapes)


def sampled(length):
    n = max(min(100, length), min(int(length ** 0.75), 10000))
    return np.round(np.linspace(0, length - 1, n)).astype(int)


def depth_values(info, codes):
    lo, hi = (np.log(info[f"video.depth_{k}"] + info["video.shift"]) for k in ("min", "max"))
    value = np.exp(codes * ((hi - lo) / 4095) + lo) - info["video.shift"]
    return np.clip(value, info["video.depth_min"], info["video.depth_max"])


def read_picture_stats(d):
    for key in d.videos:
        info = d.info["features"][key]["info"]
        wrong, pool = [], []
        for e in range(len(d.episodes)):
            path, start = d.video_at(key, e)
            n = int(d.episodes["length"][e])
            if info["is_depth_map"]:
                frames = depth_values(info, decode(path, start, n).astype(np.float64))[..., None]
                slack = dict.fromkeys(FIGURES, 1e-9)
            else:
                frames = decode(path, start, n, "rgb24") / 255
                # another way back from 4:2:0 interpolates chroma, and swscale's rounds green by up
                # to three codes
                slack = {k: 0.0125 for k in FIGURES} | {"min": 0.2, "max": 0.2, "std": 0.01,
                                                       "q01": 0.03, "q99": 0.03}
            side = max(frames.shape[1:3])
            step = side // 150 if side >= 300 else 1
            part = frames[sampled(n), ::step, ::step].reshape(-1, frames.shape[-1])
            pool.append(part)
            want = figures(part)
            told = {k: np.array([[c[0][0] for c in d.episodes[f"stats/{key}/{k}"][e]]]).ravel()
                    for k in FIGURES}
            wrong += [(e, k, told[k], want[k]) for k in FIGURES
                      if not np.all(np.abs(told[k] - want[k]) <= slack[k])]
            if d.episodes[f"stats/{key}/count"][e].tolist() != [len(sampled(n))]:
                wrong.append((e, "count"))
        check(f"{key}: statistics of each episode are those of its decoded frames", not wrong,
              wrong[:2])
        want, told = figures(np.concatenate(pool)), d.stats[key]
        wrong = [(k, np.ravel(told[k]), want[k]) for k in FIGURES
                 if not np.all(np.abs(np.ravel(told[k]) - want[k]) <= slack[k])]
        check(f"{key}: and of the dataset those of all", not wrong, wrong[:2])


# ---- against the clips ---------------------------------------------------------------------------

def read_records(d, clips):
    records = {r.manifest["clip_id"]: r for r in find(clips)}
    check("every clip is an episode", sorted(records) == sorted(a["clip_id"] for a in d.about))
    wrong = {}
    for e, about in enumerate(d.about):
        r = records[about["clip_id"]]
        take, views = np.load(r.folder / "take.npz"), np.load(r.folder / "views.npz")
        scene = load_json(r.folder / "scene.json")
        for name, ok in compare(d, e, about, scene, take, views):
            wrong.setdefault(name, [])
            wrong[name] += [] if ok else [about["clip_id"]]
        for key in d.videos:
            ok = compare_video(d, e, key, r)
            wrong.setdefault(key, [])
            wrong[key] += [] if ok else [about["clip_id"]]
    for name, clips_ in sorted(wrong.items()):
        check(f"{name} is what the record has", not clips_, clips_)


def per_frame(array, scene):
    return array[::scene["samples_per_frame"]]


def signal_values(scene, take):
    """Channels of the take by name: their mean from each frame to the next, then 0 (targets stay)."""
    labels = [line.split("\t") for line in take["channel_labels"].tobytes().decode().splitlines()]
    out = {}
    for c, (name, unit) in enumerate(labels):
        v = take["channel"][1:, c].reshape(scene["frames"] - 1, -1).mean(1)
        last = 0 if unit in ("N", "N m") or len(v) == 0 else v[-1]
        out[name] = np.append(v, last)
    return out


def turned(k, views, which):
    """Motion of a camera from frame k on, on its axes at k, from the stored views."""
    a, b = views[f"{which}/cam_from_world"][k:k + 2]
    eye = [-m[:3, :3].T @ m[:3, 3] for m in (a, b)]
    r = a[:3, :3] @ b[:3, :3].T
    angle = np.arccos(np.clip((np.trace(r) - 1) / 2, -1, 1))
    axis = np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]]) / 2
    turn = axis if angle < 1e-9 else axis * angle / np.sin(angle)
    return np.concatenate([a[:3, :3] @ (eye[1] - eye[0]), turn])


def compare(d, e, about, scene, take, views):
    f = d.info["features"]
    n, rows = scene["frames"], d.slice(e)
    cameras = [c["name"] for c in scene["cameras"]]
    ids = [o["instance_id"] for o in scene["objects"]]
    bodies = [b for b, body in enumerate(scene["bodies"]) if ids[body["object"]] > 0]
    present = (per_frame(take["state"], scene)[:, bodies] & 1).astype(bool)
    for name, array in (("position", "position"), ("rotation", "rotation"), ("velocity", "velocity"),
                        ("angular_velocity", "omega"), ("contact_force", "contact_force")):
        got = d.column(f"sim.{name}")[rows].reshape(n, -1, 4 if name == "rotation" else 3)
        want = np.where(present[..., None], per_frame(take[array], scene)[:, bodies], 0)
        yield f"sim.{name}", (got[:, :len(bodies)] == want.astype(np.float32)).all() and not \
            got[:, len(bodies):].any()
    got = d.column("sim.present")[rows].reshape(n, -1)
    yield "sim.present", (got[:, :len(bodies)] == present).all() and not got[:, len(bodies):].any()
    got = d.column("sim.instance_id")[rows].reshape(n, -1)
    want = np.array([ids[scene["bodies"][b]["object"]] for b in bodies] + [0] * got.shape[1])
    yield "sim.instance_id", (got == want[:got.shape[1]]).all() and \
        [b["instance_id"] for b in about["bodies"]] == want[:len(bodies)].tolist()
    yield "sim.energy", (d.column("sim.energy")[rows]
                         == per_frame(take["energy"], scene).astype(np.float32)).all()
    for i, name in enumerate(n_[11:-15] for n_ in sorted(f) if n_.endswith(".cam_from_world")):
        c = [k.split("/")[0] for k in views.files if k.endswith("/k")][d.cameras.index(name)]
        m, k = views[f"{c}/cam_from_world"], views[f"{c}/k"]
        got = d.column(f"sim.camera.{name}.cam_from_world")[rows]
        yield "sim.camera.*.cam_from_world", (got == m.reshape(n, 16).astype(np.float32)).all()
        got = d.column(f"sim.camera.{name}.intrinsics")[rows]
        want = np.stack([k[:, 0, 0], k[:, 1, 1], k[:, 0, 2], k[:, 1, 2]], 1)
        yield "sim.camera.*.intrinsics", (got == want.astype(np.float32)).all()
    signals = signal_values(scene, take)
    if about["agent"] == "camera":
        which = str([c for c in cameras].index(about["agent_on"]))
        want = np.array([turned(k, views, which) for k in range(n - 1)] + [np.zeros(6)]) * d.fps
        got = d.column("action")[rows]
        yield "action", f["action"]["shape"] == [6] and np.abs(got - want).max() < 1e-5
    elif "action" in f:
        got = d.column("action")[rows].reshape(n, -1)
        want = np.stack([signals.get(s, np.zeros(n)) for s in f["action"]["names"]], 1)
        yield "action", np.abs(got - want).max() <= 1e-6 * max(1, np.abs(want).max()) and \
            (np.abs(want).max() > 0 or not about["agent"])
    used = set(f.get("action", {"names": []})["names"])
    if "sim.signals" in f:
        names = f["sim.signals"]["names"]
        got = d.column("sim.signals")[rows].reshape(n, -1)[:-1]
        known = d.column("sim.signals_known")[rows].reshape(n, -1)
        want = np.stack([signals.get(s, np.zeros(n)) for s in names], 1)[:-1]
        yield "sim.signals", np.abs(got - want).max() <= 1e-6 * max(1, np.abs(want).max()) and \
            (known == [s in signals for s in names]).all()
        used |= set(names)
    yield "every signal of the take", set(signals) <= used
    yield "observation.state", compare_state(d, about, scene, take, views, rows)


def compare_state(d, about, scene, take, views, rows):
    got, names = d.column("observation.state")[rows], d.info["features"]["observation.state"]["names"]
    if names[0] == "position.x":
        b = [body["name"] for body in scene["bodies"]].index(about["agent_on"])
        want = np.concatenate([per_frame(take[k], scene)[:, b]
                               for k in ("position", "rotation", "velocity", "omega")], 1)
    elif names[0] == "eye.x":
        m = views["0/cam_from_world"]
        want = np.concatenate([-np.einsum("kji,kj->ki", m[:, :3, :3], m[:, :3, 3]), m[:, 0, :3],
                               m[:, 1, :3]], 1)
        return np.abs(got - want).max() < 1e-5
    else:
        motors = [j for j, joint in enumerate(scene["joints"]) if joint["motor"] not in ("none", 0)]
        want = np.stack([per_frame(take[k], scene)[:, j] for j in motors
                         for k in ("joint_position", "joint_velocity")], 1)
    return got.shape == want.shape and (got == want.astype(np.float32)).all()


def compare_video(d, e, key, record):
    """Joined frames are the clip's; depth is the coded store."""
    info = d.info["features"][key]["info"]
    path, start = d.video_at(key, e)
    n = int(d.episodes["length"][e])
    camera = key[len("observation.images."):]
    camera = camera[:-6] if info["is_depth_map"] else camera
    stream = record.manifest["streams"][d.cameras.index(camera)]
    if not info["is_depth_map"]:
        source = record.path(stream["video"])
        with av.open(str(source)) as a, av.open(str(path)) as b:
            own = [bytes(p) for p in a.demux(video=0) if p.size]
            joined = [bytes(p) for p in b.demux(video=0) if p.size][start:start + n]
        return own == joined and (decode(source) == decode(path, start, n)).all()
    codes = decode(path, start, n)
    store = zarr.open(zarr.storage.ZipStore(str(record.path(stream["planes"])), mode="r"), mode="r")
    stored = store["depth"][:]
    z = np.where(stored == 65535, np.inf, stored * store["depth"].attrs["scale"])
    lo, hi = (np.log(info[f"video.depth_{k}"] + info["video.shift"]) for k in ("min", "max"))
    with np.errstate(invalid="ignore"):
        exact = np.clip(4095 * (np.log(z + info["video.shift"]) - lo) / (hi - lo), 0, 4095)
    near = np.abs(exact % 1 - 0.5) < 1e-9  # either way is right
    return codes.dtype == np.uint16 and ((codes == np.rint(exact)) | near).all()


def read_labels(d, clips):
    for path in sorted((d.root / "labels" / "tables").glob("*/*.parquet")):
        own = pathlib.Path(clips) / "tables" / path.parent.name / path.name
        check(f"labels of {path.parent.name}, {path.name.split('-')[0]}, are the clips' table",
              pq.read_table(path).equals(pq.read_table(own)))


# ---- all -----------------------------------------------------------------------------------------

class Dataset:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.info = load_json(self.root / "meta" / "info.json")
        self.stats = load_json(self.root / "meta" / "stats.json")
        self.about = load_json(self.root / "meta" / "physreel.json")["episodes"]
        self.fps = self.info["fps"]
        self.videos = sorted(n for n, f in self.info["features"].items() if is_video(f))
        self.cameras = None
        self.data_files = sorted((self.root / "data").glob("*/*.parquet"))
        self.episode_files = sorted((self.root / "meta" / "episodes").glob("*/*.parquet"))
        self.rows = pa.concat_tables([pq.read_table(p) for p in self.data_files])
        self.episodes = pd.concat([pd.read_parquet(p) for p in self.episode_files],
                                  ignore_index=True)
        self.tasks = pd.read_parquet(self.root / "meta" / "tasks.parquet")
        self.cache, self.video_files = {}, {}

    def column(self, name):
        if name not in self.cache:
            v = self.rows[name].combine_chunks()
            flat = pa.types.is_list(v.type)
            self.cache[name] = v.flatten().to_numpy(zero_copy_only=False).reshape(len(v), -1) \
                if flat else v.to_numpy(zero_copy_only=False)
        return self.cache[name]

    def slice(self, e):
        return slice(int(self.episodes["dataset_from_index"][e]),
                     int(self.episodes["dataset_to_index"][e]))

    def video_at(self, key, e):
        row = self.episodes.iloc[e]
        name = FILES.format(row[f"videos/{key}/chunk_index"], row[f"videos/{key}/file_index"])
        return (self.root / "videos" / key / f"{name}.mp4",
                round(row[f"videos/{key}/from_timestamp"] * self.fps))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dataset")
    parser.add_argument("clips")
    parser.add_argument("--files", type=int, default=1)
    args = parser.parse_args()
    d = Dataset(args.dataset)
    first = find(args.clips)[0]
    d.cameras = [s["camera"] for s in first.manifest["streams"]]
    numbered = [FILES.format(i // 1000, i % 1000) for i in range(len(d.data_files))]
    check("files of data are numbered without gaps, and no others are there",
          [str(p.relative_to(d.root / "data"))[:-8] for p in d.data_files] == numbered
          and len(list((d.root / "data").rglob("*.*"))) == len(numbered))
    check("nor among the episodes", len(list((d.root / "meta/episodes").rglob("*.*")))
          == len(d.episode_files))
    read_info(d)
    read_features(d)
    read_data(d)
    read_tasks(d)
    read_episodes(d)
    read_videos(d)
    check("as many files as there should be", len(d.data_files) >= args.files
          and min(d.video_files.values()) >= args.files, (len(d.data_files), d.video_files))
    read_stats(d)
    read_picture_stats(d)
    read_records(d, args.clips)
    read_labels(d, args.clips)
    return done()


if __name__ == "__main__":
    raise SystemExit(main())
