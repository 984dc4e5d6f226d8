#!/usr/bin/env python3
"""What is asked for is what is made: agents, views, presets, key frames, splits, in options and
recipes; and what the documents show of them."""
import json
import pathlib
import re
import struct
import sys

import cli

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def manifests(p, dataset):
    return [json.loads(f.read_text())
            for f in sorted((p.folder / dataset).glob("records/*/*/*/manifest.json"))]


def key_frames(path):
    """Numbers of the key frames, from 1: the box of sync samples (ISO/IEC 14496-12, 8.6.2); without
    one all are."""
    data = path.read_bytes()
    if b"stss" not in data:
        return "all"
    at = data.index(b"stss") + 8
    n = struct.unpack(">I", data[at:at + 4])[0]
    return list(struct.unpack(f">{n}I", data[at + 4:at + 4 + 4 * n]))


def agents(p):
    for agent in ["push", "force", "camera"]:
        r = p("run", "toss", "--agent", agent, "--seed", "4", *cli.SMALL, "-o", agent, "-q")
        made = manifests(p, agent)
        cli.check(f"{agent}: the record tells it", r.rc == 0 and made[0]["agent"]["kind"] == agent, r)
        r = p("verify", agent, "--regenerate", "-q")
        cli.check(f"{agent}: good, and made anew the same", r.rc == 0, r)
        scene = p("freeze", "toss", "--agent", agent, "--seed", made[0]["seed"], *cli.SMALL).out
        (p.folder / "frozen.json").write_text(scene)
        r = p("run", "frozen.json", "--agent", agent, "-o", f"frozen_{agent}", "-q")
        again = manifests(p, f"frozen_{agent}")
        cli.check(f"{agent}: frozen, it is the same clip", r.rc == 0 and
                  [again[0][k] for k in ("scene_sha256", "take_xxh128")] ==
                  [made[0][k] for k in ("scene_sha256", "take_xxh128")], r)
        other = "force" if agent == "push" else "push"
        r = p("run", "frozen.json", "--agent", other, "-o", "other", "-q")
        cli.check(f"{agent}: a frozen scene takes no other", r.rc == 64 and agent in r.err, r)
    on = manifests(p, "push")[0]["agent"]["on"]
    r = p("run", "toss", "--agent", f"push:{on}", "--seed", "4", *cli.SMALL, "-o", "named", "-q")
    cli.check("the object by its name", r.rc == 0 and
              manifests(p, "named")[0]["take_xxh128"] == manifests(p, "push")[0]["take_xxh128"], r)
    for text, word in [("shove", "push, force, camera"), ("push:nothing", "nothing"),
                       ("camera:side", "side")]:
        r = p("run", "toss", "--agent", text, *cli.SMALL, "-o", "bad", "-q")
        cli.check(f"--agent {text} is refused", r.rc == 64 and word in r.err and
                  not (p.folder / "bad").exists(), r)


def views(p):
    r = p("run", "toss", "--views", "three", "--camera", "right", "--camera", "left", "--agent",
          "camera", *cli.SMALL, "-o", "views", "-q")
    made = manifests(p, "views")[0]
    cli.check("views to choose from; the agent moves the first", r.rc == 0 and
              [s["camera"] for s in made["streams"]] == ["right", "left"] and
              made["agent"] == {"kind": "camera", "on": "right"} and made["views"] == "three", r)
    r = p("run", "toss", "--views", "three", "--camera", "main", *cli.SMALL, "-o", "bad", "-q")
    cli.check("they stand in place of the scene's", r.rc == 64 and "left, center, right" in r.err, r)
    r = p("run", "toss", "--views", "four", *cli.SMALL, "-o", "bad", "-q")
    cli.check("there is three", r.rc == 64 and "three" in r.err, r)


def agents_in_recipes(p):
    recipe = {"recipe": 1, "agent": "push", "size": "64x48", "frames": 4, "fps": 12, "keyint": 3,
              "clips": [{"scene": "toss"}, {"scene": "ramp", "agent": "camera"},
                        {"scene": "tower", "agent": ""}]}
    (p.folder / "agents.json").write_text(json.dumps(recipe))
    r = p("run", "agents.json", "-o", "agents", "-q")
    got = {m["family"]: m.get("agent", {}).get("kind") for m in manifests(p, "agents")}
    cli.check("a recipe's agent, and an entry's own",
              r.rc == 0 and got == {"toss": "push", "ramp": "camera", "tower": None}, f"{r}{got}")
    cli.check("its key frames", all(m["video"]["keyint"] == 3 for m in manifests(p, "agents")))
    r = p("run", "agents.json", "--agent", "force", "-o", "forced", "-q")
    got = {m["family"]: m.get("agent", {}).get("kind") for m in manifests(p, "forced")}
    cli.check("the option wins over the recipe's, not over an entry's",
              r.rc == 0 and got == {"toss": "force", "ramp": "camera", "tower": None}, f"{r}{got}")
    recipe["clips"][0]["agent"] = 3
    (p.folder / "agents.json").write_text(json.dumps(recipe))
    r = p("run", "agents.json", "-o", "bad", "-q")
    cli.check("an agent that is no text", r.rc == 65 and "clips[0].agent" in r.err, r)


