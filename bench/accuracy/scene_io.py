"""Scenes and traces as bench_accuracy writes and reads them, and vectors for the converters."""
import json
import struct
import subprocess

import numpy as np


class Scene:
    """A frozen scene; every body's frame is its centre of mass."""

    def __init__(self, program, case, rate):
        text = subprocess.run([program, "scene", case, str(rate)], check=True,
                              capture_output=True).stdout
        self.data = json.loads(text)
        self.bodies = self.data["bodies"]
        self.joints = self.data["joints"]
        self.actions = self.data["actions"]
        self.rate = rate
        self.parent = {}  # body: its joint to the body (or world, -1) that carries it
        for joint in self.joints:
            self.parent[joint["body_a"]] = joint

    def geoms(self, body):
        first = self.bodies[body]["first_geom"]
        return self.data["geoms"][first:first + self.bodies[body]["n_geoms"]]

    def surface(self, geom):
        return self.data["surfaces"][geom["surface"]]

    def position(self, body):
        return np.array(self.bodies[body]["world_from_body"]["position"])

    def rotation(self, body):
        return np.array(self.bodies[body]["world_from_body"]["rotation"])

    def is_dynamic(self, body):
        return self.bodies[body]["motion"] == "dynamic"

    def relative_omega(self, joint):
        """Of the joint's body as seen from its parent, world frame."""
        omega = np.array(self.bodies[joint["body_a"]]["omega"])
        if joint["body_b"] >= 0:
            omega = omega - np.array(self.bodies[joint["body_b"]]["omega"])
        return omega


def matrix(q):
    w, x, y, z = q
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                     [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                     [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]])


def conjugate(q):
    return np.array([q[0], -q[1], -q[2], -q[3]])


def product(a, b):
    return np.array([a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
                     a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
                     a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
                     a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0]])


def check_start(scene, states, engine):
    """The model must begin where the scene does, or the comparison means nothing."""
    for i, body in enumerate(scene.bodies):
        if not scene.is_dynamic(i):
            continue
        expected = np.concatenate([scene.position(i), scene.rotation(i),
                                   body["velocity"], body["omega"]])
        got = states[i].copy()
        if np.dot(got[3:7], expected[3:7]) < 0:
            got[3:7] *= -1
        if not np.allclose(got, expected, atol=2e-6, rtol=1e-6):
            raise SystemExit(f"{engine}: body {body['name']} begins at {got}, not {expected}")


def write_trace(path, rate, states):
    """states: [step][body][13], as experiment.h says."""
    with open(path, "wb") as out:
        out.write(struct.pack("<3i", rate, states.shape[0] - 1, states.shape[1]))
        out.write(np.ascontiguousarray(states, "<f8").tobytes())


def read_trace(path):
    with open(path, "rb") as source:
        rate, steps, bodies = struct.unpack("<3i", source.read(12))
        return rate, np.frombuffer(source.read(), "<f8").reshape(steps + 1, bodies, 13)
