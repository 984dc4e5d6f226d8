#!/usr/bin/env python3
"""Write docs/accuracy.md and its plots from the errors of bench_accuracy and peers.py.

    report.py PROGRAM OURS.csv PEERS.csv TRACES DOCS [--speed SPEED.csv]

OURS.csv: bench_accuracy run 600 1200 2400; TRACES: the folder that peers.py kept.
"""
import argparse
import csv
import importlib.metadata
import math
import os

import plots

EXACT = 1e-9  # errors below this are rounding, or nobody will ever see them
RATE = 1200

ABOUT = {
    "projectile": "a stone thrown 2 s; relative to the distance flown",
    "push": "a ball under a force for 1 s and an off-centre impulse; relative to distance, angle",
    "collision": "two free balls, masses 1:1, 1:3, 1:0.1, restitution 1, .5, 0; relative to the "
                 "striker's velocity and momentum",
    "dzhanibekov": "a free top spun about its middle axis, 10 s; flips against Euler's equations, "
                   "relative to their times; energy, angular momentum relative to themselves",
    "precession": "a free axisymmetric top, 10 s; the axis relative to the angle that it turned",
    "bounce e=1": "a ball dropped from 1 m, apexes 1-4 relative to themselves",
    "bounce e=.8": "the same with restitution .8, apexes 1-5",
    "bounce e=.5": "the same with restitution .5, apexes 1-3 (the third is 16 mm high)",
    "slide": "a box down 30 degrees, friction .3, in four directions; relative to distance, speed",
    "friction threshold": "slopes just short of and beyond friction .5: creep relative to the "
                          "box, slide relative to the distance",
    "sliding stop": "a box sliding on a floor until it stops; relative to the distance",
    "rolling": "sphere, cylinder and hoop down 20 degrees; relative to distance and speed",
    "rolling resistance": "a ball slowed by rolling friction; relative to the distance",
    "dominoes": "40 dominoes, pitch 0.1 m: speed of the wave (no exact answer)",
    "tower": "ten boxes with offsets of 2 mm, 10 s; relative to the edge",
    "pendulum": "20, 90 and 150 degrees over ten periods; energy relative to the height",
    "double pendulum": "two rods released level, 10 s; place after 2 s relative to the length, "
                       "energy to what falling frees",
    "cradle": "five touching balls over ten periods; swings relative to the first ball's angle",
    "gyroscope": "a top of 150 rad/s on a ball joint in steady precession, 3 s",
    "motor": "a velocity motor of bounded torque spins up a disc; relative to themselves",
    "damped hinge": "a disc slowed by a damper to 2 %; relative to the exact values",
    "terminal velocity": "a ball falls in air for 5 s; distance and speed relative to themselves",
    "floating": "a ball of .3 and .8 of water's density comes to rest in it; depth relative to the "
                "radius",
    "orbit": "an ellipse of eccentricity .5, 3.2 times around; place relative to its axis, energy "
             "to itself",
    "spring": "a mass on a spring without damping, 16 periods; relative to the amplitude",
    "damped spring": "the same with a tenth of the critical damping, 2 s",
    "Atwood": "masses 1 : 1.5 and 1 : 3 over a pulley, as two rails that a gear couples; relative "
              "to the distance",
    "catenary": "20 rods between two points come to rest; relative to the span",
    "conveyor": "a box is put on a running belt; way and speed after 2 s relative to themselves",
    "chain": "20 links on ball joints fall from level, 5 s; energy relative to M g L / 2",
}

ENGINES = ("mujoco same", "mujoco default", "bullet same", "bullet default")


def read(path):
    with open(path, newline="") as source:
        return list(csv.DictReader(source))


def engine_of(row):
    """Variants of one engine at one step are judged by the best of them, row by row."""
    return " ".join(row["engine"].split()[:2])


def collect(rows, key):
    """{(experiment, case, quantity): {key(row): error}}, the least of several."""
    table = {}
    for row in rows:
        if not row["error"]:
            continue
        at = table.setdefault((row["experiment"], row["case"], row["quantity"]), {})
        name = key(row)
        error = float(row["error"])
        at[name] = min(at.get(name, math.inf), error)
    return table


def by_experiment(table):
    """The worst case of each experiment."""
    out = {}
    for (experiment, _, quantity), errors in table.items():
        at = out.setdefault((experiment, quantity), {})
        for name, error in errors.items():
            at[name] = max(at.get(name, 0), error)
    return out


