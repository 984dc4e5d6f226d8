"""The scene that peer_ours dumps, for the other renderers."""
import math


class Frame:
    def __init__(self, numbers):
        self.fov_y = numbers[0]
        self.eye = numbers[1:4]
        self.right, self.down, self.forward = numbers[4:7], numbers[7:10], numbers[10:13]
        self.poses = []  # (position, quaternion w x y z) of each object


class Scene:
    """objects: (shape, size, rgb, roughness, metallic); frames: Frame."""

    def __init__(self, path):
        self.objects, self.frames = [], []
        with open(path, encoding="ascii") as lines:
            count = int(next(lines).split()[1])
            for _ in range(count):
                word, *numbers = next(lines).split()
                n = [float(x) for x in numbers]
                self.objects.append((word, n[:3], n[3:6], n[6], n[7]))
            self.sun = [float(x) for x in next(lines).split()[1:]]
            self.sky = [float(x) for x in next(lines).split()[1:]]
            for line in lines:
                word, *numbers = line.split()
                if word == "frame":
                    self.frames.append(Frame([float(x) for x in numbers]))
                else:
                    n = [float(x) for x in line.split()]
                    self.frames[-1].poses.append((n[:3], n[3:]))


def quaternion(right, down, forward):
    """Of a camera that looks along -z with y up (OpenGL, Blender, MuJoCo): w x y z."""
    m = [[right[i], -down[i], -forward[i]] for i in range(3)]
    t = m[0][0] + m[1][1] + m[2][2]
    if t > 0:
        s = 2 * math.sqrt(1 + t)
        return [s / 4, (m[2][1] - m[1][2]) / s, (m[0][2] - m[2][0]) / s, (m[1][0] - m[0][1]) / s]
    i = max(range(3), key=lambda k: m[k][k])
    j, k = (i + 1) % 3, (i + 2) % 3
    s = 2 * math.sqrt(1 + m[i][i] - m[j][j] - m[k][k])
    q = [(m[k][j] - m[j][k]) / s, 0, 0, 0]
    q[1 + i], q[1 + j], q[1 + k] = s / 4, (m[j][i] + m[i][j]) / s, (m[k][i] + m[i][k]) / s
    return q


def srgb(linear):
    return [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in linear]
