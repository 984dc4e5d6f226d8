#!/usr/bin/env python3
"""Steps per second of user time in MuJoCo and Bullet on the scenes of `bench_accuracy speed`.

    peers_speed.py PROGRAM RATE >> physics_speed.csv

Both at their default solvers and the step given; the best of three runs.
"""
import resource
import sys

import mujoco
import pybullet

import bullet_peer
import mujoco_peer
from scene_io import Scene

SECONDS = {"pile of 10 boxes": 4, "pile of 50 boxes": 4, "pile of 200 boxes": 4, "pile of 1000 boxes": 4, "30 hulls": 4,
           "40 dominoes": 5,
           "20-link chain": 5}  # as in speed_cases.c


def user_time():
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def time_mujoco(scene, steps):
    variant = mujoco_peer.Variant("mujoco", scene.rate, "Euler", False)
    model = mujoco_peer.model_of(scene, variant)
    data = mujoco.MjData(model)
    if scene.actions:
        ids = [mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, f"b{i}")
               for i in range(len(scene.bodies))]
        mujoco.mj_forward(model, data)
        mujoco_peer.apply_actions(scene, model, data, ids, 0)
    start = user_time()
    mujoco.mj_step(model, data, steps)
    return user_time() - start


def time_bullet(scene, steps, kind):
    variant = bullet_peer.Variant(kind, scene.rate, False)
    world = bullet_peer.World(scene, variant)
    try:
        for action in scene.actions:
            arm = list(action["point"])
            here = [*scene.position(action["body"]), *scene.rotation(action["body"])] + [0] * 6
            world.kick(action, bullet_peer.np.array(here, float), arm)
        start = user_time()
        for _ in range(steps):
            pybullet.stepSimulation(physicsClientId=world.client)
        return user_time() - start
    finally:
        world.close()


def main():
    program, rate = sys.argv[1], int(sys.argv[2])
    for case, seconds in SECONDS.items():
        scene = Scene(program, case, rate)
        steps = seconds * rate
        engines = [("mujoco", time_mujoco, ()), ("bullet", time_bullet, ("multibody",))]
        if not scene.joints:
            engines.append(("bullet rigid", time_bullet, ("rigid",)))
        for name, function, more in engines:
            best = min(function(scene, steps, *more) for _ in range(3))
            print(f"{case},{name},{steps},{1 / rate:.9g},{best:.4f},{steps / best:.0f}", flush=True)


if __name__ == "__main__":
    main()
