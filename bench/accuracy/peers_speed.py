#!/usr/bin/env python3
"""Steps per second of user time in MuJoCo and Bullet on the scenes of `bench_accuracy speed`.

    peers_speed.py PROGRAM RATE >> physics_speed.csv

Both at their default solvers and the step given; the best of three runs. A run that takes longer
than LIMIT is broken off (in its favour: what has fallen costs more) and not repeated.
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


LIMIT = 120  # s of user time
CHUNK = 24   # steps between looks at the clock


def user_time():
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def timed(chunk, steps):
    """(steps done, seconds)"""
    start = user_time()
    done = 0
    while done < steps and user_time() - start < LIMIT:
        chunk()
        done += CHUNK
    return done, user_time() - start


def best_of_three(function, scene, steps, *more):
    runs = []
    while len(runs) < 3 and not (runs and runs[-1][1] > LIMIT / 4):
        runs.append(function(scene, steps, *more))
    return max(runs, key=lambda r: r[0] / r[1])


def time_mujoco(scene, steps):
    variant = mujoco_peer.Variant("mujoco", scene.rate, "Euler", False)
    model = mujoco_peer.model_of(scene, variant)
    data = mujoco.MjData(model)
    if scene.actions:
        ids = [mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, f"b{i}")
               for i in range(len(scene.bodies))]
        mujoco.mj_forward(model, data)
        mujoco_peer.apply_actions(scene, model, data, ids, 0)
    return timed(lambda: mujoco.mj_step(model, data, CHUNK), steps)


def time_bullet(scene, steps, kind):
    variant = bullet_peer.Variant(kind, scene.rate, False)
    world = bullet_peer.World(scene, variant)
    try:
        for action in scene.actions:
            arm = list(action["point"])
            here = [*scene.position(action["body"]), *scene.rotation(action["body"])] + [0] * 6
            world.kick(action, bullet_peer.np.array(here, float), arm)
        def chunk():
            for _ in range(CHUNK):
                pybullet.stepSimulation(physicsClientId=world.client)
        return timed(chunk, steps)
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
            done, seconds = best_of_three(function, scene, steps, *more)
            print(f"{case},{name},{done},{1 / rate:.9g},{seconds:.4f},{done / seconds:.3g}",
                  flush=True)


if __name__ == "__main__":
    main()
