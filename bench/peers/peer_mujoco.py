"""MuJoCo's classic renderer on OSMesa, as it is by default: colour, depth and segmentation.

    MUJOCO_GL=osmesa peer_mujoco.py SCENE.txt [OUT.png W H FRAME]
Answers "W H FRAMES MODE" on stdin with CPU milliseconds a frame. MODE: rgb (colour alone),
all (colour, depth, segmentation, each a pass of its own, as its Renderer does) or lean (the same
with a shadow map of 1024 and without multi-sampling).
"""
import math
import sys
import time

import mujoco

from peers_scene import Scene, quaternion


def numbers(values):
    return " ".join(f"{v:.9g}" for v in values)


def xml(scene, width, height, lean):
    bodies = ""
    for i, (word, size, color, roughness, _) in enumerate(scene.objects):
        half = {"plane": [8, 8, 0.1], "box": [x / 2 for x in size], "sphere": size[:1],
                "cylinder": [size[0], size[1] / 2]}[word]
        geom = (f'<geom type="{word}" size="{numbers(half)}" rgba="{numbers(color)} 1" '
                'contype="0" conaffinity="0"/>')
        free = word != "plane"
        bodies += f'<body name="b{i}" mocap="true">{geom}</body>' if free else geom
    fov = math.degrees(scene.frames[0].fov_y)
    light = numbers([-x for x in scene.sun[:3]])
    quality = '<quality shadowsize="1024" offsamples="0"/>' if lean else ""
    return (f'<mujoco><statistic center="0 0 0.3" extent="4"/><visual><global offwidth="{width}" offheight="{height}"/>{quality}</visual>'
            f'<worldbody><light directional="true" castshadow="true" pos="{numbers([5 * x for x in scene.sun[:3]])}" '
            f'dir="{light}"/><body name="eye" mocap="true"><camera name="eye" fovy="{fov:.9g}"/></body>'
            f'{bodies}</worldbody></mujoco>')


class Peer:
    def __init__(self, scene, width, height, lean):
        self.scene = scene
        self.model = mujoco.MjModel.from_xml_string(xml(scene, width, height, lean))
        self.data = mujoco.MjData(self.model)
        self.renderer = mujoco.Renderer(self.model, height, width)
        self.mocap = [self.model.body(f"b{i}").mocapid[0] if o[0] != "plane" else -1
                      for i, o in enumerate(scene.objects)]
        self.eye = self.model.body("eye").mocapid[0]

    def draw(self, index, mode):
        frame, data, renderer = self.scene.frames[index], self.data, self.renderer
        for mocap, (p, q) in zip(self.mocap, frame.poses):
            if mocap >= 0:
                data.mocap_pos[mocap], data.mocap_quat[mocap] = p, q
        data.mocap_pos[self.eye] = frame.eye
        data.mocap_quat[self.eye] = quaternion(frame.right, frame.down, frame.forward)
        mujoco.mj_kinematics(self.model, data)
        mujoco.mj_camlight(self.model, data)
        renderer.update_scene(data, camera="eye")
        picture = renderer.render()
        if mode != "rgb":
            renderer.enable_depth_rendering()
            renderer.render()
            renderer.disable_depth_rendering()
            renderer.enable_segmentation_rendering()
            renderer.render()
            renderer.disable_segmentation_rendering()
        return picture

    def close(self):
        self.renderer.close()


def main():
    scene = Scene(sys.argv[1])
    if len(sys.argv) > 2:
        from peers_png import write_png
        width, height, frame = (int(x) for x in sys.argv[3:6])
        write_png(sys.argv[2], Peer(scene, width, height, False).draw(frame, "rgb"))
        return
    for line in sys.stdin:
        width, height, frames, mode = line.split()
        width, height, frames = int(width), int(height), int(frames)
        peer = Peer(scene, width, height, mode == "lean")
        peer.draw(0, mode)
        start = time.process_time()
        for i in range(frames):
            peer.draw(i, mode)
        print(f"{1e3 * (time.process_time() - start) / frames:.6f}", flush=True)
        peer.close()


main()
