"""GLB files through their specification: read_glb.py CLIPS EXPORT SAMPLES NODE

EXPORT is the layout glb of CLIPS, SAMPLES the same with keys at all samples. Everything is compared
with the clips' records and label planes, by formulas of its own: what the files' cameras see of the
files' meshes is where our cameras see the bodies of the take. NODE runs gltf-validator.
"""
import collections
import io
import json
import pathlib
import subprocess
import sys

import av
import numpy as np
import pyarrow.parquet as pq
import zarr

from gltf_file import Glb, rotation
from records import check, done, find

clips, export, samples = (pathlib.Path(a) for a in sys.argv[1:4])
SOLID = ("box", "sphere", "capsule", "cylinder", "cone", "ellipsoid", "hull", "mesh")


def matrix(pose):
    m = np.eye(4)
    w, x, y, z = pose["rotation"]
    m[:3, :3], m[:3, 3] = rotation([x, y, z, w]), pose["position"]
    return m


def geoms_of(glb):
    """(extras, node, [(points, normals, uv, triangles, material)]) of nodes with a mesh."""
    cache = {}
    for i, node in enumerate(glb.nodes):
        if "mesh" not in node:
            continue
        if node["mesh"] not in cache:
            cache[node["mesh"]] = [
                (glb.read(p["attributes"]["POSITION"]), glb.read(p["attributes"]["NORMAL"]),
                 glb.read(p["attributes"]["TEXCOORD_0"]) if "TEXCOORD_0" in p["attributes"] else None,
                 glb.read(p["indices"]).reshape(-1, 3), glb.json["materials"][p["material"]])
                for p in glb.json["meshes"][node["mesh"]]["primitives"]]
        yield node["extras"], i, cache[node["mesh"]]


# ---- surfaces ----------------------------------------------------------------------------------

def off_surface(shape, size, p, scene, geom):
    """m: how far the points are from the geom's surface, about."""
    x, y, z = p.T
    r = np.hypot(x, y)
    if shape == "box":
        return np.abs(np.abs(p) - np.array(size) / 2).max()
    if shape == "sphere":
        return np.abs(np.linalg.norm(p, axis=1) - size[0]).max()
    if shape == "ellipsoid":
        return np.abs(np.linalg.norm(p / size, axis=1) - 1).max() * min(size)
    if shape == "capsule":
        beyond = np.maximum(np.abs(z) - size[1] / 2, 0)
        return np.abs(np.hypot(r, beyond) - size[0]).max()
    if shape == "cylinder":
        return np.minimum(np.abs(r - size[0]), np.abs(np.abs(z) - size[1] / 2)).max()
    if shape == "cone":
        slope = np.abs(r - size[0] * (0.5 - z / size[1]))
        return np.minimum(slope, np.abs(z + size[1] / 2)).max()
    if shape == "plane":
        return max(np.abs(z).max(), r.max() - size[0])
    if shape == "height_field":
        f = scene["height_fields"][geom["height_field"]]
        grid = np.array(f["heights"]).reshape(f["rows"], f["columns"])
        at = [np.rint((v / s + 0.5) * (n - 1)).astype(int)
              for v, s, n in ((y, size[1], f["rows"]), (x, size[0], f["columns"]))]
        return np.abs(grid[at[0], at[1]] - z).max()
    own = np.array(scene["meshes"][geom["mesh"]]["vertices"]).reshape(-1, 3)
    return max(np.abs(own - q).max(1).min() for q in p)


def check_surface(name, shape, parts):
    """Closed to the bit, faces outward, normals on the side of their faces."""
    edges = collections.Counter()
    volume, turned, unit = 0.0, 0, 0.0
    for points, normals, _, triangles, _ in parts:
        for t in triangles:
            a, b, c = points[t]
            volume += np.dot(a, np.cross(b, c)) / 6
            face = np.cross(b - a, c - a)
            turned += (normals[t] @ face < 0).sum()
            for i in range(3):
                edges[(points[t[i]].tobytes(), points[t[(i + 1) % 3]].tobytes())] += 1
        unit = max(unit, np.abs(np.linalg.norm(normals, axis=1) - 1).max())
    check(f"{name}: normals are unit and outward", unit < 1e-6 and turned == 0, (unit, turned))
    if shape in SOLID:
        paired = all(n == 1 and edges.get((b, a)) == 1 for (a, b), n in edges.items())
        check(f"{name}: closed, every edge twice", paired)
    return volume


