"""A scene in Bullet (through pybullet): joint trees as Featherstone multi-bodies, pybullet's own
form, and ball joints also as point-to-point constraints between free bodies (the spherical joints
of its multi-bodies gain energy); free bodies as multi-bodies (its default) and as rigid bodies.

pybullet's default damping of all motion (0.04 / s) is switched off everywhere: it is no error of
the engine, but would be the largest of all. Bullet multiplies the two surfaces' coefficients, so
each gets the square root. Its joint damping does nothing in links made this way, so a damped hinge
gets the torque -c w at each step.
"""
import math

import numpy as np
import pybullet as bullet

from scene_io import check_start, conjugate, matrix, product


class Variant:
    def __init__(self, kind, rate, tuned):
        self.name = f"bullet {'same' if tuned else 'default'} {kind}"
        self.kind, self.rate, self.tuned = kind, rate, tuned

    def suits(self, scene):
        """Rigid bodies differ where no joint is; constraints can stand for ball joints."""
        if self.kind.startswith("rigid"):
            return not scene.joints and (self.tuned or self.kind == "rigid")
        if self.kind == "constraints":
            return bool(scene.joints) and all(j["kind"] == "ball" for j in scene.joints)
        return True


def variants(same_rate):
    """Bullet's own defaults; at our step with more iterations."""
    return [Variant(kind, rate, tuned) for rate, tuned in ((240, False), (same_rate, True))
            for kind in ("multibody", "rigid", "rigid split", "constraints")]


def xyzw(q):
    return [q[1], q[2], q[3], q[0]]


def hull_points(scene, geom):
    if geom["shape"] != "hull":
        return []
    v = scene.data["meshes"][geom["mesh"]]["vertices"]
    return [v[i:i + 3] for i in range(0, len(v), 3)]


def shape_of(scene, body, client, offset=(0, 0, 0)):
    """offset: of the body's centre in the frame that the shape is given in (a link's joint)."""
    geoms = [g for g in scene.geoms(body) if g["collides"]]
    assert len(geoms) <= 1, "one shape per body"
    if not geoms:  # a link without a shape has no inertia in pybullet
        kind, more = bullet.GEOM_SPHERE, {"radius": 1e-3}
    else:
        size = geoms[0]["size"]
        kind, more = {
            "plane": (bullet.GEOM_PLANE, {"planeNormal": [0, 0, 1]}),
            "box": (bullet.GEOM_BOX, {"halfExtents": [x / 2 for x in size]}),
            "sphere": (bullet.GEOM_SPHERE, {"radius": size[0]}),
            "cylinder": (bullet.GEOM_CYLINDER, {"radius": size[0], "height": size[1]}),
            "capsule": (bullet.GEOM_CAPSULE, {"radius": size[0], "height": size[1]}),
            "hull": (bullet.GEOM_MESH, {"vertices": hull_points(scene, geoms[0])}),
        }[geoms[0]["shape"]]
    return bullet.createCollisionShape(kind, collisionFramePosition=list(offset),
                                       physicsClientId=client, **more)


