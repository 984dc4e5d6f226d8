"""A scene in MuJoCo: joint trees in reduced coordinates, as MuJoCo does.

Restitution: MuJoCo has no coefficient of restitution, but its contacts are damped springs, and a
spring of damping ratio sin(b) that never pulls returns e = exp(-(pi - 2 b) tan(b)) of the speed
(Schwager & Poeschel, Granular Matter 9, 2007). That is what a bouncing contact gets here, as stiff
as the step resolves well.
"""
import math

import mujoco
import numpy as np

from scene_io import check_start, conjugate, matrix, product



class Variant:
    def __init__(self, name, rate, integrator, tuned, bounce_phase=0.2, damping=1):
        self.name, self.rate, self.integrator, self.tuned = name, rate, integrator, tuned
        self.bounce_phase = bounce_phase  # rad of a bouncing contact's oscillation per step
        self.damping = damping  # damping ratio of contacts that do not bounce

    def suits(self, scene):
        """Variants of bouncing matter to what bounces, those of damping to what does not."""
        bounces = any(s["restitution"] > 0 for s in scene.data["surfaces"])
        return (bounces or self.bounce_phase == 0.2) and (not bounces or self.damping == 1)


def variants(same_rate):
    """MuJoCo's own defaults; at our step with options that suit accuracy."""
    return [Variant("mujoco default", 500, "Euler", False),
            Variant("mujoco same RK4", same_rate, "RK4", True),
            Variant("mujoco same RK4 stiff", same_rate, "RK4", True, 0.4),
            Variant("mujoco same RK4 overdamped", same_rate, "RK4", True, damping=5),
            Variant("mujoco same implicitfast", same_rate, "implicitfast", True)]


def damping_ratio(e):
    low, high = 0.0, 0.5 * math.pi - 1e-9
    for _ in range(200):
        b = 0.5 * (low + high)
        low, high = (b, high) if math.exp(-(math.pi - 2 * b) * math.tan(b)) > e else (low, b)
    return math.sin(low)


def numbers(values):
    return " ".join(repr(float(v)) for v in values)


def contact_attributes(scene, geom, variant):
    surface = scene.surface(geom)
    e = surface["restitution"]
    out = {"friction": numbers([surface["friction"], 0, surface["rolling_friction"]]),
           "condim": "6" if any(s["rolling_friction"] > 0 for s in scene.data["surfaces"]) else "3"}
    if not geom["collides"]:
        out.update(contype="0", conaffinity="0")
    if e > 0:
        zeta = damping_ratio(e)
        omega = variant.bounce_phase * variant.rate
        out["solref"] = numbers([-omega * omega, -2 * zeta * omega])
        out["solimp"] = "0.9999 0.9999 0.001 0.5 2"
    elif variant.tuned:
        out["solref"] = numbers([2 / variant.rate, variant.damping])
        out["solimp"] = "0.99 0.999 0.001 0.5 2"
    return out


def geom_xml(scene, geom, variant):
    size = geom["size"]
    kinds = {"plane": ("plane", [0, 0, 1]), "box": ("box", [x / 2 for x in size]),
             "sphere": ("sphere", size[:1]), "capsule": ("capsule", [size[0], size[1] / 2]),
             "cylinder": ("cylinder", [size[0], size[1] / 2]),
             "hull": ("mesh", None)}
    kind, sizes = kinds[geom["shape"]]
    pose = geom["body_from_geom"]
    out = {"type": kind, "pos": numbers(pose["position"]), "quat": numbers(pose["rotation"])}
    out.update({"mesh": f"m{geom['mesh']}"} if kind == "mesh" else {"size": numbers(sizes)})
    out.update(contact_attributes(scene, geom, variant))
    return "<geom " + " ".join(f'{k}="{v}"' for k, v in out.items()) + "/>"


