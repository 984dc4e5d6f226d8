"""Draw a frozen scene's frame with Blender's Cycles, as near to our definitions as it can be told.

    blender -b -P cycles.py -- NAME OUT.npy SPP [MAX_BOUNCES]

NAME.scene.json, NAME.poses.json and NAME.sky.npy come from quality_frames. Every shape is a fine
mesh; the sky is an equirectangular image of what our renderer draws of it; suns are sun lamps; lamps
are meshes that the camera does not see. Patterns other than plain are refused: what differs shall be
light. Writes linear radiance, float32 [H][W][3].
"""
import json
import math
import os
import sys
import tempfile

import bpy
import numpy as np
from mathutils import Matrix

AROUND = 192  # segments of what is round


# --- meshes: vertices, faces, and whether neighbours are blended -------------------------------

def revolved(profile):
    """Turn a profile [(r, z, sharp)] about z; `sharp` parts the normals there."""
    vertices, faces, sharp = [], [], []
    rings = []
    for r, z, _ in profile:
        if r == 0:
            rings.append([len(vertices)])
            vertices.append((0, 0, z))
        else:
            first = len(vertices)
            rings.append(list(range(first, first + AROUND)))
            for k in range(AROUND):
                a = 2 * math.pi * k / AROUND
                vertices.append((r * math.cos(a), r * math.sin(a), z))
    for (low, high) in zip(rings, rings[1:]):
        for k in range(AROUND):
            n = (k + 1) % AROUND
            if len(low) == 1:
                faces.append((low[0], high[n], high[k]))
            elif len(high) == 1:
                faces.append((low[k], low[n], high[0]))
            else:
                faces.append((low[k], low[n], high[n], high[k]))
    return vertices, faces


def arc(radius, middle, lo, hi, steps):
    out = []
    for i in range(steps + 1):
        a = lo + (hi - lo) * i / steps
        c = math.cos(a)
        out.append((0 if abs(c) < 1e-9 else radius * c, middle + radius * math.sin(a), False))
    return out


