"""A dataset's tables through pyarrow, DuckDB and datasets: read_tables.py DATASET

Everything is checked against something outside our writer: the readers must agree with one another
cell by cell, the columns with the card, and SQL states what must hold between the tables. Prints
TAP. Needs requirements.txt.
"""
import glob
import json
import os
import re
import sys

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

root = os.path.abspath(sys.argv[1])
TABLES = ["objects", "states", "cameras", "events", "boxes", "tracks", "actions"]
LONG = 64  # bytes of a text that its bound keeps whole
ARROW = {
    "string": pa.string(),
    "bool": pa.bool_(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
}
number = failed = 0


def check(name, ok, detail=""):
    global number, failed
    number += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {name}" + (f" # {detail}" if detail and not ok else ""))


def files(table):
    if table == "metadata":
        return sorted(glob.glob(f"{root}/clips/*/metadata.parquet"))
    return sorted(glob.glob(f"{root}/tables/{table}/*.parquet"))


def card_columns():
    """The column tables of the README: {table: [(name, type)]}"""
    text = open(f"{root}/README.md").read()
    found = {}
    for table in ["metadata"] + TABLES:
        body = text.split(f"### {table}\n", 1)[1].split("\n### ")[0].split("\n## ")[0]
        rows = re.findall(r"^\| (\w+) \| ([\w\[\]]+) \|", body, re.M)
        found[table] = [r for r in rows if r != ("column", "type")]
    return found


def same(a, b):
    """Equal, a NaN equal to a NaN, lists and arrays alike."""
    if a is None or b is None:
        return a is b
    if isinstance(a, (list, tuple, np.ndarray)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b or (a != a and b != b)


def check_pyarrow():
    columns = card_columns()
    for table in ["metadata"] + TABLES:
        for path in files(table):
            name = os.path.relpath(path, root)
            file = pq.ParquetFile(path, page_checksum_verification=True)
            data = file.read()
            data.validate(full=True)
            schema = []
            for field in data.schema:
                wanted = dict(columns[table]).get(field.name, "")
                vector = re.match(r"float64\[(\d+)\]", wanted)
                ok = field.type == pa.list_(pa.float64()) if vector else field.type == ARROW.get(wanted)
                if vector:
                    lengths = {len(v) for v in data[field.name].to_pylist() if v is not None}
                    ok = ok and lengths <= {int(vector[1])}
                schema.append(ok and field.nullable)
            check(f"pyarrow: {name} has the card's columns and types",
                  data.schema.names == [c for c, _ in columns[table]] and all(schema))
            check(f"pyarrow: {name} is described in the file itself",
                  json.loads(file.metadata.metadata[b"physreel.columns"]).keys() == set(data.schema.names))
            check(f"pyarrow: {name} statistics are those of the values", statistics_hold(file))


def statistics_hold(file):
    for g in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(g)
        data = file.read_row_group(g)
        for c in range(group.num_columns):
            chunk = group.column(c)
            stats = chunk.statistics
            if "." in chunk.path_in_schema or stats is None:
                continue
            values = [v for v in data[chunk.path_in_schema].to_pylist() if v is not None]
            if stats.null_count != group.num_rows - len(values):
                return False
            if stats.has_min_max and not bounds_hold(stats.min, stats.max, min(values), max(values)):
                return False
    return True


def bounds_hold(low, high, least, most):
    """Exact; those of long texts are cut, the upper one raised."""
    cut = [isinstance(v, str) and len(v.encode()) > LONG for v in (least, most)]
    return (least.startswith(low) and low != least if cut[0] else low == least) and \
        (most < high and len(high.encode()) <= LONG if cut[1] else high == most)


def check_duckdb():
    db = duckdb.connect()
    for table in ["metadata"] + TABLES:
        total = True
        for path in files(table):
            ours = pq.read_table(path).to_pylist()
            cursor = db.execute(f"select * from read_parquet('{path}')")
            names = [d[0] for d in cursor.description]
            theirs = [dict(zip(names, row)) for row in cursor.fetchall()]
            total = total and len(ours) == len(theirs) and all(
                a.keys() == b.keys() and all(same(a[k], b[k]) for k in a) for a, b in zip(ours, theirs))
        check(f"duckdb: {table} has the values that pyarrow reads", total)
        where = f"{root}/clips/*/metadata.parquet" if table == "metadata" else f"{root}/tables/{table}/*.parquet"
        db.execute(f"create view {table} as select * from read_parquet('{where}')")

    rules = {  # each must give no rows
        "clip and camera are a key": "select clip_id, camera from metadata group by all having count(*) > 1",
        "stream ids are unique": "select stream_id from metadata group by all having count(*) > 1",
        "frames of states count up from 0 and are complete":
            "select s.clip_id, body from states s join (select distinct clip_id, num_frames from metadata) m "
            "using (clip_id) group by s.clip_id, body, num_frames "
            "having count(*) != num_frames or min(frame) != 0 or max(frame) != num_frames - 1",
        "time is frame / fps":
            "select * from states s join (select distinct clip_id, fps from metadata) using (clip_id) "
            "where time != frame / fps::double",
        "a camera row for every frame of every stream":
            "select * from (select stream_id, count(*) n from cameras group by all) "
            "full join metadata using (stream_id) where n is distinct from num_frames",
        "a box row for every frame, stream and object":
            "select * from (select stream_id, count(*) n from boxes group by all) "
            "full join metadata using (stream_id) where coalesce(n, 0) != num_frames * n_objects",
        "objects are counted": "select * from (select clip_id, count(*) n from objects where instance_id > 0 "
            "group by all) full join metadata using (clip_id) where coalesce(n, 0) != n_objects",
        "contacts are counted": "select * from (select clip_id, count(*) n from events group by all) "
            "full join metadata using (clip_id) where coalesce(n, 0) != n_contacts",
        "instance ids of objects are unique":
            "select clip_id, instance_id from objects where instance_id > 0 group by all having count(*) > 1",
        "every state is of an object": "select * from states anti join objects using (clip_id, instance_id)",
        "every box is of an object": "select * from boxes anti join objects using (clip_id, instance_id)",
        "quaternions are unit": "select * from states where present and "
            "abs(list_sum(list_transform(quaternion, lambda q: q * q)) - 1) > 1e-9",
        "kinetic energy is not below that of translation":
            "select * from states s join objects o on s.clip_id = o.clip_id and s.object = o.name "
            "where o.n_bodies = 1 and not o.static and kinetic_energy < "
            "0.5 * mass * list_sum(list_transform(velocity, lambda v: v * v)) * (1 - 1e-12)",
        "contacts end after they begin":
            "select * from events where end_step <= begin_step or end_frame < begin_frame",
        "normals are unit": "select * from events where "
            "abs(list_sum(list_transform(normal, lambda q: q * q)) - 1) > 1e-9",
        "shares of motion sum to one": "select * from events where "
            "abs(sticking + sliding + rolling - 1) > 1e-12 or least(sticking, sliding, rolling) < 0 "
            "or motion not in ('sticking', 'sliding', 'rolling')",
        "impacts are faster than rest": "select * from events where "
            "(kind = 'impact') != (approach_speed > 0.05) or (kind = 'impact' and impacts < 1)",
        "the approach is that of the velocity": "select * from events where "
            "abs(list_dot_product(approach_velocity, normal) + approach_speed) > 1e-9 * (1 + approach_speed)",
        "boxes hold their pixels": "select * from boxes where visible_pixels > 0 and "
            "(x1 - x0) * (y1 - y0) < visible_pixels or (visible_pixels > 0) != (x0 is not null)",
        "boxes lie in the image": "select * from boxes join metadata using (stream_id) "
            "where x0 < 0 or y0 < 0 or x1 > width or y1 > height",
        "amodal pixels hold the visible ones": "select * from boxes where amodal_pixels < visible_pixels or "
            "amodal_x0 > x0 or amodal_y0 > y0 or amodal_x1 < x1 or amodal_y1 < y1 or "
            "(coalesce(amodal_pixels, 0) > 0) != (amodal_x0 is not null)",
        "occlusion is the share that is hidden": "select * from boxes where "
            "occlusion is distinct from case when amodal_pixels > 0 then 1 - visible_pixels / amodal_pixels::double end",
        "extents hold the amodal pixels": "select * from boxes where amodal_x0 + 0.5 < extent_u0 - 0.01 or "
            "amodal_y0 + 0.5 < extent_v0 - 0.01 or amodal_x1 - 0.5 > extent_u1 + 0.01 or "
            "amodal_y1 - 0.5 > extent_v1 + 0.01",
        "truncation is a share, 0 within the image": "select * from boxes join metadata using (stream_id) where "
            "truncation < 0 or truncation > 1 or (truncation is null) != (extent_u0 is null) or (extent_u0 >= 0 "
            "and extent_v0 >= 0 and extent_u1 <= width and extent_v1 <= height and truncation > 1e-12)",
        "a track has a row for every frame of every stream":
            "select * from (select stream_id, track, count(*) n from tracks group by all) "
            "join metadata using (stream_id) where n != num_frames",
        "every track is of an object": "select * from tracks anti join objects using (clip_id, instance_id)",
        "tracks in the image are inside it": "select * from tracks join metadata using (stream_id) where "
            "in_image and not (x between 0 and width and y between 0 and height and depth > 0) or visible and not in_image",
        "the eye is where cam_from_world says": "select * from cameras where abs("
            "cam_from_world[1] * eye[1] + cam_from_world[2] * eye[2] + cam_from_world[3] * eye[3] + cam_from_world[4])"
            " > 1e-9",
        "the eye is on the axis": "select * from cameras where abs("
            "cam_from_world[9] * eye[1] + cam_from_world[10] * eye[2] + cam_from_world[11] * eye[3] + "
            "cam_from_world[12]) > 1e-9",
        "focal length and field of view agree":
            "select * from cameras where abs(fy - height / 2 / tan(fov_y / 2)) > 1e-6 * fy",
        "the centre of a 3-D box is the mean of its corners, projected":
            "with c as (select b.*, k.cam_from_world m, k.fx, k.cx, "
            "list_sum([box_corners[3 * i + 1] for i in range(8)]) / 8 x, "
            "list_sum([box_corners[3 * i + 2] for i in range(8)]) / 8 y, "
            "list_sum([box_corners[3 * i + 3] for i in range(8)]) / 8 z "
            "from boxes b join cameras k using (stream_id, frame) where center_u is not null) "
            "select * from c where abs((m[1] * x + m[2] * y + m[3] * z + m[4]) / "
            "(m[9] * x + m[10] * y + m[11] * z + m[12]) * fx + cx - center_u) > 1e-6",
    }
    for name, sql in rules.items():
        rows = db.execute(sql).fetchall()
        check(f"sql: {name}", not rows, f"{len(rows)} rows, first {rows[:1]}")

    missing = [p for (p,) in db.execute("select planes_path from metadata where planes_path is not null "
                                        "union all select record_path from metadata").fetchall()
               if not os.path.exists(f"{root}/{p}")]
    check("paths in metadata exist", not missing, str(missing[:3]))
    extra = [i for (s, i) in db.execute("select seed, params from metadata").fetchall()
             if not (0 <= int(s) < 2**64) or not isinstance(json.loads(i), dict)]
    check("seeds and parameters parse", not extra)
    db.close()


def records():
    """(folder, clip id, take, rows of its states)"""
    states = {}
    for path in files("states"):
        for row in pq.read_table(path).to_pylist():
            states.setdefault(row["clip_id"], []).append(row)
    for folder in sorted(glob.glob(f"{root}/records/*/*/*")):
        clip = os.path.basename(folder)
        yield folder, clip, np.load(f"{folder}/take.npz"), states.get(clip, [])


def check_states():
    """States against the arrays of take.npz, and energies against the engine's own sums."""
    exact = energy = True
    for folder, clip, take, rows in records():
        scene = json.load(open(f"{folder}/scene.json"))
        step = scene["samples_per_frame"]
        sums = {}
        for row in rows:
            at = row["frame"] * step, row["body_index"]
            if not row["present"]:
                continue
            for column, array in (("position", "position"), ("quaternion", "rotation"), ("velocity", "velocity"),
                                  ("angular_velocity", "omega"), ("contact_force", "contact_force")):
                exact = exact and row[column] == take[array][at].tolist()
            frame = sums.setdefault(row["frame"], [0.0, 0.0])
            frame[0] += row["kinetic_energy"]
            frame[1] += row["potential_energy"]
        if take["energy"].any():  # the synthetic takes have none
            for frame, (kinetic, potential) in sums.items():
                e = take["energy"][frame * step]
                scale = max(1.0, np.abs(take["energy"]).max())
                energy = energy and abs(kinetic - e[0]) < 1e-9 * scale and abs(potential - e[1]) < 1e-9 * scale
    check("states are the arrays of take.npz", exact)
    check("energies add up to the engine's", energy)


def check_boxes():
    """Boxes and pixel counts against the instance planes, by NumPy."""
    import zarr
    boxes = {}
    for path in files("boxes"):
        for row in pq.read_table(path).to_pylist():
            boxes[row["stream_id"], row["frame"], row["instance_id"]] = row
    wrong, seen = [], 0
    for path in files("metadata"):
        for row in pq.read_table(path).to_pylist():
            if not row["planes_path"]:
                continue
            with zarr.storage.ZipStore(f"{root}/{row['planes_path']}", mode="r") as zipped:
                planes = zarr.open(zipped, mode="r")
                instance = planes["instance"][:] if "instance" in planes else []
            for frame, plane in enumerate(instance):
                for i in range(1, row["n_objects"] + 1):
                    box = boxes[row["stream_id"], frame, i]
                    y, x = np.nonzero(plane == i)
                    want = [int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1] if len(x) else [None] * 4
                    seen += 1
                    if box["visible_pixels"] != len(x) or [box[k] for k in ("x0", "y0", "x1", "y1")] != want:
                        wrong.append((row["stream_id"], frame, i))
    check(f"boxes are those of the instance planes ({seen})", not wrong, str(wrong[:3]))


def check_masks():
    """The masks through COCO's own code: they are the instance planes, and what it would write."""
    import zarr
    from pycocotools import mask as coco
    rows = [row for path in files("boxes") for row in pq.read_table(path).to_pylist() if row["amodal_mask"]]
    if not rows:
        return
    sizes = {m["stream_id"]: m for path in files("metadata") for m in pq.read_table(path).to_pylist()}
    planes, wrong = {}, []
    for row in rows:
        m = sizes[row["stream_id"]]
        if row["stream_id"] not in planes:
            with zarr.storage.ZipStore(f"{root}/{m['planes_path']}", mode="r") as zipped:
                planes[row["stream_id"]] = zarr.open(zipped, mode="r")["instance"][:]
        shown = planes[row["stream_id"]][row["frame"]] == row["instance_id"]
        rle = {k: {"size": [m["height"], m["width"]], "counts": row[k].encode()} if row[k] else None
               for k in ("visible_mask", "amodal_mask")}
        amodal = coco.decode(rle["amodal_mask"]).astype(bool)
        visible = coco.decode(rle["visible_mask"]).astype(bool) if rle["visible_mask"] else np.zeros_like(amodal)
        x, y, w, h = coco.toBbox(rle["amodal_mask"])
        ok = np.array_equal(visible, shown) and not (visible & ~amodal).any() \
            and coco.area(rle["amodal_mask"]) == row["amodal_pixels"] == amodal.sum() \
            and [x, y, x + w, y + h] == [row[f"amodal_{k}"] for k in ("x0", "y0", "x1", "y1")]
        for k, image in (("visible_mask", visible), ("amodal_mask", amodal)):
            ours = row[k].encode() if row[k] else None
            ok = ok and ours == (coco.encode(np.asfortranarray(image, np.uint8))["counts"] if image.any() else None)
        if not ok:
            wrong.append((row["stream_id"], row["frame"], row["instance_id"]))
    check(f"masks are COCO's, of the instance planes, and hold the visible ({len(rows)})", not wrong, str(wrong[:3]))


def check_tracks():
    """Where tracks are: pose times point through the camera, by NumPy."""
    rows = {}
    for path in files("tracks"):
        for row in pq.read_table(path).to_pylist():
            rows.setdefault(row["clip_id"], []).append(row)
    worst, seen = 0.0, 0
    for folder, clip, take, _ in records():
        if clip not in rows:
            continue
        views = np.load(f"{folder}/views.npz")
        step = json.load(open(f"{folder}/scene.json"))["samples_per_frame"]
        streams = [s["id"] for s in json.load(open(f"{folder}/manifest.json"))["streams"]]
        for row in rows[clip]:
            c, at = streams.index(row["stream_id"]), (row["frame"] * step, views["tracks/body"][row["track"]])
            if row["x"] is None:
                continue
            w, q = take["rotation"][at][0], take["rotation"][at][1:]
            p = views["tracks/point"][row["track"]]
            world = p + 2 * np.cross(q, np.cross(q, p) + w * p) + take["position"][at]
            x = views[f"{c}/cam_from_world"][row["frame"]] @ np.append(world, 1)
            u, v, z = views[f"{c}/k"][row["frame"]] @ x[:3]
            worst = max(worst, abs(u / z - row["x"]), abs(v / z - row["y"]), abs(x[2] - row["depth"]))
            seen += 1
    if seen:
        check(f"tracks are their bodies' points in the image ({seen})", worst < 1e-7, f"off by {worst}")


def check_actions():
    """What acted: the mean of the take's channels between frames; a camera's from one view to the next."""
    rows = {}
    for path in files("actions"):
        for row in pq.read_table(path).to_pylist():
            rows.setdefault(row["clip_id"], []).append(row)
    worst, kinds, shapes = 0.0, set(), True
    for folder, clip, take, _ in records():
        scene = json.load(open(f"{folder}/scene.json"))
        mine, step = rows.pop(clip, []), scene["samples_per_frame"]
        channels = [line.split("\t")[0] for line in bytes(take["channel_labels"]).decode().splitlines()] \
            if "channel_labels" in take else []
        kinds |= {row["kind"] for row in mine}
        width = len({row["name"] for row in mine})
        shapes &= [(r["frame"], r["number"]) for r in mine] == \
            [(k, i) for k in range(scene["frames"] if width else 0) for i in range(width)]
        shapes &= bool(mine) or not (channels or scene.get("agent"))
        views = np.load(f"{folder}/views.npz")
        names = [s["camera"] for s in json.load(open(f"{folder}/manifest.json"))["streams"]]
        for row in mine:
            k, name = row["frame"], row["name"]
            if k == scene["frames"] - 1:
                continue
            if name.startswith("camera."):
                if ".velocity." not in name or row["acts_on"] not in names:
                    continue
                m = views[f"{names.index(row['acts_on'])}/cam_from_world"]
                eye = [-m[j][:3, :3].T @ m[j][:3, 3] for j in (k, k + 1)]
                want = (m[k][:3, :3] @ (eye[1] - eye[0]) * scene["fps"])["xyz".index(name[-1])]
            elif name in channels:
                want = take["channel"][k * step + 1:(k + 1) * step + 1, channels.index(name)].mean()
            else:
                want = 0.0
            worst = max(worst, abs(want - row["value"]) / max(1.0, abs(want)))
    check("actions: every number of every frame, of clips on which something acts", shapes and not rows, str(list(rows)[:3]))
    if kinds:
        check(f"actions are what the take holds ({', '.join(sorted(kinds))})", worst < 1e-9, f"off by {worst}")
        wide = duckdb.sql(f"pivot '{root}/tables/actions/*.parquet' on name using first(value) group by clip_id, frame")
        n = duckdb.sql(f"select count(*) from (select distinct clip_id, frame from '{root}/tables/actions/*.parquet')")
        check("actions: DuckDB puts them side by side", len(wide.fetchall()) == n.fetchall()[0][0])


def check_docs():
    """The docs' lines from pixels to the world: what an object's pixels show lies in its 3-D box."""
    here = os.path.dirname(os.path.abspath(__file__))
    text = open(f"{here}/../../docs/datasets.md").read()
    code = next(b for b in re.findall(r"```python\n(.*?)```", text, re.S) if "world =" in b)
    if not glob.glob(f"{root}/labels/train/*") or not any(t["energy"].any() for _, _, t, _ in records()):
        return  # the synthetic pictures are not of their scene
    os.chdir(root)
    names = {}
    exec(code, names)
    row, instance = names["row"], names["store"]["instance"][0]
    worst, seen = 0.0, 0
    for box in pq.read_table("tables/boxes/train-00000-of-00001.parquet").to_pylist():
        if box["stream_id"] != row["stream_id"] or box["frame"] != 0 or not box["visible_pixels"]:
            continue
        c = np.reshape(box["box_corners"], (8, 3))
        axes = np.stack([c[1] - c[0], c[2] - c[0], c[4] - c[0]])
        size = np.linalg.norm(axes, axis=1)
        local = (names["world"][instance == box["instance_id"]] - c[0]) @ (axes / size[:, None]).T
        worst = max(worst, float(np.max(-local)), float(np.max(local - size)))
        seen += len(local)
    # a pixel's depth is rounded to half a step, which its slanted ray lengthens a little
    check(f"docs: {seen} pixels are on their objects in the world, off by {worst:.2g} m at most",
          seen > 0 and worst < row["depth_scale"])


def check_card(cache):
    """The card's lines run as printed, one block after another, from any folder."""
    import datasets
    datasets.disable_progress_bars()
    datasets.config.HF_DATASETS_CACHE = cache
    blocks = re.findall(r"```python\n(.*?)```", open(f"{root}/README.md").read(), re.S)
    names, stopped = {}, ""
    try:
        for block in blocks:
            exec(block.replace("path/to/dataset", root), names)
    except Exception as e:
        stopped = repr(e)
    check(f"card: its {len(blocks)} blocks of lines run", bool(blocks) and not stopped, stopped)
    rows = len(pq.read_table(glob.glob(f"{root}/clips/train/metadata.parquet")[0]))
    check("card: they load the clips", not stopped and len(names["clips"]["train"]) == rows)
    videos = glob.glob(f"{root}/clips/*/*/*.mp4")
    check("card: and the frames", stopped == "" and (not videos or len(names["frames"]) > 0))


def check_datasets(cache):
    import datasets
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity_error()
    names = datasets.get_dataset_config_names(root, cache_dir=cache)
    has_videos = bool(glob.glob(f"{root}/clips/*/*/*.mp4"))
    # datasets opens every config of a repository with the builder of the first (export/pack_card.c), and
    # has no word for tables without rows
    full = [t for t in TABLES if any(pq.ParquetFile(path).metadata.num_rows for path in files(t))]
    check("datasets: the card's configs", sorted(names) == sorted(["clips"] + ([] if has_videos else full)),
          str(names))
    splits = sorted(os.path.basename(os.path.dirname(p)) for p in files("metadata"))
    for table in TABLES:
        if not all(pq.ParquetFile(path).metadata.num_rows for path in files(table)):
            continue  # datasets has no word for a split without rows; the other readers have
        where = {s: f"{root}/tables/{table}/{s}-*.parquet" for s in splits}
        data = datasets.load_dataset("parquet", data_files=where, cache_dir=cache)
        ok = sorted(data) == splits
        for split in splits if ok else []:
            path = f"{root}/tables/{table}/{split}-00000-of-00001.parquet"
            rows = pq.read_table(path).to_pylist()
            ok = ok and len(rows) == len(data[split]) and all(
                all(same(a[k], b[k]) for k in a) for a, b in zip(rows, data[split]))
        check(f"datasets: {table}, value by value", ok)
        if not has_videos:
            data = datasets.load_dataset(root, name=table, cache_dir=cache)
            check(f"datasets: config {table}", sorted(data) == splits)
    clips = datasets.load_dataset(root, name="clips", cache_dir=cache)
    check("datasets: splits of the clips", sorted(clips) == splits, str(sorted(clips)))
    for split in splits:
        rows = pq.read_table(f"{root}/clips/{split}/metadata.parquet").to_pylist()
        data = clips[split]
        if "file_name" in rows[0]:
            data = data.cast_column("video", datasets.Video(decode=False))
        got = list(data)
        ok = len(got) == len(rows)
        for a, b in zip(rows, got) if ok else []:
            ok = ok and all(same(a[k], b[k]) for k in a if k != "file_name")
            if "file_name" in a:
                video = b["video"]["path"]
                ok = ok and os.path.samefile(video, f"{root}/clips/{split}/{a['file_name']}")
        check(f"datasets: clips of {split}: a row for each video, in the table's order", ok)


def main():
    import tempfile
    check_pyarrow()
    check_duckdb()
    check_states()
    check_boxes()
    check_masks()
    check_tracks()
    check_actions()
    check_docs()
    with tempfile.TemporaryDirectory() as cache:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["HF_HOME"] = cache
        check_datasets(cache)
        check_card(cache)
    print(f"1..{number}")
    return failed > 0


sys.exit(main())
