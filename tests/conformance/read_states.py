"""Records drawn again from outside: read_states.py DATASET LIBRARY HOST

Through docs/examples/physreel_states.py (ctypes, numpy) every plane of every frame of every record must
be what the label stores hold and what the manifests' digests say; and HOST, a program with habits
of its own (foreign_host.c), must get the same. Prints TAP. Needs requirements.txt.
"""
import glob
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import xxhash
import zarr

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "docs" / "examples"))
import physreel_states

root, library, host = sys.argv[1:]
lib = physreel_states.load(library)
number = failed = 0


def check(name, ok, detail=""):
    global number, failed
    number += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {name}" + (f" # {detail}" if detail and not ok else ""))


def refuses(kind, call):
    try:
        call()
    except kind as words:
        return len(str(words)) > 0
    return False


def check_record(folder):
    name = os.path.basename(folder)
    manifest = json.load(open(os.path.join(folder, "manifest.json")))
    views = np.load(os.path.join(folder, "views.npz"))
    with physreel_states.Clip(folder, library=lib) as clip:
        check(f"{name}: what it is", clip.clip_id == name and clip.frames == manifest["counts"]["frames"]
              and clip.quality == manifest["quality"] and clip.version == manifest["generator"]["version"]
              and clip.streams == [s["id"] for s in manifest["streams"]])
        for i, stream in enumerate(manifest["streams"]):
            stores = glob.glob(f"{root}/labels/*/*/{stream['id']}.zarr.zip")
            store = zarr.open(zarr.storage.ZipStore(stores[0], mode="r"), mode="r") if stores else None
            wrong = different = 0
            for f in range(clip.frames):
                frame = clip.draw(i, f, list(stream["xxh128"]))
                for plane, array in frame.items():
                    wrong += xxhash.xxh128(array).hexdigest() != stream["xxh128"][plane][f]
                    if store is not None and plane in store:
                        different += not np.array_equal(store[plane][f], array)
            check(f"{stream['id']}: every plane has its digest", wrong == 0, f"{wrong} have not")
            check(f"{stream['id']}: every stored plane is drawn again", different == 0, f"{different} differ")
            k, m = clip.view(i, 3)
            check(f"{stream['id']}: its camera", np.array_equal(k, views[f"{i}/k"][3])
                  and np.array_equal(m, views[f"{i}/cam_from_world"][3]))
            large = clip.draw(i, 0, ["instance"], size=(2 * clip.width, 2 * clip.height))["instance"]
            small = clip.draw(i, 0, ["instance"])["instance"]
            share = np.mean(large[::2, ::2] == small)
            check(f"{stream['id']}: twice the size shows the same", share > 0.95, f"{share}")


def check_mistakes(folder):
    check("no record is an error with words", refuses(OSError, lambda: physreel_states.Clip("/nowhere", library=lib)))
    check("an unknown quality too", refuses(ValueError, lambda: physreel_states.Clip(folder, "fine", library=lib)))
    manifest = os.path.join(folder, "manifest.json")
    with physreel_states.Clip(manifest, "draft", library=lib) as clip:
        check("a frame that there is not", refuses(ValueError, lambda: clip.draw(0, clip.frames, ["rgb"])))
        check("a plane that there is not", refuses(ValueError, lambda: clip.draw(0, 0, ["heat"])))
        check("an odd size", refuses(ValueError, lambda: clip.draw(0, 0, ["rgb"], size=(33, 64))))
        check("it goes on after mistakes", clip.draw(0, 0, ["rgb"])["rgb"].any())


records = sorted(os.path.dirname(p) for p in glob.glob(f"{root}/records/*/*/*/manifest.json"))
check("there are records", len(records) > 0)
for record in records:
    check_record(record)
    done = subprocess.run([host, library, record], capture_output=True, text=True)
    check(f"{os.path.basename(record)}: in a foreign program", done.returncode == 0, done.stdout)
check_mistakes(records[0])
print(f"1..{number}")
sys.exit(failed > 0)
