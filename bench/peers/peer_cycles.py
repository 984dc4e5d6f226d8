"""Cycles on one core: blender -b --factory-startup -t 1 -P peer_cycles.py -- SCENE.txt
[OUT.png W H FRAME SAMPLES]

Answers "W H FRAMES SAMPLES" on stdin with CPU milliseconds a frame: colour with depth and object
index passes, no denoiser (Debian's Blender has none), without writing files; other settings are its
defaults. Frames are spread over the take.
"""

import os
import sys
import time

import bpy
from mathutils import Quaternion

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peers_scene import Scene, quaternion  # noqa: E402


def material(name, color, roughness, metallic):
    m = bpy.data.materials.new(name)
    m.use_nodes = True
    node = m.node_tree.nodes["Principled BSDF"]
    node.inputs["Base Color"].default_value = (*color, 1)
    node.inputs["Roughness"].default_value = roughness
    node.inputs["Metallic"].default_value = metallic
    return m


def shape(word, size):
    ops = bpy.ops.mesh
    if word == "plane":
        ops.primitive_plane_add(size=80)
    elif word == "box":
        ops.primitive_cube_add(size=1)
        bpy.context.object.scale = size
    elif word == "sphere":
        ops.primitive_uv_sphere_add(segments=32, ring_count=24, radius=size[0])
        bpy.ops.object.shade_smooth()
    else:
        ops.primitive_cylinder_add(vertices=32, radius=size[0], depth=size[1])
    return bpy.context.object


class Peer:
    def __init__(self, scene):
        self.scene = scene
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.objects = []
        for i, (word, size, color, roughness, metallic) in enumerate(scene.objects):
            made = shape(word, size)
            made.rotation_mode = "QUATERNION"
            made.pass_index = i + 1
            made.data.materials.append(material(f"m{i}", color, roughness, metallic))
            self.objects.append(made)
        self.add_lights()
        camera = bpy.data.cameras.new("eye")
        camera.sensor_fit = "VERTICAL"
        camera.angle = scene.frames[0].fov_y
        self.camera = bpy.data.objects.new("eye", camera)
        self.camera.rotation_mode = "QUATERNION"
        bpy.context.collection.objects.link(self.camera)
        bpy.context.scene.camera = self.camera

    def add_lights(self):
        sun = bpy.data.lights.new("sun", "SUN")
        sun.energy = max(self.scene.sun[3:6])
        sun.color = [c / sun.energy for c in self.scene.sun[3:6]]
        sun.angle = 2 * self.scene.sun[6]
        lamp = bpy.data.objects.new("sun", sun)
        lamp.rotation_mode = "QUATERNION"
        x, y, z = self.scene.sun[:3]
        lamp.rotation_quaternion = Quaternion((1 + z, -y, x, 0)).normalized()
        bpy.context.collection.objects.link(lamp)
        world = bpy.data.worlds.new("sky")
        world.use_nodes = True
        mean = [(a + b) / 2 for a, b in zip(self.scene.sky[:3], self.scene.sky[3:])]
        world.node_tree.nodes["Background"].inputs[0].default_value = (*mean, 1)
        bpy.context.scene.world = world

    def settings(self, width, height, samples):
        s = bpy.context.scene
        s.render.engine = "CYCLES"
        s.cycles.device = "CPU"
        s.cycles.samples = samples
        s.cycles.use_adaptive_sampling = False
        s.cycles.use_denoising = False
        s.render.threads_mode, s.render.threads = "FIXED", 1
        s.render.resolution_x, s.render.resolution_y = width, height
        s.render.resolution_percentage = 100
        layer = bpy.context.view_layer
        layer.use_pass_z = layer.use_pass_object_index = True

    def draw(self, index):
        frame = self.scene.frames[index]
        for made, (p, q) in zip(self.objects, frame.poses):
            made.location, made.rotation_quaternion = p, q
        self.camera.location = frame.eye
        self.camera.rotation_quaternion = quaternion(frame.right, frame.down, frame.forward)
        bpy.ops.render.render()


def silently(work):
    """Blender prints on stdout, where our answers go."""
    sys.stdout.flush()
    kept, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        return work()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(null)


def main():
    arguments = sys.argv[sys.argv.index("--") + 1:]
    peer = silently(lambda: Peer(Scene(arguments[0])))
    if len(arguments) > 1:
        width, height, frame, samples = (int(x) for x in arguments[2:6])
        peer.settings(width, height, samples)
        peer.draw(frame)
        bpy.data.images["Render Result"].save_render(arguments[1])
        return
    print("ready", flush=True)
    for line in sys.stdin:
        width, height, frames, samples = (int(x) for x in line.split())
        peer.settings(width, height, samples)
        start = time.process_time()
        for i in range(frames):
            silently(lambda: peer.draw(i * len(peer.scene.frames) // frames))
        print(f"{1e3 * (time.process_time() - start) / frames:.6f}", flush=True)


main()