class World:
    def __init__(self, scene, variant):
        self.scene, self.variant = scene, variant
        self.client = bullet.connect(bullet.DIRECT)
        self.where = {}  # body: (multi-body, link)
        bullet.setGravity(*scene.data["gravity"], physicsClientId=self.client)
        bullet.setTimeStep(1 / variant.rate, physicsClientId=self.client)
        if variant.tuned:
            bullet.setPhysicsEngineParameter(numSolverIterations=200, solverResidualThreshold=0,
                                             restitutionVelocityThreshold=0.01,
                                             physicsClientId=self.client)
        if variant.kind == "rigid split":  # what pushes bodies apart leaves them no speed
            bullet.setPhysicsEngineParameter(useSplitImpulse=1, splitImpulsePenetrationThreshold=0,
                                             physicsClientId=self.client)
        if variant.tuned and any(f["restitution"] > 0 for f in scene.data["surfaces"]):
            # contacts made ahead of the touch take from the bounce
            bullet.setPhysicsEngineParameter(contactBreakingThreshold=1e-3,
                                             physicsClientId=self.client)
        separate = variant.kind == "constraints"
        for body in range(len(scene.bodies)):
            if separate or body not in scene.parent:
                self.add_free(body)
        for body, joint in scene.parent.items():
            if joint["body_b"] < 0 and not separate:
                self.add_tree(body)
        for body in range(len(scene.bodies)):
            self.set_dynamics(body)
        if separate:
            for joint in scene.joints:
                self.add_constraint(joint)
        else:
            for joint in scene.loops:
                self.add_constraint(joint)
            for gear in scene.gears:
                self.add_gear(gear)

    def close(self):
        bullet.disconnect(self.client)

    def add_free(self, body):
        data = self.scene.bodies[body]
        mass = data["mass"] if self.scene.is_dynamic(body) else 0
        rigid = self.variant.kind.startswith("rigid")
        made = bullet.createMultiBody(mass, shape_of(self.scene, body, self.client),
                                      basePosition=self.scene.position(body),
                                      baseOrientation=xyzw(self.scene.rotation(body)),
                                      useMaximalCoordinates=int(rigid),
                                      physicsClientId=self.client)
        self.where[body] = (made, -1)
        if mass:
            bullet.resetBaseVelocity(made, data["velocity"], data["omega"],
                                     physicsClientId=self.client)

    def add_constraint(self, joint):
        def local(body):
            if body < 0:
                return np.array(joint["anchor"])
            turn = matrix(self.scene.rotation(body)).T
            return turn @ (np.array(joint["anchor"]) - self.scene.position(body))
        a, b = joint["body_a"], joint["body_b"]
        other, link = self.where[b] if b >= 0 else (-1, -1)
        bullet.createConstraint(*self.where[a], other, link, bullet.JOINT_POINT2POINT,
                                [0, 0, 0], local(a), local(b), physicsClientId=self.client)

    def add_gear(self, gear):
        """Bullet's gear keeps rate_a + ratio * rate_b at 0."""
        a, b = (self.scene.joints[gear[k]]["body_a"] for k in ("joint_a", "joint_b"))
        made = bullet.createConstraint(*self.where[a], *self.where[b], bullet.JOINT_GEAR,
                                       gear["axis"], [0, 0, 0], [0, 0, 0],
                                       physicsClientId=self.client)
        bullet.changeConstraint(made, gearRatio=-gear["ratio"], maxForce=1e9,
                                physicsClientId=self.client)

    def tree_order(self, root):
        order, links = [root], {root: 0}
        for body in order:
            for child, joint in self.scene.parent.items():
                if joint["body_b"] == body:
                    links[child] = len(order)
                    order.append(child)
        return order, links

    def add_tree(self, root):
        """The world is the base; a link's frame is at its joint, turned as the body is."""
        scene = self.scene
        order, links = self.tree_order(root)
        anchor0 = np.array(scene.parent[root]["anchor"])
        arrays = {k: [] for k in ("masses", "shapes", "positions", "turns", "inertial", "parents",
                                  "types", "axes")}
        for body in order:
            joint = scene.parent[body]
            anchor, q = np.array(joint["anchor"]), scene.rotation(body)
            turn = matrix(q).T
            if joint["body_b"] < 0:
                position, relative, parent = anchor - anchor0, q, 0
            else:
                pq = scene.rotation(joint["body_b"])
                parent_anchor = np.array(scene.parent[joint["body_b"]]["anchor"])
                position = matrix(pq).T @ (anchor - parent_anchor)
                relative, parent = product(conjugate(pq), q), links[joint["body_b"]] + 1
            kind = {"hinge": bullet.JOINT_REVOLUTE, "ball": bullet.JOINT_SPHERICAL,
                    "slider": bullet.JOINT_PRISMATIC}[joint["kind"]]
            arrays["masses"].append(scene.bodies[body]["mass"])
            arrays["shapes"].append(shape_of(scene, body, self.client,
                                             turn @ (scene.position(body) - anchor)))
            arrays["positions"].append(position)
            arrays["turns"].append(xyzw(relative))
            arrays["inertial"].append(turn @ (scene.position(body) - anchor))
            arrays["parents"].append(parent)
            arrays["types"].append(kind)
            arrays["axes"].append(turn @ np.array(joint["axis"]))
        made = bullet.createMultiBody(
            0, -1, basePosition=anchor0, linkMasses=arrays["masses"],
            linkCollisionShapeIndices=arrays["shapes"],
            linkVisualShapeIndices=[-1] * len(order), linkPositions=arrays["positions"],
            linkOrientations=arrays["turns"], linkInertialFramePositions=arrays["inertial"],
            linkInertialFrameOrientations=[[0, 0, 0, 1]] * len(order),
            linkParentIndices=arrays["parents"], linkJointTypes=arrays["types"],
            linkJointAxis=arrays["axes"], physicsClientId=self.client)
        for body in order:
            self.where[body] = (made, links[body])
            self.set_joint(body)

    def set_joint(self, body):
        made, link = self.where[body]
        joint = self.scene.parent[body]
        omega = self.scene.relative_omega(joint)
        if joint["kind"] != "ball":
            speed = float(np.dot(joint["axis"], omega))
            speed = speed if joint["kind"] == "hinge" else self.scene.relative_speed(joint)
            bullet.resetJointState(made, link, 0, speed,
                                   physicsClientId=self.client)
            bullet.setJointMotorControl2(made, link, bullet.VELOCITY_CONTROL,
                                         targetVelocity=joint["target"],
                                         force=joint["max_force"], physicsClientId=self.client)
        else:
            local = matrix(self.scene.rotation(body)).T @ omega
            bullet.resetJointStateMultiDof(made, link, [0, 0, 0, 1], list(local),
                                           physicsClientId=self.client)
            bullet.setJointMotorControlMultiDof(made, link, bullet.POSITION_CONTROL,
                                                targetPosition=[0, 0, 0, 1], positionGain=0,
                                                velocityGain=0, force=[0, 0, 0],
                                                physicsClientId=self.client)

    def set_dynamics(self, body):
        made, link = self.where[body]
        surface = self.scene.surface(self.scene.geoms(body)[0])  # one for all of a body
        friction = math.sqrt(surface["friction"])
        options = {"lateralFriction": friction, "restitution": math.sqrt(surface["restitution"]),
                   "linearDamping": 0, "angularDamping": 0}
        if surface["rolling_friction"] > 0:
            options["rollingFriction"] = surface["rolling_friction"] / friction
        if self.scene.is_dynamic(body):
            options.update(maxJointVelocity=1e5, jointDamping=0,
                           localInertiaDiagonal=self.scene.bodies[body]["inertia"][:3])
            if link < 0:
                options["mass"] = self.scene.bodies[body]["mass"]
        bullet.changeDynamics(made, link, physicsClientId=self.client, **options)
        if not any(g["collides"] for g in self.scene.geoms(body)):
            bullet.setCollisionFilterGroupMask(made, link, 0, 0, physicsClientId=self.client)

    def apply_actions(self, step, states):
        for action in self.scene.actions:
            made, link = self.where[action["body"]]
            here = states[action["body"]]
            arm = matrix(here[3:7]) @ np.array(action["point"])
            if action["kind"] == "impulse" and action["first_step"] == step:
                self.kick(action, here, arm)
            elif action["kind"] == "force" and action["first_step"] <= step < action["end_step"]:
                bullet.applyExternalForce(made, link, action["vec"], here[:3] + arm,
                                          bullet.WORLD_FRAME, physicsClientId=self.client)
        for body, joint in self.scene.parent.items():
            if joint["kind"] == "ball":
                self.damp_ball(joint, states)
            elif joint["damping"] > 0 or joint.get("stiffness", 0) > 0:
                made, link = self.where[body]
                at, speed = bullet.getJointState(made, link, physicsClientId=self.client)[:2]
                force = -joint["damping"] * speed
                force -= joint.get("stiffness", 0) * (at - joint.get("rest", 0))
                bullet.setJointMotorControl2(made, link, bullet.TORQUE_CONTROL, force=force,
                                             physicsClientId=self.client)
        for body in range(len(self.scene.bodies) if self.scene.fields else 0):
            here = states[body]
            force = self.scene.field_force(body, here[:3], here[7:10])
            bullet.applyExternalForce(*self.where[body], list(force), list(here[:3]),
                                      bullet.WORLD_FRAME, physicsClientId=self.client)

    def damp_ball(self, joint, states):
        if joint["damping"] == 0:
            return
        omega = states[joint["body_a"]][10:]
        if joint["body_b"] >= 0:
            omega = omega - states[joint["body_b"]][10:]
        for body, sign in ((joint["body_a"], -1), (joint["body_b"], 1)):
            if body >= 0:
                bullet.applyExternalTorque(*self.where[body], list(sign * joint["damping"] * omega),
                                           bullet.WORLD_FRAME, physicsClientId=self.client)

    def kick(self, action, here, arm):
        """An impulse on a free body, as the velocity that it gives at once."""
        body = self.scene.bodies[action["body"]]
        turn = matrix(here[3:7])
        spin = np.array(action["torque"]) + np.cross(arm, action["vec"])
        v = here[7:10] + np.array(action["vec"]) / body["mass"]
        w = here[10:13] + turn @ ((turn.T @ spin) / np.array(body["inertia"][:3]))
        bullet.resetBaseVelocity(self.where[action["body"]][0], list(v), list(w),
                                 physicsClientId=self.client)

    def read(self, row):
        for body, (made, link) in self.where.items():
            if not self.scene.is_dynamic(body):
                row[body, :3], row[body, 3:7] = self.scene.position(body), self.scene.rotation(body)
                continue
            if link < 0:
                p, q = bullet.getBasePositionAndOrientation(made, physicsClientId=self.client)
                v, w = bullet.getBaseVelocity(made, physicsClientId=self.client)
            else:
                state = bullet.getLinkState(made, link, computeLinkVelocity=1,
                                            computeForwardKinematics=1,
                                            physicsClientId=self.client)
                p, q, v, w = state[0], state[1], state[6], state[7]
            row[body] = [*p, q[3], q[0], q[1], q[2], *v, *w]


def run(scene, variant, steps):
    """All states, [step][body][13]."""
    world = World(scene, variant)
    try:
        states = np.zeros((steps + 1, len(scene.bodies), 13))
        for step in range(steps + 1):
            if step > 0:
                world.apply_actions(step - 1, states[step - 1])
                bullet.stepSimulation(physicsClientId=world.client)
            world.read(states[step])
    finally:
        world.close()
    check_start(scene, states[0], variant.name)
    return states