def box(x, y, z):
    v = [(sx * x / 2, sy * y / 2, sz * z / 2) for sx in (-1, 1) for sy in (-1, 1) for sz in (-1, 1)]
    return v, [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def shape_mesh(scene, geom):
    """vertices, faces, crease angle (0: flat)."""
    kind, s = geom["shape"], geom["size"]
    half = math.pi / 2
    if kind == "plane":
        r = s[0] or 1000.0
        return [(-r, -r, 0), (r, -r, 0), (r, r, 0), (-r, r, 0)], [(0, 1, 2, 3)], 0
    if kind == "box":
        return (*box(*s), 0)
    if kind == "sphere":
        return (*revolved(arc(s[0], 0, -half, half, AROUND // 2)), math.pi)
    if kind == "ellipsoid":
        v, f = revolved(arc(1, 0, -half, half, AROUND // 2))
        return [(x * s[0], y * s[1], z * s[2]) for x, y, z in v], f, math.pi
    if kind == "capsule":
        low = arc(s[0], -s[1] / 2, -half, 0, AROUND // 4)
        return (*revolved(low + arc(s[0], s[1] / 2, 0, half, AROUND // 4)), math.pi)
    if kind == "cylinder":
        z = s[1] / 2
        return (*revolved([(0, -z, 0), (s[0], -z, 0), (s[0], z, 0), (0, z, 0)]), 0.7)
    if kind == "cone":
        z, steps = s[1] / 2, 32
        side = [(s[0] * (1 - i / steps), -z + s[1] * i / steps, 0) for i in range(steps + 1)]
        return (*revolved([(0, -z, 0)] + side), 0.7)
    if kind in ("mesh", "hull"):
        m = scene["meshes"][geom["mesh"]]
        v = np.array(m["vertices"]).reshape(-1, 3).tolist()
        return v, np.array(m["triangles"]).reshape(-1, 3).tolist(), m["crease"]
    raise SystemExit(f"cycles.py: no mesh for a {kind}")


def add_mesh(name, vertices, faces, crease, material, rotation, position):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    if crease > 0:
        mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
        mesh.use_auto_smooth = crease < math.pi
        mesh.auto_smooth_angle = crease
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    m = np.eye(4)
    m[:3, :3], m[:3, 3] = rotation, position
    thing.matrix_world = Matrix(m.tolist())
    bpy.context.scene.collection.objects.link(thing)
    return thing


# --- materials ----------------------------------------------------------------------------------

class Nodes:
    """A little algebra over shader nodes."""

    def __init__(self, tree):
        self.tree = tree
        tree.nodes.clear()

    def new(self, kind, **inputs):
        node = self.tree.nodes.new(kind)
        for name, value in inputs.items():
            self.put(node, name.replace("_", " "), value)
        return node

    def put(self, node, name, value):
        socket = node.inputs[name]
        if hasattr(value, "links"):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = value

    def math(self, operation, *values, clamp=False):
        node = self.tree.nodes.new("ShaderNodeMath")
        node.operation = operation
        node.use_clamp = clamp
        for i, v in enumerate(values):
            self.put(node, i, v)
        return node.outputs[0]

    def out(self, shader):
        self.new("ShaderNodeOutputMaterial", Surface=shader)


def put_index(self, node, name, value):
    socket = node.inputs[name]
    if isinstance(value, bpy.types.NodeSocket):
        self.tree.links.new(value, socket)
    else:
        socket.default_value = value


Nodes.put = put_index


def facing(n):
    """|cos| between the shading normal and the ray."""
    geometry = n.new("ShaderNodeNewGeometry")
    dot = n.tree.nodes.new("ShaderNodeVectorMath")
    dot.operation = "DOT_PRODUCT"
    n.put(dot, 0, geometry.outputs["Normal"])
    n.put(dot, 1, geometry.outputs["Incoming"])
    return n.math("ABSOLUTE", dot.outputs["Value"])


def directional_albedo(rough, f0, angles):
    """What GGX with Schlick's term reflects at each cosine, with what is lost between facets given
    back (Turquin 2019): by visible normals, Heitz' height-correlated masking."""
    i, j = np.meshgrid((np.arange(64) + 0.5) / 64, (np.arange(64) + 0.5) / 64)
    a, out = rough * rough, []
    for c in np.maximum(angles, 1e-3):
        s = math.sqrt(1 - c * c)
        length = math.hypot(a * s, c)
        x, z = a * s / length, c / length
        up = 1 - j * (1 + z)
        side = np.sqrt(np.maximum(1 - up * up, 0))
        h = np.stack([a * (side * np.cos(2 * math.pi * i) + x), a * side * np.sin(2 * math.pi * i),
                      up + z])
        h /= np.linalg.norm(h, axis=0)
        vh = np.maximum(h[0] * s + h[2] * c, 0)
        nl = 2 * vh * h[2] - c
        lv, ll = (np.sqrt(a * a + (1 - a * a) * k * k) for k in (c, nl))
        share = np.where(nl > 0, nl * (c + lv) / (nl * lv + c * ll), 0)
        edge = share * (1 - vh) ** 5
        all_, b = share.mean(), edge.mean()
        out.append((f0 * (all_ - b) + min(50 * f0, 1) * b) * (1 + f0 * (1 / all_ - 1)))
    return out


def specular_share(n, rough, f0):
    """The same as a ramp over the root of the cosine."""
    ramp = n.tree.nodes.new("ShaderNodeValToRGB")
    stops = ramp.color_ramp.elements
    at = np.linspace(0, 1, 32)
    for k, e in enumerate(directional_albedo(rough, f0, at * at)):
        stop = stops[k] if k in (0,) else stops[-1] if k == 31 else stops.new(at[k])
        stop.position = at[k]
        stop.color = (e, e, e, 1)
    n.put(ramp, 0, n.math("SQRT", facing(n)))
    return ramp.outputs[0]


def principled(n, metallic, color, m, distribution):
    node = n.new("ShaderNodeBsdfPrincipled", Metallic=metallic, Roughness=m["roughness"],
                 Specular=m["specular"] / 0.08)
    node.distribution = distribution
    node.inputs["Base Color"].default_value = (*color, 1)
    return node.outputs[0]


def add(n, a, b):
    node = n.tree.nodes.new("ShaderNodeAddShader")
    n.put(node, 0, a)
    n.put(node, 1, b)
    return node.outputs[0]


def mix(n, share, a, b):
    node = n.tree.nodes.new("ShaderNodeMixShader")
    n.put(node, 0, share)
    n.put(node, 1, a)
    n.put(node, 2, b)
    return node.outputs[0]


def glass(n, m):
    """Clear matter: Fresnel's share is reflected, the rest goes in, tinted by the colour."""
    node = n.new("ShaderNodeFresnel", IOR=m.get("ior", 1.5))
    inside = n.new("ShaderNodeBsdfRefraction", Roughness=m["roughness"], IOR=m.get("ior", 1.5))
    inside.distribution = "GGX"
    inside.inputs["Color"].default_value = (*m["color"], 1)
    mirror = n.new("ShaderNodeBsdfGlossy", Roughness=m["roughness"])
    mirror.distribution = "GGX"
    mirror.inputs["Color"].default_value = (1, 1, 1, 1)
    return mix(n, node.outputs[0], inside.outputs[0], mirror.outputs[0])


def material_of(m, fade):
    if m.get("pattern", "plain") != "plain":
        raise SystemExit(f"cycles.py: material '{m['name']}' has a pattern")
    material = bpy.data.materials.new(m["name"])
    material.use_nodes = True
    n = Nodes(material.node_tree)
    f0, rough, metal = m["specular"], m["roughness"], m["metallic"]
    distribution = "MULTI_GGX"
    shader = None
    if metal < 1:  # a Lambert part of what the specular part leaves, and that
        left = n.math("SUBTRACT", 1.0, specular_share(n, rough, f0))
        diffuse = n.new("ShaderNodeBsdfDiffuse")
        tint = n.tree.nodes.new("ShaderNodeVectorMath")
        tint.operation = "SCALE"
        tint.inputs[0].default_value = m["color"]
        n.put(tint, "Scale", left)
        n.put(diffuse, "Color", tint.outputs[0])
        shader = diffuse.outputs[0]
        if f0 > 0:
            shader = add(n, shader, principled(n, 0, (0, 0, 0), m, distribution))
        clear = m.get("transmission", 0)
        if clear > 0:
            shader = mix(n, clear, shader, glass(n, m))
    if metal > 0:
        gleam = principled(n, 1, m["color"], m, distribution)
        shader = gleam if shader is None else mix(n, metal, shader, gleam)
    if any(m.get("emission", (0, 0, 0))):
        glow = n.new("ShaderNodeEmission", Strength=1.0)
        glow.inputs["Color"].default_value = (*m["emission"], 1)
        shader = add(n, shader, glow.outputs[0])
    if fade:  # the rim of a drawn plane fades into the sky
        where = n.new("ShaderNodeTexCoord").outputs["Object"]
        length = n.tree.nodes.new("ShaderNodeVectorMath")
        length.operation = "DOT_PRODUCT"
        n.put(length, 0, where)
        n.put(length, 1, where)
        t = n.math("DIVIDE", length.outputs["Value"], fade * fade)
        t = n.math("DIVIDE", n.math("SUBTRACT", t, 0.15), 0.85, clamp=True)
        curve = n.math("MULTIPLY", n.math("MULTIPLY", t, t),
                       n.math("SUBTRACT", 3.0, n.math("MULTIPLY", 2.0, t)))
        shader = mix(n, curve, shader, n.new("ShaderNodeBsdfTransparent").outputs[0])
    n.out(shader)
    return material


# --- light --------------------------------------------------------------------------------------

def sky_image(faces, folder):
    """Six faces of a cube as an equirectangular image: its middle is +x, columns go clockwise."""
    height, side = 1024, faces.shape[1]
    v, u = np.meshgrid((np.arange(height) + 0.5) / height, (np.arange(2 * height) + 0.5) / 2 / height,
                       indexing="ij")
    up, phi = (v - 0.5) * math.pi, (0.5 - u) * 2 * math.pi  # row 0 is the bottom, as Blender has it
    d = np.stack([np.cos(up) * np.cos(phi), np.cos(up) * np.sin(phi), np.sin(up)], -1)
    ahead = np.array([(1, 0, 0), (0, 1, 0), (-1, 0, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)], float)
    tops = np.array([(0, 0, 1)] * 4 + [(1, 0, 0)] * 2, float)
    face = np.argmax(d @ ahead.T, -1)
    z, top = ahead[face], tops[face]
    x = np.cross(z, top)
    y = np.cross(z, x)
    depth = np.sum(d * z, -1)
    col = (np.sum(d * x, -1) / depth * 0.5 + 0.5) * side - 0.5
    row = (np.sum(d * y, -1) / depth * 0.5 + 0.5) * side - 0.5
    c0 = np.clip(np.floor(col).astype(int), 0, side - 2)
    r0 = np.clip(np.floor(row).astype(int), 0, side - 2)
    a, b = np.clip(col - c0, 0, 1)[..., None], np.clip(row - r0, 0, 1)[..., None]
    out = ((1 - b) * ((1 - a) * faces[face, r0, c0] + a * faces[face, r0, c0 + 1])
           + b * ((1 - a) * faces[face, r0 + 1, c0] + a * faces[face, r0 + 1, c0 + 1]))
    image = bpy.data.images.new("sky", 2 * height, height, float_buffer=True, alpha=False,
                                is_data=True)
    rgba = np.ones((height, 2 * height, 4), np.float32)
    rgba[..., :3] = out
    image.pixels.foreach_set(rgba.ravel())
    image.filepath_raw = os.path.join(folder, "sky.exr")
    image.file_format = "OPEN_EXR"
    image.save()
    read = bpy.data.images.load(image.filepath_raw)
    read.colorspace_settings.name = "Non-Color"
    return read


def add_sky(faces, folder):
    world = bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    world.use_nodes = True
    n = Nodes(world.node_tree)
    texture = n.new("ShaderNodeTexEnvironment")
    texture.image = sky_image(faces, folder)
    background = n.new("ShaderNodeBackground", Strength=1.0)
    n.put(background, "Color", texture.outputs[0])
    n.new("ShaderNodeOutputWorld", Surface=background.outputs[0])
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 1024


def turn_to(direction):
    """A rotation whose -z axis is `direction`, as lamps and cameras shine and look."""
    z = -np.array(direction, float) / np.linalg.norm(direction)
    other = np.array((1.0, 0, 0) if abs(z[0]) < 0.6 else (0, 1.0, 0))
    x = np.cross(other, z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], 1)


def add_sun(sun):
    light = bpy.data.lights.new(sun["name"], "SUN")
    light.energy = max(sun["irradiance"])
    light.color = [c / light.energy for c in sun["irradiance"]]
    light.angle = 2 * sun["angular_radius"]
    light.cycles.use_multiple_importance_sampling = True
    thing = bpy.data.objects.new(sun["name"], light)
    m = np.eye(4)
    m[:3, :3] = turn_to([-c for c in sun["to_light"]])
    thing.matrix_world = Matrix(m.tolist())
    bpy.context.scene.collection.objects.link(thing)


def lamp_material(lamp, radiance, rotation):
    material = bpy.data.materials.new(lamp["name"])
    material.use_nodes = True
    n = Nodes(material.node_tree)
    glow = n.new("ShaderNodeEmission", Strength=1.0)
    glow.inputs["Color"].default_value = (*radiance, 1)
    shader = glow.outputs[0]
    geometry = n.new("ShaderNodeNewGeometry")
    if lamp["kind"] == "spot":
        axis = rotation @ np.array(lamp["direction"])
        dot = n.tree.nodes.new("ShaderNodeVectorMath")
        dot.operation = "DOT_PRODUCT"
        n.put(dot, 0, geometry.outputs["Incoming"])
        dot.inputs[1].default_value = axis.tolist()
        low = math.cos(lamp["cone"])
        high = math.cos(lamp["cone"] * (1 - lamp["blend"]))
        t = n.math("DIVIDE", n.math("SUBTRACT", dot.outputs["Value"], low), max(high - low, 1e-6),
                   clamp=True)
        curve = n.math("MULTIPLY", n.math("MULTIPLY", t, t),
                       n.math("SUBTRACT", 3.0, n.math("MULTIPLY", 2.0, t)))
        n.put(glow, "Strength", curve)
    # one side only: a ball's far side is seen through the near one, which casts no shadow
    dark = n.new("ShaderNodeBsdfTransparent").outputs[0]
    n.out(mix(n, geometry.outputs["Backfacing"], shader, dark))
    return material


def add_lamp(lamp, pose):
    rotation, at = np.array(pose["rotation"]), np.array(pose["position"])
    centre = rotation @ np.array(lamp["position"]) + at
    power, size = np.array(lamp["power"]), lamp["size"]
    if lamp["kind"] == "rect":
        radiance = power / (math.pi * size[0] * size[1])
        z, x = np.array(lamp["direction"]), np.array(lamp["across"])
        frame = rotation @ np.stack([x, np.cross(z, x), z], 1)
        a, b = size[0] / 2, size[1] / 2
        mesh = [(-a, -b, 0), (a, -b, 0), (a, b, 0), (-a, b, 0)], [(0, 1, 2, 3)], 0
    else:
        radiance = power / (4 * math.pi ** 2 * size[0] ** 2)
        frame = np.eye(3)
        global AROUND
        fine, AROUND = AROUND, 24
        mesh = (*revolved(arc(size[0], 0, -math.pi / 2, math.pi / 2, 12)), math.pi)
        AROUND = fine
    thing = add_mesh(lamp["name"], *mesh, lamp_material(lamp, radiance, rotation), frame, centre)
    thing.visible_camera = False
    thing.visible_shadow = False
    return thing


# --- the frame ------------------------------------------------------------------------------------

def add_camera(poses):
    camera = bpy.data.cameras.new("camera")
    camera.sensor_fit = "VERTICAL"
    camera.sensor_height = 24
    camera.lens = 24 * poses["fx"] / poses["height"]
    camera.clip_end = 1e4
    thing = bpy.data.objects.new("camera", camera)
    m = np.eye(4)
    m[:3, :3] = np.array(poses["cam_from_world"]).T @ np.diag([1, -1, -1])
    m[:3, 3] = poses["eye"]
    thing.matrix_world = Matrix(m.tolist())
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.scene.camera = thing


def settings(scene, poses, spp, bounces):
    scene.render.engine = "CYCLES"
    c = scene.cycles
    c.device = "CPU"
    c.samples, c.use_adaptive_sampling, c.use_denoising = spp, False, False
    c.max_bounces = bounces
    c.diffuse_bounces = c.glossy_bounces = c.transmission_bounces = bounces
    c.transparent_max_bounces = 64
    c.caustics_reflective = c.caustics_refractive = True
    c.blur_glossy = c.sample_clamp_direct = c.sample_clamp_indirect = 0
    c.light_sampling_threshold = 0
    c.pixel_filter_type, c.filter_width = "BOX", 1.0
    r = scene.render
    r.resolution_x, r.resolution_y, r.resolution_percentage = poses["width"], poses["height"], 100
    r.threads_mode, r.threads = "FIXED", 2
    r.image_settings.file_format = "OPEN_EXR"
    r.image_settings.color_depth = "32"
    scene.view_settings.view_transform = "Raw"


def main(name, out, spp, bounces):
    with open(name + ".scene.json") as f:
        frozen = json.load(f)
    with open(name + ".poses.json") as f:
        poses = json.load(f)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    with tempfile.TemporaryDirectory() as folder:
        settings(scene, poses, spp, bounces)
        add_sky(np.load(name + ".sky.npy"), folder)
        for sun in frozen["suns"]:
            add_sun(sun)
        for lamp, pose in zip(frozen.get("lamps", []), poses["lamps"]):
            add_lamp(lamp, pose)
        made = {}
        for at in poses["geoms"]:
            geom = frozen["geoms"][at["geom"]]
            fade = geom["size"][0] if geom["shape"] == "plane" else 0
            key = geom["material"], fade
            if key not in made:
                made[key] = material_of(frozen["materials"][geom["material"]], fade)
            add_mesh(f"geom {at['geom']}", *shape_mesh(frozen, geom), made[key],
                     np.array(at["rotation"]), at["position"])
        add_camera(poses)
        scene.render.filepath = os.path.join(folder, "out.exr")
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(scene.render.filepath)
        pixels = np.empty(poses["width"] * poses["height"] * 4, np.float32)
        image.pixels.foreach_get(pixels)
    rgb = pixels.reshape(poses["height"], poses["width"], 4)[::-1, :, :3]
    np.save(out, np.ascontiguousarray(rgb))


if __name__ == "__main__":
    args = sys.argv[sys.argv.index("--") + 1:]
    main(args[0], args[1], int(args[2]), int(args[3]) if len(args) > 3 else 12)