def volume_of(shape, s):
    return {"box": lambda: s[0] * s[1] * s[2], "sphere": lambda: 4 / 3 * np.pi * s[0] ** 3,
            "ellipsoid": lambda: 4 / 3 * np.pi * s[0] * s[1] * s[2],
            "capsule": lambda: np.pi * s[0] ** 2 * (s[1] + 4 / 3 * s[0]),
            "cylinder": lambda: np.pi * s[0] ** 2 * s[1],
            "cone": lambda: np.pi * s[0] ** 2 * s[1] / 3}[shape]()


def check_surfaces(glb, scene):
    seen = set()
    for extras, _, parts in geoms_of(glb):
        geom = scene["geoms"][extras["geom"]]
        shape, size = geom["shape"], geom["size"]
        key = (shape, tuple(size), geom.get("mesh"), geom.get("height_field"))
        if key in seen:
            continue
        seen.add(key)
        name = f"{scene['family']} {shape} {extras['geom']}"
        points = np.concatenate([p[0] for p in parts])
        off = off_surface(shape, size, points, scene, geom)
        check(f"{name}: points are on the surface", off < 3e-6 * max(1, np.abs(points).max()), off)
        volume = check_surface(name, shape, parts)
        if shape in SOLID[:6]:
            share = volume / volume_of(shape, size)
            check(f"{name}: volume of the shape", 0.99 < share < 1.0001, share)
    check(f"{scene['family']}: geoms that are drawn, and no others",
          sorted(e["geom"] for e, _, _ in geoms_of(glb)) ==
          [i for i, g in enumerate(scene["geoms"]) if g["visible"]])


# ---- motion ------------------------------------------------------------------------------------

def project_gltf(camera, pose, points, width, height):
    """px and depth of points of the file's world."""
    lens = camera["perspective"]
    f = 0.5 * height / np.tan(0.5 * lens["yfov"])
    local = np.linalg.inv(pose) @ np.column_stack([points, np.ones(len(points))]).T
    x, y, z = local[0], local[1], -local[2]
    with np.errstate(divide="ignore", invalid="ignore"):
        u = 0.5 * width + f * x / z * (width / height) / lens["aspectRatio"]
        return np.column_stack([u, 0.5 * height - f * y / z]), z


def project_ours(k, cam, points):
    local = cam @ np.column_stack([points, np.ones(len(points))]).T
    with np.errstate(divide="ignore", invalid="ignore"):
        uv = k @ (local[:3] / local[2])
    return uv[:2].T, local[2]


def check_views(glb, record, scene, take, views):
    width, height, each = scene["width"], scene["height"], scene["samples_per_frame"]
    cameras = {n["extras"]["camera"]: i for i, n in enumerate(glb.nodes) if "camera" in n}
    parts = list(geoms_of(glb))
    worst, pixels, wrong = 0.0, 0, 0
    for frame in range(0, scene["frames"], 2):
        poses = glb.poses(frame / scene["fps"])
        for extras, node, surfaces in parts:
            geom = scene["geoms"][extras["geom"]]
            body, sample = geom["body"], frame * each
            present = bool(take["state"][sample, body] & 1)
            wrong += present != (abs(np.linalg.det(poses[node][:3, :3])) > 0.5)
            if not present:
                continue
            ours = matrix({"position": take["position"][sample, body],
                           "rotation": take["rotation"][sample, body]}) @ matrix(
                               geom["body_from_geom"])
            points = np.concatenate([s[0] for s in surfaces])[::7]
            points = np.column_stack([points, np.ones(len(points))]).T
            for i, stream in enumerate(record.manifest["streams"]):
                node_camera = cameras[stream["camera_index"]]
                lens = glb.json["cameras"][glb.nodes[node_camera]["camera"]]
                a, za = project_gltf(lens, poses[node_camera], (poses[node] @ points)[:3].T, width,
                                     height)
                b, zb = project_ours(views[f"{i}/k"][frame], views[f"{i}/cam_from_world"][frame],
                                     (ours @ points)[:3].T)
                near = (zb > 0.1) & (np.abs(b - [width / 2, height / 2]).max(1) < 2 * width)
                worst = max(worst, np.abs(a - b)[near].max(initial=0))
                worst = max(worst, np.abs(za - zb)[near].max(initial=0))
                pixels += near.sum()
    check(f"{scene['family']}: meshes are seen where our cameras see them", worst < 2e-3 and
          pixels > 1000, (worst, pixels))
    check(f"{scene['family']}: bodies are there when they are in the take", wrong == 0, wrong)


