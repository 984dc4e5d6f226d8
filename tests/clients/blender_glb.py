"""A GLB of ours in Blender: imported, played, compared with the take, and drawn.

    blender -b --python tests/clients/blender_glb.py -- CLIP.glb RECORD [OUT.png [FRAME [PERCENT]]]

RECORD is the clip's folder below records/ of the clips dataset. Every body is compared at every
frame with take.npz: its place, turn and presence; and every camera with views.npz. OUT.png is FRAME
(the middle one) drawn by Cycles, at PERCENT of the clip's size, under a sky like the clip's. Prints
what was checked, and exits with 1 where something is off.
"""
import io
import json
import math
import struct
import sys
import zipfile

import bpy
import mathutils
import numpy as np

if not hasattr(np, "bool"):  # Blender 3.4's importer with a later numpy, as Debian 12 has them
    np.bool = bool

TOLERANCE = 2e-5  # m, and of quaternions: float32 on the way


def read_json(path):
    data = open(path, "rb").read()
    size = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20:20 + size])


def read_npz(path):
    with zipfile.ZipFile(path) as z:
        return {n[:-4]: np.load(io.BytesIO(z.read(n))) for n in z.namelist()}


# The importer turns the axes of every node, not of the world alone: a body's own frame is this one,
# seen from Blender's.
OWN_FRAME = mathutils.Quaternion((1, 0, 0), math.pi / 2)


def turn_distance(a, b):
    """Of unit quaternions, whose sign does not matter."""
    return min(np.abs(a - b).max(), np.abs(a + b).max())


def set_sky(facts, scene):
    """The clip's sky as a gradient over elevation; its other kinds by their colours."""
    sky = facts["sky"]
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    where = nodes.new("ShaderNodeTexCoord")
    split = nodes.new("ShaderNodeSeparateXYZ")
    links.new(where.outputs["Generated"], split.inputs[0])
    ramp = nodes.new("ShaderNodeValToRGB")
    to_unit = nodes.new("ShaderNodeMapRange")
    to_unit.inputs["From Min"].default_value = -1
    links.new(split.outputs["Z"], to_unit.inputs["Value"])
    links.new(to_unit.outputs[0], ramp.inputs[0])
    colours = [sky["ground"], sky["horizon"], sky["zenith"]]
    most = max(max(c) for c in colours) or 1
    ramp.color_ramp.elements.new(0.5)
    for element, colour, at in zip(ramp.color_ramp.elements, colours, (0.49, 0.5, 1.0)):
        element.position = at
        element.color = [c / most for c in colour] + [1]
    background = nodes["Background"]
    links.new(ramp.outputs[0], background.inputs["Color"])
    background.inputs["Strength"].default_value = most
    scene.world = world
    scene.view_settings.view_transform = "Standard"
    scene.view_settings.exposure = math.log2(0.8 * facts["exposure"])


def check_bodies(take, bodies, frames, each):
    """The largest differences in place and turn, and how many presences differ."""
    place = turn = 0.0
    wrong = 0
    for frame in range(frames):
        bpy.context.scene.frame_set(frame)
        for body, thing in bodies.items():
            present = bool(take["state"][frame * each, body] & 1)
            matrix = thing.matrix_world
            wrong += present != (matrix.to_scale().length > 0.5)
            if not present:
                continue
            at, q, _ = matrix.decompose()
            place = max(place, np.abs(np.array(at) - take["position"][frame * each, body]).max())
            turn = max(turn, turn_distance(np.array(q @ OWN_FRAME), take["rotation"][frame * each, body]))
    return place, turn, wrong


def check_cameras(views, streams, cameras, frames):
    worst = 0.0
    for frame in range(frames):
        bpy.context.scene.frame_set(frame)
        for i, stream in enumerate(streams):
            ours = views[f"{i}/cam_from_world"][frame]
            blender = np.array(cameras[stream["camera"]].matrix_world.inverted())
            theirs = np.diag([1, -1, -1, 1]) @ blender  # y down, z forward
            worst = max(worst, np.abs(theirs - ours).max())
    return worst


def draw(path, frame, percent, facts, clip):
    scene = bpy.context.scene
    set_sky(facts, scene)
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 96
    scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y = clip["width"], clip["height"]
    scene.render.resolution_percentage = percent
    scene.render.filepath = path
    scene.frame_set(frame)
    bpy.ops.render.render(write_still=True)


def main():
    glb, record, *rest = sys.argv[sys.argv.index("--") + 1:]
    text = read_json(glb)
    clip = text["asset"]["extras"]
    frames, fps = clip["num_frames"], clip["fps"]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = fps  # before the import, which turns seconds into frames
    bpy.ops.import_scene.gltf(filepath=glb, convert_lighting_mode="COMPAT")
    bodies = {o["body"]: o for o in bpy.data.objects if "body" in o}
    cameras = {o.name: o for o in bpy.data.objects if o.type == "CAMERA"}
    take = read_npz(f"{record}/take.npz")
    each = (len(take["position"]) - 1) // (frames - 1) if frames > 1 else 1
    place, turn, wrong = check_bodies(take, bodies, frames, each)
    streams = json.load(open(f"{record}/manifest.json"))["streams"]
    view = check_cameras(read_npz(f"{record}/views.npz"), streams, cameras, frames)
    print(f"{len(bodies)} bodies, {len(cameras)} cameras, {frames} frames: largest differences "
          f"{place:.2e} m, {turn:.2e} of quaternions, {view:.2e} of cameras; "
          f"{wrong} wrong presences")
    scene.camera = cameras[streams[0]["camera"]]
    if rest:
        frame = int(rest[1]) if len(rest) > 1 else frames // 2
        draw(rest[0], frame, int(rest[2]) if len(rest) > 2 else 100, text["scenes"][0]["extras"], clip)
    ok = place < TOLERANCE and turn < TOLERANCE and view < 10 * TOLERANCE and not wrong
    ok = ok and len(bodies) == take["position"].shape[1]
    sys.exit(0 if ok else 1)


try:
    main()
except Exception:  # or Blender would exit with 0
    import traceback
    traceback.print_exc()
    sys.exit(1)