def joint_xml(scene, body, index):
    joint = scene.parent.get(body)
    if joint is None:
        return "<freejoint/>" if scene.is_dynamic(body) else ""
    turn = matrix(scene.rotation(body)).T
    anchor = turn @ (np.array(joint["anchor"]) - scene.position(body))
    word = {"slider": "slide"}.get(joint["kind"], joint["kind"])
    kind = f'<joint name="j{index}" type="{word}" pos="{numbers(anchor)}"'
    if word != "ball":
        kind += f' axis="{numbers(turn @ np.array(joint["axis"]))}"'
        kind += f' stiffness="{joint.get("stiffness", 0)}" springref="{joint.get("rest", 0)}"'
    return kind + f' damping="{joint["damping"]}"/>'


def body_xml(scene, body, parent, children, variant):
    p, q = scene.position(body), scene.rotation(body)
    if parent >= 0:
        pq = scene.rotation(parent)
        p = matrix(pq).T @ (p - scene.position(parent))
        q = product(conjugate(pq), q)
    data = scene.bodies[body]
    inside = joint_xml(scene, body, body)
    if scene.is_dynamic(body):
        inside += (f'<inertial pos="0 0 0" mass="{data["mass"]!r}" '
                   f'diaginertia="{numbers(data["inertia"][:3])}"/>')
    inside += "".join(geom_xml(scene, g, variant) for g in scene.geoms(body))
    inside += "".join(body_xml(scene, c, body, children, variant) for c in children.get(body, []))
    return f'<body name="b{body}" pos="{numbers(p)}" quat="{numbers(q)}">{inside}</body>'


def actuators_xml(scene, variant):
    out = ""
    for joint in scene.joints:
        if joint["motor"] == "velocity":
            gain = 0.5 * scene.bodies[joint["body_a"]]["inertia"][2] * variant.rate
            force = joint["max_force"]
            out += (f'<velocity joint="j{joint["body_a"]}" kv="{gain!r}" '
                    f'forcelimited="true" forcerange="{-force!r} {force!r}"/>')
    return f"<actuator>{out}</actuator>"


def couplings_xml(scene, variant):
    """Loops and gears are soft constraints, here as stiff as the step allows."""
    stiff = f'solref="{2 / variant.rate!r} 1" solimp="0.99 0.999 0.001 0.5 2"'
    stiff = stiff if variant.tuned else ""
    out = ""
    for joint in scene.loops:
        a = joint["body_a"]
        anchor = matrix(scene.rotation(a)).T @ (np.array(joint["anchor"]) - scene.position(a))
        other = f'body2="b{joint["body_b"]}" ' if joint["body_b"] >= 0 else ""
        out += f'<connect body1="b{a}" {other}anchor="{numbers(anchor)}" {stiff}/>'
    for gear in scene.gears:
        a, b = (scene.joints[gear[k]]["body_a"] for k in ("joint_a", "joint_b"))
        out += (f'<joint joint1="j{a}" joint2="j{b}" polycoef="0 {gear["ratio"]!r} 0 0 0" '
                f'{stiff}/>')
    return f"<equality>{out}</equality>"


def assets_xml(scene):
    meshes = scene.data.get("meshes", [])
    out = "".join(f'<mesh name="m{i}" vertex="{numbers(m["vertices"])}"/>'
                  for i, m in enumerate(meshes))
    return f"<asset>{out}</asset>"


def model_of(scene, variant):
    children = {}
    for body, joint in scene.parent.items():
        children.setdefault(joint["body_b"], []).append(body)
    roots = [i for i in range(len(scene.bodies))
             if i not in scene.parent or scene.parent[i]["body_b"] < 0]
    bodies = "".join(body_xml(scene, i, -1, children, variant) for i in roots)
    tuned = ('cone="elliptic" impratio="100" tolerance="1e-14" iterations="200" '
             'ls_tolerance="1e-6" noslip_iterations="20" noslip_tolerance="1e-14"')
    option = (f'<option timestep="{1 / variant.rate!r}" integrator="{variant.integrator}" '
              f'gravity="{numbers(scene.data["gravity"])}" {tuned if variant.tuned else ""}/>')
    xml = (f'<mujoco>{option}{assets_xml(scene)}<worldbody>{bodies}</worldbody>'
           f'{actuators_xml(scene, variant)}{couplings_xml(scene, variant)}</mujoco>')
    return mujoco.MjModel.from_xml_string(xml)