def number(x):
    if x is None:
        return "-"
    if x == 0:
        return "0"
    return f"{x:.1e}" if x < 0.01 or x >= 100 else f"{x:.2g}"


def order_of(ours):
    coarse, middle, fine = (ours.get(r) for r in (600, 1200, 2400))
    if None in (coarse, middle, fine) or max(coarse, middle, fine) < EXACT:
        return "exact"
    if min(coarse, fine) <= 0:
        return "-"
    return f"{0.5 * math.log2(coarse / fine):.1f}"


def better_peer(peers):
    return min((peers[e] for e in ENGINES if e in peers), default=None)


def verdict(ours, peer):
    """One of: exact, tenfold, better, as good, worse."""
    if ours < EXACT:
        return "exact"
    if peer is None or ours <= peer / 10:
        return "tenfold"
    if ours <= peer / 1.05:
        return "better"
    return "as good" if ours <= peer * 1.05 else "worse"


def ratio(ours, peer):
    if ours < EXACT:
        return "exact"
    return "-" if not peer else number(ours / peer)


def table_line(cells):
    return "| " + " | ".join(cells) + " |"


def error_line(label, quantity, ours, peers):
    peer = better_peer(peers)
    here = ours.get(RATE)
    mark = {"worse": " **worse**", "as good": "", "better": "", "tenfold": "", "exact": ""}
    return table_line([label, quantity, number(here), order_of(ours)]
                      + [number(peers.get(e)) for e in ENGINES]
                      + [ratio(here, peer) + mark[verdict(here, peer)]])


HEAD = [table_line(["experiment", "error of", "physreel 1/1200", "order", "MuJoCo 1/1200",
                    "MuJoCo default", "Bullet 1/1200", "Bullet default", "ours / better peer"]),
        table_line(["---", "---"] + ["---:"] * 7)]


def experiment_verdicts(ours, peers):
    """The worst verdict over an experiment's quantities."""
    rank = ["exact", "tenfold", "better", "as good", "worse"]
    out = {}
    for (experiment, quantity), errors in ours.items():
        now = verdict(errors[RATE], better_peer(peers.get((experiment, quantity), {})))
        out[experiment] = max(out.get(experiment, "exact"), now, key=rank.index)
    return out


def summary(verdicts):
    def names(*kinds):
        found = [e for e, v in verdicts.items() if v in kinds]
        return f"{len(found)}" + (f" ({', '.join(found)})" if found else "")
    n = len(verdicts)
    return [f"Of {n} experiments with a known answer, counting an experiment by the worst of its "
            "quantities:", "",
            f"- at most a tenth of the better peer's error, or exact to 1e-9: "
            f"{names('exact', 'tenfold')}",
            f"- better, but not by ten: {names('better')}",
            f"- as good within 5 %: {names('as good')}",
            f"- worse: {names('worse')}", ""]


INTRO = """# Accuracy of the mechanics

Generated by `bench/accuracy/report.py`; do not edit. Every scene exists once (`bench_accuracy`), is
run here and in MuJoCo {mujoco} and Bullet (pybullet {pybullet}), and is judged from the recorded
states by the same code. Errors are relative (see the second table for to what); the peers' columns
hold the best of the variants below, quantity by quantity. "Order" is the exponent with which our
error falls with the step, from 1/600, 1/1200 and 1/2400 s; "exact" means below 1e-9 at all of them,
a negative order an error that grows as the step shrinks.

To make it anew, with the packages of `bench/accuracy/requirements.txt`:

    ninja -C build bench/accuracy/bench_accuracy
    build/bench/accuracy/bench_accuracy run 600 1200 2400 > ours.csv
    python3 bench/accuracy/peers.py build/bench/accuracy/bench_accuracy peers.csv --traces traces
    build/bench/accuracy/bench_accuracy speed 240 > speed.csv
    python3 bench/accuracy/peers_speed.py build/bench/accuracy/bench_accuracy 240 >> speed.csv
    python3 bench/accuracy/report.py build/bench/accuracy/bench_accuracy \\
        ours.csv peers.csv traces docs --speed speed.csv

"""