def check_samples(glb, scene, take):
    zup = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])  # y up from z up
    bodies = {n["extras"]["body"]: i for i, n in enumerate(glb.nodes)
              if "body" in n.get("extras", {})}
    worst = 0.0
    for sample in range(0, len(take["position"]), 3):
        time = sample / (scene["fps"] * scene["samples_per_frame"])
        poses = glb.poses(np.float32(time))
        for body, node in bodies.items():
            if take["state"][sample, body] & 1:
                ours = zup @ matrix({"position": take["position"][sample, body],
                                     "rotation": take["rotation"][sample, body]})
                worst = max(worst, np.abs(ours - poses[node]).max())
    check(f"{scene['family']}: keys at samples are the take's", worst < 2e-6 * 40, worst)


def check_quaternions(glb, name):
    ok, moving = True, 0
    for _, path, how, times, values in glb.channels:
        ok = ok and (np.diff(times) > 0).all() and times[0] == 0
        if path == "rotation":
            moving += 1
            ok = ok and (np.abs(np.linalg.norm(values, axis=1) - 1) < 1e-6).all()
            ok = ok and ((values[1:] * values[:-1]).sum(1) >= 0).all() and how == "LINEAR"
    check(f"{name}: keys in order, quaternions unit and in one half", ok and moving > 0)


# ---- textures ----------------------------------------------------------------------------------

def linear(v):
    v = v / 255.0
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def look_up(image, uv):
    """Bilinear, clamped."""
    h, w, _ = image.shape
    x, y = np.clip(uv[:, 0] * w - 0.5, 0, w - 1), np.clip(uv[:, 1] * h - 0.5, 0, h - 1)
    i, j = np.minimum(x.astype(int), w - 2), np.minimum(y.astype(int), h - 2)
    a, b = (x - i)[:, None], (y - j)[:, None]
    return ((1 - b) * ((1 - a) * image[j, i] + a * image[j, i + 1]) +
            b * ((1 - a) * image[j + 1, i] + a * image[j + 1, i + 1]))


def sample_colours(glb, surfaces, images, rng):
    """Points all over the surfaces, in the geom's frame, and their linear base colours."""
    places, colours = [], []
    for points, _, uv, triangles, material in surfaces:
        pbr = material["pbrMetallicRoughness"]
        area = np.linalg.norm(np.cross(points[triangles[:, 1]] - points[triangles[:, 0]],
                                       points[triangles[:, 2]] - points[triangles[:, 0]]), axis=1)
        # as many on every part, so that those of a floor's middle suffice
        chosen = rng.choice(len(triangles), 60000, p=area / area.sum())
        s = rng.random((len(chosen), 2))
        s = np.where(s.sum(1, keepdims=True) > 1, 1 - s, s)
        weights = np.column_stack([1 - s.sum(1), s])
        places.append(np.einsum("sk,skc->sc", weights, points[triangles[chosen]]))
        if "baseColorTexture" not in pbr:
            colours.append(np.tile(pbr["baseColorFactor"][:3], (len(chosen), 1)))
            continue
        image = glb.json["textures"][pbr["baseColorTexture"]["index"]]["source"]
        if image not in images:
            with av.open(io.BytesIO(glb.image(image))) as f:
                images[image] = linear(next(f.decode(video=0)).to_ndarray(format="rgb24"))
        colours.append(look_up(images[image], np.einsum("sk,skc->sc", weights, uv[triangles[chosen]])))
    return np.concatenate(places), np.concatenate(colours)


def check_textures(glb, record, scene, take, views):
    """Where a mesh is seen in the first frame, the mean colour of its texture over squares of 3 x 3
    pixels is that of the albedo plane."""
    group = zarr.open_group(zarr.storage.ZipStore(
        record.path(record.manifest["streams"][0]["planes"]), mode="r"), mode="r")
    albedo, depth = linear(group["albedo"][0].astype(float)), group["depth"][0]
    images, rng, width = {}, np.random.default_rng(1), scene["width"]
    for extras, _, surfaces in geoms_of(glb):
        geom = scene["geoms"][extras["geom"]]
        if not take["state"][0, geom["body"]] & 1:
            continue
        pose = matrix({"position": take["position"][0, geom["body"]],
                       "rotation": take["rotation"][0, geom["body"]]}) @ matrix(
                           geom["body_from_geom"])
        p, colour = sample_colours(glb, surfaces, images, rng)
        at, z = project_ours(views["0/k"][0], views["0/cam_from_world"][0],
                             (pose @ np.column_stack([p, np.ones(len(p))]).T)[:3].T)
        with np.errstate(invalid="ignore"):
            keep = (z > 0.1) & (at >= 0).all(1) & (at < [width, scene["height"]]).all(1)
        at, z, colour = at[keep].astype(int), z[keep], colour[keep]
        seen = depth[at[:, 1], at[:, 0]] * record.manifest["depth_scale"]
        keep = np.abs(seen - z) < 0.004
        at, colour = at[keep], colour[keep]
        squares, index, count = np.unique(at // 3 @ [1, width], return_inverse=True,
                                          return_counts=True)
        theirs = albedo[:, at[:, 1], at[:, 0]].T
        means = [np.stack([np.bincount(index, v[:, c]) for c in range(3)], 1) / count[:, None]
                 for v in (colour, theirs)]
        means = [m[count >= 12] for m in means]
        if len(means[0]) < 12:
            continue
        off = np.abs(means[0] - means[1]).mean()
        contrast = means[1].std(0).max()
        name = f"{scene['family']} geom {extras['geom']}, {surfaces[0][4]['name']}"
        check(f"{name}: colours of the albedo plane", off < 0.012 + 0.3 * contrast, (off, contrast))


