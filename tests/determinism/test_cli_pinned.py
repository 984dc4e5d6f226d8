#!/usr/bin/env python3
"""Pinned content digests of a tiny clip of each shipped family: scene, take, every plane.

    test_cli_pinned.py PHYSREEL            compare, speaks TAP
    test_cli_pinned.py PHYSREEL --update   write pinned.json anew, after a change that is meant

A change of these digests is a change of results: it belongs into CHANGELOG.md under Results.
"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

PINNED = pathlib.Path(__file__).with_name("pinned.json")
FAMILIES = ["billiards", "chain", "conveyor", "dominoes", "machine", "pendulum", "ramp", "shapes",
            "terrain", "toss", "tower", "water"]


def digests(program):
    """{family: {"scene", "take", "<camera> <plane>": digest over the frames' digests}}"""
    found = {}
    with tempfile.TemporaryDirectory() as temp:
        out = pathlib.Path(temp) / "out"
        subprocess.run([program, "run", *FAMILIES, "--seed", "20", "--size", "64x48", "--frames",
                        "21", "--fps", "4", "--labels", "all", "-q", "-o", str(out)], check=True,
                       stdout=subprocess.DEVNULL)
        for path in sorted(out.glob("records/train/000/*/manifest.json")):
            manifest = json.loads(path.read_text())
            own = {"seed": manifest["seed"], "scene": manifest["scene_sha256"],
                   "take": manifest["take_xxh128"]}
            for stream in manifest["streams"]:
                for plane, frames in sorted(stream["xxh128"].items()):
                    text = "".join(frames).encode()
                    own[f"{stream['camera']} {plane}"] = hashlib.sha256(text).hexdigest()[:32]
            found[manifest["family"]] = own
    return found


def main(argv):
    got = digests(str(pathlib.Path(argv[1]).resolve()))
    if "--update" in argv:
        PINNED.write_text(json.dumps(got, indent=1, sort_keys=True) + "\n")
        print(f"{PINNED}: {len(got)} families")
        return 0
    want = json.loads(PINNED.read_text())
    failed = 0
    for i, family in enumerate(FAMILIES):
        ours, theirs = got.get(family, {}), want.get(family, {})
        other = [k for k in sorted(ours.keys() | theirs.keys()) if ours.get(k) != theirs.get(k)]
        print(f"{'not ok' if other else 'ok'} {i + 1} - {family}", flush=True)
        failed += bool(other)
        for key in other:
            print(f"# {key}: {ours.get(key)}, pinned {theirs.get(key)}")
    print(f"1..{len(FAMILIES)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