def same_plan(p):
    plan = ["toss", "--seed", "4", *cli.SMALL, "-q"]
    for other, word in [([], "clips"), (["--agent", "force"], "clips"),
                        (["--agent", "push", "--views", "three"], "views"),
                        (["--agent", "push", "--keyint", "2"], "keyint"),
                        (["--agent", "push", "--share", "a=0.5"], "split")]:
        before = cli.tree(p.folder / "push")
        r = p("run", *plan, *other, "-o", "push")
        cli.check(f"another plan is told: {other}", r.rc == 64 and f"other {word}" in r.err and
                  cli.tree(p.folder / "push") == before, r)


def key_frame_interval(p):
    for n, want in [(1, "all"), (3, [1, 4]), (100, [1])]:
        r = p("run", "toss", "--keyint", n, *cli.SMALL, "-o", f"key{n}", "-q")
        video = p.folder / f"key{n}" / "clips/train/000/toss_000000.mp4"
        cli.check(f"--keyint {n}: key frames {want}", r.rc == 0 and key_frames(video) == want, r)
        r = p("verify", f"key{n}", "--regenerate", "-q")
        cli.check(f"--keyint {n}: made anew the same", r.rc == 0, r)
    r = p("run", "toss", "--keyint", "0", *cli.SMALL, "-o", "bad")
    cli.check("--keyint 0 is refused", r.rc == 64 and "keyint" in r.err, r)