PEERS = """## How the peers were run

- MuJoCo at our step: elliptic friction cones, impratio 100, solver tolerance 1e-14, 20 no-slip
  iterations, contact time constant of two steps, solimp .99 .999, damping ratio 1 and 5 (bounces
  least); integrators RK4 and implicitfast; the best for each quantity. At its defaults: step 2 ms,
  Euler, pyramidal cones.
- MuJoCo has no coefficient of restitution. Bouncing contacts get the damping that returns e for a
  spring which never pulls, at 0.2 and 0.4 rad of its oscillation per step; the better counts. So do
  they at its defaults (0.2), where nothing would bounce otherwise.
- Bullet at our step: 200 iterations, no residual threshold, restitution threshold 0.01 m/s, contact
  threshold 1 mm where things bounce; at its defaults: 1/240 s, 50 iterations. Joint trees are
  Featherstone multi-bodies, ball joints also point-to-point constraints, free bodies multi-bodies
  and rigid bodies, those also with split impulses; the best counts. The damping of all motion that
  pybullet adds by default is off.
- Impulses change the peers' velocities at once, so that they lose nothing to their step.

"""


def dominoes(rows):
    out = ["## Domino wave", "", "No exact answer is known; speed in m/s, all 40 must fall.", "",
           table_line(["engine", "step (s)", "wave speed (m/s)", "fallen"]),
           table_line(["---", "---:", "---:", "---:"])]
    found = {}
    for row in rows:
        if row["experiment"] == "dominoes":
            at = found.setdefault((row["engine"], float(row["step"])), {})
            at[row["quantity"]] = row["value"]
    for (engine, step), values in found.items():
        out.append(table_line([engine, f"1/{round(1 / step)}",
                               f"{float(values['wave speed (m/s)']):.3f}", values["fallen"]]))
    return out + [""]


def speed_table(path):
    rows = read(path)
    engines = list(dict.fromkeys(r["engine"] for r in rows))
    scenes = list(dict.fromkeys(r["scene"] for r in rows))
    best = {(r["scene"], r["engine"]): float(r["steps_per_s"]) for r in rows}
    out = ["## Speed", "",
           "Steps per second of user time at 1/240 s over the whole fall, the best run of each, "
           "one thread, peers at their default solvers. The machine was shared by other work, so "
           "trust ratios more than figures. Physreel lets what has come to rest sleep, which the "
           "peers do not do by default.", "",
           table_line(["scene"] + engines + ["ours / faster peer"]),
           table_line(["---"] + ["---:"] * (len(engines) + 1))]
    for scene in scenes:
        values = [best.get((scene, e)) for e in engines]
        peer = max(v for e, v in zip(engines, values) if v and e != "physreel")
        out.append(table_line([scene] + [f"{v:.0f}" if v else "-" for v in values]
                              + [f"{best[scene, 'physreel'] / peer:.2f}"]))
    return out + [""]


def write(args, ours_rows, peer_rows):
    ours = collect(ours_rows, lambda r: round(1 / float(r["step"])))
    peers = collect(peer_rows, engine_of)
    ours_by, peers_by = by_experiment(ours), by_experiment(peers)
    versions = {p: importlib.metadata.version(p) for p in ("mujoco", "pybullet")}
    lines = [INTRO.format(**versions).rstrip(), ""]
    lines += summary(experiment_verdicts(ours_by, peers_by))
    lines += HEAD
    for (experiment, quantity), errors in ours_by.items():
        lines.append(error_line(experiment, quantity, errors,
                                peers_by.get((experiment, quantity), {})))
    lines += ["", "## The experiments", "",
              table_line(["experiment", "what, and relative to what"]), table_line(["---", "---"])]
    lines += [table_line([name, text]) for name, text in ABOUT.items()]
    lines += [""] + dominoes(ours_rows + peer_rows)
    lines += ["## Energy and momentum over time", ""]
    for name, text in plots.make_all(args.program, args.traces,
                                     os.path.join(args.docs, "img"), RATE):
        lines += [f"![{text}](img/{name})", ""]
    if args.speed:
        lines += speed_table(args.speed)
    lines += [PEERS.rstrip(), "", "## Every case", ""] + HEAD
    for (_, case, quantity), errors in ours.items():
        key = next(k for k in ours if k[1] == case and k[2] == quantity)
        lines.append(error_line(case, quantity, errors, peers.get(key, {})))
    with open(os.path.join(args.docs, "accuracy.md"), "w") as out:
        out.write("\n".join(lines) + "\n")
    worse = [(c, q) for (_, c, q), e in ours.items()
             if verdict(e[RATE], better_peer(peers.get((_, c, q), {}))) == "worse"]
    print(f"{len(worse)} of {len(ours)} quantities are worse than the better peer's")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("program", "ours", "peers", "traces", "docs"):
        parser.add_argument(name)
    parser.add_argument("--speed")
    args = parser.parse_args()
    write(args, read(args.ours), read(args.peers))


if __name__ == "__main__":
    main()
