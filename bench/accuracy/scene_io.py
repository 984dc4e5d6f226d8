"""Scenes and traces as bench_accuracy writes and reads them, and vectors for the converters."""
import json
import math
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
        self.fields = self.data.get("force_fields", [])
        self.rate = rate
        self.parent = {}  # body: its joint to the body (or world, -1) that carries it
        self.loops = []   # ball joints of bodies that have one already
        self.gears = []
        for joint in self.joints:
            if joint["kind"] == "gear":
                self.gears.append(joint)
            elif joint["body_a"] in self.parent:
                self.loops.append(joint)
            else:
                self.parent[joint["body_a"]] = joint
        for body in range(len(self.bodies)):
            if self.belt(body) is not None:
                self.parent[body] = self.belt_rail(body)

    def geoms(self, body):
        first = self.bodies[body]["first_geom"]
        return self.data["geoms"][first:first + self.bodies[body]["n_geoms"]]

    def surface(self, geom):
        return self.data["surfaces"][geom["surface"]]

    def position(self, body):
        return np.array(self.bodies[body]["world_from_body"]["position"])

    def rotation(self, body):
        return np.array(self.bodies[body]["world_from_body"]["rotation"])

    def belt(self, body):
        """Velocity of the body's surface in the world, or None."""
        belts = [g["belt"] for g in self.geoms(body) if "belt" in g]
        return matrix(self.rotation(body)) @ np.array(belts[0]) if belts else None

    def belt_rail(self, body):
        """The peers have no belts: theirs is a body so heavy that nothing slows it, on a rail."""
        velocity = self.belt(body)
        speed = np.linalg.norm(velocity)
        self.bodies[body].update(motion="dynamic", mass=1e9, inertia=[1e9] * 3 + [0] * 3,
                                 velocity=list(velocity))
        return {"name": "belt", "kind": "slider", "body_a": body, "body_b": -1,
                "anchor": list(self.position(body)), "axis": list(velocity / speed),
                "motor": "none", "target": 0, "max_force": 0, "damping": 0}

    def relative_speed(self, joint):
        """Of a slider's body along its axis."""
        v = np.array(self.bodies[joint["body_a"]]["velocity"])
        if joint["body_b"] >= 0:
            v = v - np.array(self.bodies[joint["body_b"]]["velocity"])
        return float(np.dot(joint["axis"], v))

    def field_force(self, body, p, v):
        """N on a body that is one ball, at p with velocity v: the laws of base/scene.h."""
        data = self.bodies[body]
        total = np.zeros(3)
        for field in self.fields:
            r = self.geoms(body)[0]["size"][0]
            if field["kind"] == "radial":
                d = np.array(field.get("center", [0, 0, 0])) - p
                far = np.linalg.norm(d)
                assert far >= field["radius"]
                total += data["mass"] * field["strength"] * d / far ** (field["power"] + 1)
                continue
            under = 1.0
            if field["kind"] == "water":
                h = min(max(field["box_max"][2] - (p[2] - r), 0), 2 * r)
                under = h * h * (3 * r - h) / (4 * r ** 3)
                total -= (np.array(self.data["gravity"]) * field["density"] * under
                          * 4 / 3 * math.pi * r ** 3)
            u = np.array(field.get("vec", [0, 0, 0])) - v
            area = math.pi * r * r
            total += under * u * (0.5 * field["density"] * data.get("drag", 0) * area
                                  * np.linalg.norm(u)
                                  + 6 * math.pi * field.get("viscosity", 0) * r)
        return total

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