def presets(p):
    listed = {o["preset"]: o for o in json.loads(p("list", "--presets", "--json").out)}
    table = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| (\d+) \| (\d+) \|(.*?)\| [\d.]+ s \| (\d+) steps",
                       (DOCS / "presets.md").read_text(), re.M)
    cli.check("the document has them all", {t[0] for t in table} == set(listed) and len(listed) == 5,
              table)
    for name, size, frames, fps, more, steps in table:
        o = listed[name]
        cli.check(f"{name}: the document's figures", (o["size"], o["frames"], o["fps"]) ==
                  (size, frames, fps) and 1200 % int(fps) == 0 and 1200 // int(fps) == int(steps), o)
        options = dict(re.findall(r"--(\w+) (\w+)", more))
        cli.check(f"{name}: its other options", options == {k: v for k, v in o.items() if k not in
                                                           ("preset", "about", "size", "frames", "fps")})
        # its settings but for what would take long
        r = p("run", "toss", "--preset", name, "--size", "64x48", "--frames", "5", "--quality",
              "draft", "--labels", "none", "-o", name, "-q")
        plan = json.loads((p.folder / name / "plan.json").read_text())
        made = manifests(p, name)[0]
        cli.check(f"{name}: taken", r.rc == 0 and plan["fps"] == int(fps) and plan["frames"] == 5 and
                  made["video"]["keyint"] == int(o.get("keyint", int(fps) // 2)) and
                  len(made["streams"]) == (3 if "views" in o else 1), r)
    names = [s["camera"] for s in manifests(p, "physics-iq")[0]["streams"]]
    cli.check("physics-iq: three cameras", names == ["left", "center", "right"], names)
    r = p("verify", "physics-iq", "--regenerate", "-q")
    cli.check("physics-iq: good, and made anew the same", r.rc == 0, r)
    (p.folder / "frozen.json").write_text(p("freeze", "toss", *cli.SMALL).out)
    for name, word in [("wan", "64x48"), ("physics-iq", "frozen")]:
        r = p("run", "frozen.json", "--preset", name, "-o", "bad", "-q")
        cli.check(f"{name}: not of a frozen scene", r.rc == 64 and word in r.err, r)
    r = p("run", "toss", "--preset", "wann", "-o", "bad")
    cli.check("a preset that there is not", r.rc == 64 and "wan," in r.err, r)


def splits_as_documented(p):
    text = (DOCS / "splits.md").read_text()
    recipe = json.loads(re.search(r"^```json\n(.*?)^```", text, re.M | re.S)[1])
    for clip in recipe["clips"]:
        clip["count"] = 10
    (p.folder / "splits.json").write_text(json.dumps(recipe))
    small = ["--size", "64x48", "--frames", "2", "--fps", "12", "--quality", "draft", "--labels",
             "none", "-q"]
    r = p("run", "splits.json", *small, "-o", "splits")
    plan = json.loads((p.folder / "splits" / "plan.json").read_text())
    cli.check("the recipe of the document", r.rc == 0 and plan["split_counts"]["held_out"] == 10 and
              plan["split_counts"]["validation"] == 2 and
              plan["split_counts"]["interpolation_count"] == 1, r)
    r = p("verify", "splits", "--regenerate", "-q")
    cli.check("its dataset is good, and made anew the same", r.rc == 0, r)
    command = re.search(r"^physreel (run toss machine .*?)\n```", text, re.M | re.S)[1]
    words = command.replace("\\\n", " ").replace("--count 100", "--count 10").split()
    r = p(*words, *small, "-o", "by_options")
    plan = json.loads((p.folder / "by_options" / "plan.json").read_text())
    cli.check("the command of the document", r.rc == 0 and plan["split_counts"] ==
              {"train": 8, "validation": 1, "extrapolation_count": 1, "held_out": 10}, r)
    card = (p.folder / "by_options" / "README.md").read_text()
    cli.check("the card's command has them", "--factor toss.count:extrapolation=9..10" in card)


def actions_as_documented(p):
    text = (DOCS / "actions.md").read_text()
    shown = re.findall(r"`((?:agent|camera)\.[a-z_.]+)`", text)
    source = (DOCS.parent / "export" / "actions.c").read_text()
    cli.check("the names of actions in the document", shown and all(f'"{n}"' in source for n in shown),
              shown)


def labels_by_format(p):
    """A format that drops stored planes has none drawn for it, and loses nothing by that."""
    for name, words, labels in [("default", [], []), ("asked", ["--labels", "depth"], ["depth"])]:
        r = p("run", "toss", "--format", "tap", *words, *cli.SMALL, "-o", f"tap_{name}", "-q")
        plan = json.loads((p.folder / f"tap_{name}" / "plan.json").read_text()) if r.rc == 0 else {}
        cli.check(f"tap, labels {name}", plan.get("labels") == labels, r)
    npz = [sorted(f.read_bytes() for f in (p.folder / f"tap_{name}").rglob("*.npz"))
           for name in ("default", "asked")]
    cli.check("the arrays are the same", len(npz[0]) == 1 and npz[0] == npz[1])
    r = p("run", "toss", "--format", "webdataset", *cli.SMALL, "-o", "kept", "-q")
    cli.check("webdataset keeps the planes", r.rc == 0 and
              json.loads((p.folder / "kept" / "plan.json").read_text())["labels"], r)


# every other clip has more objects than 8 bits number, which movi finds when it packs them
LATE = """scene {
  family = "late",
  params = { rows = int(1, 2) },
  build = function(world, p)
    world:floor {}
    for i = 0, 17 do
      for k = 0, 15 * (p.rows - 1) do
        world:box { name = "box " .. i .. " " .. k, size = 0.06, at = { 0.1 * i, 0.1 * k }, static = true }
      end
    end
    world:camera { name = "main", elevation = deg(80) }
  end,
}
"""


def another_layout(p):
    """Clips that a layout refused go into another, and are not made again."""
    (p.folder / "late.lua").write_text(LATE)
    clips = ["run", "late.lua", "--count", "4", "--seed", "1", *cli.SMALL, "--labels", "none", "-j", "1"]
    r = p(*clips, "--format", "movi", "-o", "late", "-q")
    cli.check("a layout refuses what is made", r.rc == 65 and "4 of 4 clips are kept" in r.err and
              "another --format or --set goes on with them" in r.err, r)
    kept = cli.tree(p.folder / "late.partial" / "records")
    r = p(*clips, "--format", "coco", "--fps", "24", "-o", "late", "-q")
    cli.check("clips of other times are not these", r.rc == 64 and "fps" in r.err and
              cli.tree(p.folder / "late.partial" / "records") == kept, r)
    r = p(*clips, "--format", "coco", "--set", "images=none", "-o", "late", "--json", "-q")
    cli.check("another takes them", r.rc == 0 and json.loads(r.out)["kept"] == 4 and
              not (p.folder / "late.partial").exists(), r)
    r = p(*clips, "--format", "coco", "--set", "images=none", "-o", "straight", "-q")
    cli.check("as if they had been made for it", r.rc == 0 and not cli.difference(
        cli.tree(p.folder / "late"), cli.tree(p.folder / "straight")), r)
    r = p(*clips, "--format", "tap", "-o", "late", "-q")
    cli.check("what is done stays as it is", r.rc == 64 and 'format "coco", now "tap"' in r.err, r)


def main():
    with cli.program() as p:
        labels_by_format(p)
        another_layout(p)
        agents(p)
        views(p)
        agents_in_recipes(p)
        same_plan(p)
        key_frame_interval(p)
        presets(p)
        splits_as_documented(p)
        actions_as_documented(p)
    return cli.done()


if __name__ == "__main__":
    sys.exit(main())