# ---- the rest ----------------------------------------------------------------------------------

def check_facts(glb, record, scene):
    clip = glb.json["asset"]["extras"]
    check(f"{record.manifest['clip_id']}: facts of the clip",
          clip["clip_id"] == record.manifest["clip_id"] and clip["caption"] == scene["caption"] and
          clip["seed"] == str(scene["seed"]) and clip["num_frames"] == scene["frames"])
    ok = True
    for node in glb.nodes:
        extras = node.get("extras", {})
        if "body" in extras:
            body = scene["bodies"][extras["body"]]
            ok = ok and extras["name"] == body["name"] and extras.get("mass", 0) == (
                body["mass"] if body["motion"] == "dynamic" else 0)
            ok = ok and extras["instance_id"] == scene["objects"][body["object"]]["instance_id"]
        elif "geom" in extras:
            surface = scene["surfaces"][scene["geoms"][extras["geom"]]["surface"]]
            ok = ok and extras["friction"] == surface["friction"]
    check(f"{record.manifest['clip_id']}: ids, masses and friction of the scene", ok)
    lights = glb.json.get("extensions", {}).get("KHR_lights_punctual", {}).get("lights", [])
    check(f"{record.manifest['clip_id']}: a light for each sun and lamp",
          len(lights) == len(scene.get("suns", [])) + len(scene.get("lamps", [])))
    for light, sun in zip(lights, scene.get("suns", [])):
        check("a sun's irradiance", np.allclose(np.array(light["color"]) * light["intensity"],
                                                sun["irradiance"], rtol=1e-12))
    for light, lamp in zip(lights[len(scene.get("suns", [])):], scene.get("lamps", [])):
        sent = np.array(light["color"]) * light["intensity"]
        solid_angle = np.pi if lamp["kind"] == "rect" else 4 * np.pi
        check(f"power of {lamp['name']}", np.allclose(sent * solid_angle, lamp["power"], rtol=1e-12))


files = sorted(export.glob("glb/*/*/*.glb"))
result = json.loads(subprocess.run(
    [sys.argv[4], str(pathlib.Path(__file__).parent / "validate_gltf.js"), *map(str, files),
     *map(str, sorted(samples.glob("glb/*/*/*.glb")))], check=True, capture_output=True).stdout)
for report in result:
    check(f"gltf-validator: {pathlib.Path(report['file']).name}: no errors, no warnings",
          report["errors"] == 0 and report["warnings"] == 0, report["messages"][:3])
records = find(clips)
rows = [r for p in sorted(export.glob("tables/clips/*.parquet")) for r in pq.read_table(p).to_pylist()]
check("a row and a file for every clip", sorted(r["glb_path"] for r in rows) ==
      [str(f.relative_to(export)) for f in files] and len(rows) == len(records) and
      {r["clip_id"] for r in rows} == {r.manifest["clip_id"] for r in records})
for record in records:
    path = next(r["glb_path"] for r in rows if r["clip_id"] == record.manifest["clip_id"])
    glb = Glb(export / path)
    scene = json.loads((record.folder / "scene.json").read_text())
    take, views = np.load(record.folder / "take.npz"), np.load(record.folder / "views.npz")
    check_surfaces(glb, scene)
    check_views(glb, record, scene, take, views)
    check_quaternions(glb, scene["family"])
    check_textures(glb, record, scene, take, views)
    check_facts(glb, record, scene)
    check_samples(Glb(samples / path), scene, take)
sys.exit(done())
