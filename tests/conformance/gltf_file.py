"""A GLB through its specification: container, accessors, animations, poses of nodes at a time."""
import json
import struct

import numpy as np

KINDS = {5121: np.uint8, 5123: np.dtype("<u2"), 5125: np.dtype("<u4"), 5126: np.dtype("<f4")}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


def rotation(q):
    """Matrix of a quaternion x, y, z, w."""
    x, y, z, w = np.asarray(q, float) / np.linalg.norm(q)
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                     [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                     [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]])


def slerp(a, b, s):
    dot = float(np.dot(a, b))
    if dot < 0:
        b, dot = -b, -dot
    angle = np.arccos(min(dot, 1.0))
    if angle < 1e-6:
        return a + s * (b - a)
    return (np.sin((1 - s) * angle) * a + np.sin(s * angle) * b) / np.sin(angle)


class Glb:
    def __init__(self, path):
        data = open(path, "rb").read()
        magic, version, total = struct.unpack_from("<4sII", data)
        assert (magic, version, total) == (b"glTF", 2, len(data))
        size, kind = struct.unpack_from("<I4s", data, 12)
        assert kind == b"JSON" and size % 4 == 0
        self.json = json.loads(data[20:20 + size])
        n, kind = struct.unpack_from("<I4s", data, 20 + size)
        assert kind == b"BIN\0" and 28 + size + n == total
        self.binary = data[28 + size:]
        self.nodes = self.json["nodes"]
        self.parents = {c: i for i, n in enumerate(self.nodes) for c in n.get("children", [])}
        self.channels = []
        for animation in self.json.get("animations", []):
            for channel in animation["channels"]:
                sampler = animation["samplers"][channel["sampler"]]
                self.channels.append((channel["target"]["node"], channel["target"]["path"],
                                      sampler["interpolation"], self.read(sampler["input"])[:, 0],
                                      self.read(sampler["output"])))

    def read(self, index):
        a = self.json["accessors"][index]
        kind, width = np.dtype(KINDS[a["componentType"]]), WIDTHS[a["type"]]
        start = self.json["bufferViews"][a["bufferView"]]["byteOffset"]
        v = np.frombuffer(self.binary, kind, a["count"] * width, start).reshape(-1, width)
        for key, edge in (("min", v.min(0)), ("max", v.max(0))):
            assert key not in a or np.array_equal(np.asarray(a[key], v.dtype), edge)
        return v.astype(float) if kind.kind == "f" else v.astype(int)

    def image(self, index):
        view = self.json["bufferViews"][self.json["images"][index]["bufferView"]]
        return self.binary[view["byteOffset"]:view["byteOffset"] + view["byteLength"]]

    def poses(self, time):
        """[nodes][4][4] world_from_node at a time, by the rules of the samplers."""
        parts = [{"translation": np.zeros(3), "rotation": np.array([0, 0, 0, 1.0]),
                  "scale": np.ones(3)} for _ in self.nodes]
        for part, node in zip(parts, self.nodes):
            for key in part:
                part[key] = np.asarray(node.get(key, part[key]), float)
        for node, path, how, times, values in self.channels:
            k = int(np.searchsorted(times, time, side="right")) - 1
            if k < 0 or k + 1 >= len(times):
                value = values[max(k, 0)]
            elif how == "STEP":
                value = values[k]
            else:
                s = (time - times[k]) / (times[k + 1] - times[k])
                value = (slerp if path == "rotation" else
                         lambda a, b, s: a + s * (b - a))(values[k], values[k + 1], s)
            parts[node][path] = value
        local = np.zeros((len(self.nodes), 4, 4))
        for i, part in enumerate(parts):
            local[i, :3, :3] = rotation(part["rotation"]) * part["scale"]
            local[i, :3, 3] = part["translation"]
            local[i, 3, 3] = 1
        world = [None] * len(self.nodes)

        def pose(i):
            if world[i] is None:
                world[i] = pose(self.parents[i]) @ local[i] if i in self.parents else local[i]
            return world[i]

        return np.array([pose(i) for i in range(len(self.nodes))])
