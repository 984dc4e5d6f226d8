"""PyBullet's TinyRenderer: getCameraImage of colour with shadow, depth and segmentation.

    peer_bullet.py SCENE.txt [OUT.png W H FRAME]
Answers "W H FRAMES shadow|plain" on stdin with CPU milliseconds a frame. Its shadow pass runs, but
what it finds is wrong on a floor as large as the picture (the floor hides itself from the light).
"""
import math
import sys
import time

import numpy as np
import pybullet as bullet

from peers_scene import Scene, srgb


def add(word, size, color):
    rgba = [*srgb(color), 1]
    if word == "plane":
        n, edge = 4, 8.0
        points = [[edge * (2 * i / n - 1), edge * (2 * j / n - 1), 0]
                  for j in range(n + 1) for i in range(n + 1)]
        faces = []
        for k in (i + j * (n + 1) for j in range(n) for i in range(n)):
            faces += [k, k + 1, k + n + 2, k, k + n + 2, k + n + 1]
        shape = bullet.createVisualShape(bullet.GEOM_MESH, vertices=points, indices=faces,
                                         normals=[[0, 0, 1]] * len(points),
                                         uvs=[[0, 0]] * len(points), rgbaColor=rgba)
    elif word == "box":
        shape = bullet.createVisualShape(bullet.GEOM_BOX, halfExtents=[x / 2 for x in size],
                                         rgbaColor=rgba)
    elif word == "sphere":
        shape = bullet.createVisualShape(bullet.GEOM_SPHERE, radius=size[0], rgbaColor=rgba)
    else:
        shape = bullet.createVisualShape(bullet.GEOM_CYLINDER, radius=size[0], length=size[1],
                                         rgbaColor=rgba)
    return bullet.createMultiBody(0, -1, shape)


class Peer:
    def __init__(self, scene):
        self.scene = scene
        bullet.connect(bullet.DIRECT)
        assert bullet.isNumpyEnabled(), "pixels as tuples would be timed"
        self.bodies = [add(word, size, color) for word, size, color, _, _ in scene.objects]

    def draw(self, index, width, height, shadow):
        frame = self.scene.frames[index]
        for body, (p, q) in zip(self.bodies, frame.poses):
            bullet.resetBasePositionAndOrientation(body, p, [q[1], q[2], q[3], q[0]])
        target = [e + f for e, f in zip(frame.eye, frame.forward)]
        view = bullet.computeViewMatrix(frame.eye, target, [-x for x in frame.down])
        lens = bullet.computeProjectionMatrixFOV(math.degrees(frame.fov_y), width / height, 0.1, 20)
        return bullet.getCameraImage(width, height, view, lens, lightDirection=self.scene.sun[:3],
                                     lightDistance=5, shadow=shadow,
                                     renderer=bullet.ER_TINY_RENDERER)


def main():
    peer = Peer(Scene(sys.argv[1]))
    if len(sys.argv) > 2:
        from peers_png import write_png
        width, height, frame = (int(x) for x in sys.argv[3:6])
        picture = np.reshape(peer.draw(frame, width, height, 1)[2], (height, width, 4))
        write_png(sys.argv[2], picture[:, :, :3])
        return
    for line in sys.stdin:
        width, height, frames, mode = line.split()
        width, height, frames = int(width), int(height), int(frames)
        peer.draw(0, width, height, int(mode == "shadow"))
        start = time.process_time()
        for i in range(frames):
            peer.draw(i, width, height, int(mode == "shadow"))
        print(f"{1e3 * (time.process_time() - start) / frames:.6f}", flush=True)


main()