def set_velocities(scene, model, data, ids):
    for body, state in enumerate(scene.bodies):
        if not scene.is_dynamic(body):
            continue
        at = model.jnt_dofadr[model.body_jntadr[ids[body]]]
        turn = matrix(scene.rotation(body)).T
        joint = scene.parent.get(body)
        if joint is None:
            data.qvel[at:at + 3] = state["velocity"]
            data.qvel[at + 3:at + 6] = turn @ np.array(state["omega"])
        elif joint["kind"] == "hinge":
            data.qvel[at] = np.dot(joint["axis"], scene.relative_omega(joint))
        elif joint["kind"] == "slider":
            data.qvel[at] = scene.relative_speed(joint)
        else:
            data.qvel[at:at + 3] = turn @ scene.relative_omega(joint)


def apply_actions(scene, model, data, ids, step):
    """Forces act over the step; an impulse on a free body changes its velocity at once."""
    data.xfrc_applied[:] = 0
    for action in scene.actions:
        body = ids[action["body"]]
        turn = data.xmat[body].reshape(3, 3)
        torque = np.array(action["torque"]) + np.cross(turn @ action["point"], action["vec"])
        if action["kind"] == "impulse" and action["first_step"] == step:
            at = model.jnt_dofadr[model.body_jntadr[body]]
            data.qvel[at:at + 3] += np.array(action["vec"]) / model.body_mass[body]
            inertia = scene.bodies[action["body"]]["inertia"][:3]
            data.qvel[at + 3:at + 6] += (turn.T @ torque) / np.array(inertia)
        elif action["kind"] == "force" and action["first_step"] <= step < action["end_step"]:
            data.xfrc_applied[body, :3] += action["vec"]
            data.xfrc_applied[body, 3:] += torque


def apply_fields(scene):
    """As passive forces, which every stage of the integrator asks for. All bodies are free balls."""
    def passive(model, data):
        for body in range(len(scene.bodies)):
            force = scene.field_force(body, data.qpos[7 * body:7 * body + 3],
                                      data.qvel[6 * body:6 * body + 3])
            data.qfrc_passive[6 * body:6 * body + 3] += force
    mujoco.set_mjcb_passive(passive if scene.fields else None)


def run(scene, variant, steps):
    """All states, [step][body][13]."""
    try:
        return run_model(scene, variant, steps)
    finally:
        mujoco.set_mjcb_passive(None)


def run_model(scene, variant, steps):
    model = model_of(scene, variant)
    apply_fields(scene)
    data = mujoco.MjData(model)
    ids = np.array([mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, f"b{i}")
                    for i in range(len(scene.bodies))])
    roots = model.body_rootid[ids]
    set_velocities(scene, model, data, ids)
    for i, joint in enumerate([j for j in scene.joints if j["motor"] == "velocity"]):
        data.ctrl[i] = joint["target"]
    states = np.zeros((steps + 1, len(ids), 13))
    for step in range(steps + 1):
        if step > 0:
            if scene.actions:
                apply_actions(scene, model, data, ids, step - 1)
            mujoco.mj_step(model, data)
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_comVel(model, data)
        row = states[step]
        omega = data.cvel[ids, :3]
        row[:, :3] = data.xpos[ids]
        row[:, 3:7] = data.xquat[ids]
        row[:, 7:10] = data.cvel[ids, 3:] + np.cross(omega, row[:, :3] - data.subtree_com[roots])
        row[:, 10:] = omega
    check_start(scene, states[0], variant.name)
    return states
