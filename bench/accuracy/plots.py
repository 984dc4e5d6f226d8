"""Plots of energy and momentum over time, one engine a line."""
import os
import subprocess

import matplotlib
import numpy as np

from scene_io import Scene, read_trace

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)

LINES = (("physreel", None, "#c0392b"), ("MuJoCo RK4 1/1200", "mujoco same RK4", "#2471a3"),
         ("MuJoCo default 1/500", "mujoco default", "#85c1e9"),
         ("Bullet 1/1200", "bullet same multibody", "#1e8449"),
         ("Bullet default 1/240", "bullet default multibody", "#82e0aa"))
MOST_POINTS = 1500


def rotate_all(q, v):
    """v (..., 3) turned by q (..., 4)."""
    u, w = q[..., 1:], q[..., :1]
    return v + 2 * np.cross(u, np.cross(u, v) + w * v)


class Motion:
    """A trace with its scene's energies and momenta."""

    def __init__(self, scene, path):
        self.rate, states = read_trace(path)
        skip = max(1, len(states) // MOST_POINTS)
        states = states[::skip]
        self.time = np.arange(len(states)) * skip / self.rate
        self.states = states
        live = [i for i in range(len(scene.bodies)) if scene.is_dynamic(i)]
        mass = np.array([scene.bodies[i]["mass"] for i in live])[None, :, None]
        inertia = np.array([scene.bodies[i]["inertia"][:3] for i in live])[None]
        p, q = states[:, live, :3], states[:, live, 3:7]
        v, w = states[:, live, 7:10], states[:, live, 10:]
        back = q * np.array([1, -1, -1, -1])
        spin = rotate_all(q, inertia * rotate_all(back, w))
        g = np.array(scene.data["gravity"])
        self.energy = (0.5 * mass * v * v + 0.5 * w * spin - mass * g * p).sum((1, 2))
        self.linear = (mass * v).sum(1)
        self.angular = (spin + np.cross(p, mass * v)).sum(1)


def motions(program, folder, case, rate, replace=None):
    """One for each line; `replace`: another variant than usual, by the usual one's name."""
    out = []
    for label, variant, color in LINES:
        variant = (replace or {}).get(variant, variant)
        name = f"{case}.{variant or 'physreel'}.trace".replace(" ", "_")
        path = os.path.join(folder, name)
        if variant is None:
            subprocess.run([program, "trace", case, str(rate), path], check=True)
        if os.path.exists(path):
            out.append((label, color, Motion(Scene(program, case, rate), path)))
    return out


def relative(values, scale):
    """|change since the start|, floored so that a logarithm can show it."""
    change = values - values[0]
    if change.ndim > 1:
        change = np.linalg.norm(change, axis=1)
    return np.maximum(np.abs(change) / scale, 1e-16)


def figure(count):
    fig, axes = plt.subplots(1, count, figsize=(4.6 * count, 3.2), layout="constrained",
                             squeeze=False)
    for axis in axes[0]:
        axis.grid(True, alpha=0.3)
        axis.set_xlabel("time (s)")
    return fig, axes[0]


def save(fig, axes, folder, name):
    axes[-1].legend(fontsize=7)
    fig.savefig(os.path.join(folder, name), dpi=100)
    plt.close(fig)
    return name


def drifts(program, traces, folder, case, rate, name, momentum):
    """Energy error, and that of a momentum if it is conserved, on logarithmic axes."""
    fig, axes = figure(2 if momentum else 1)
    for label, color, m in motions(program, traces, case, rate):
        scale = max(abs(m.energy[0]), np.abs(m.energy - m.energy.min()).max() if momentum else 10)
        axes[0].semilogy(m.time, relative(m.energy, scale), color=color, label=label, lw=1.2)
        if momentum:
            values = getattr(m, momentum)
            axes[1].semilogy(m.time, relative(values, np.linalg.norm(values[0])), color=color,
                             label=label, lw=1.2)
    axes[0].set_title(f"{case}: energy error (relative)", fontsize=9)
    if momentum:
        axes[1].set_title(f"{case}: {momentum} momentum error (relative)", fontsize=9)
    return save(fig, axes, folder, name)


def collision(program, traces, folder, rate):
    case = "collision 1:3 e=1"
    fig, axes = figure(2)
    best = {"bullet same multibody": "bullet same rigid split"}
    for label, color, m in motions(program, traces, case, rate, best):
        axes[0].plot(m.time, m.energy, color=color, label=label, lw=1.2)
        axes[1].semilogy(m.time, relative(m.linear, np.linalg.norm(m.linear[0])), color=color,
                         label=label, lw=1.2)
    axes[0].set_xlim(0.1, 0.35)
    axes[0].set_title("elastic collision 1:3: kinetic energy (J)", fontsize=9)
    axes[1].set_title("elastic collision 1:3: momentum error (relative)", fontsize=9)
    return save(fig, axes, folder, "accuracy_collision.png")


def cradle(program, traces, folder, rate):
    fig, axes = figure(2)
    for label, color, m in motions(program, traces, "cradle", rate):
        axes[0].plot(m.time, m.energy - m.energy[0], color=color, label=label, lw=1.2)
        place = m.states[:, 4, :3] - np.array([0.4, 0, 0])
        axes[1].plot(m.time, np.degrees(np.arctan2(place[:, 0], -place[:, 2])), color=color,
                     label=label, lw=0.9)
    axes[0].set_title("cradle: change of energy (J)", fontsize=9)
    axes[1].set_title("cradle: angle of the last ball (degrees)", fontsize=9)
    return save(fig, axes, folder, "accuracy_cradle.png")


def gyroscope(program, traces, folder, rate):
    fig, axes = figure(2)
    best = {f"bullet {kind} multibody": f"bullet {kind} constraints"
            for kind in ("same", "default")}
    for label, color, m in motions(program, traces, "gyroscope", rate, best):
        p = m.states[:, 0, :3]
        tilt = np.degrees(np.arctan2(np.hypot(p[:, 0], p[:, 1]), p[:, 2]))
        axes[0].plot(m.time, tilt, color=color, label=label, lw=1.2)
        axes[1].semilogy(m.time, relative(m.energy, m.energy[0]), color=color, label=label, lw=1.2)
    axes[0].set_title("gyroscope in steady precession: tilt (degrees)", fontsize=9)
    axes[1].set_title("gyroscope: energy error (relative)", fontsize=9)
    return save(fig, axes, folder, "accuracy_gyroscope.png")


def make_all(program, traces, folder, rate):
    """Write the plots; [(file, text)]."""
    os.makedirs(folder, exist_ok=True)
    return [
        (drifts(program, traces, folder, "dzhanibekov", rate, "accuracy_top.png", "angular"),
         "Energy and angular momentum of a free tumbling top"),
        (collision(program, traces, folder, rate), "Energy and momentum in an elastic collision"),
        (drifts(program, traces, folder, "double pendulum", rate, "accuracy_double_pendulum.png",
                None), "Energy of a double pendulum, relative to 10 J"),
        (cradle(program, traces, folder, rate), "Energy and swing of Newton's cradle"),
        (gyroscope(program, traces, folder, rate), "Tilt and energy of a gyroscope"),
    ]
