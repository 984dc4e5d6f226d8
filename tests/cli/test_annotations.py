#!/usr/bin/env python3
"""Settings of the layouts with annotations: what each changes, and what is refused, with its reason."""
import hashlib
import json
import shutil
import sys

import cli

# more objects than 8 bits number, all of them in the picture
MANY = """scene {
  family = "many",
  build = function(world)
    world:floor {}
    for i = 0, 17 do
      for k = 0, 15 do
        world:box { name = "box " .. i .. " " .. k, size = 0.06, at = { 0.1 * i, 0.1 * k }, static = true }
      end
    end
    world:camera { name = "main", elevation = deg(80) }
  end,
}
"""
WRONG = [  # format, setting, what the message must contain
    ("coco", "images=jpg", ["images", "png or none"]),
    ("coco", "every=0", ["every", "whole number"]),
    ("ytvis", "amodal=maybe", ["amodal", "yes or no"]),
    ("tap", "points=0", ["points", "whole number"]),
    ("tap", "per=frame", ["per", "clip or object"]),
    ("tap", "stride=-5", ["stride", "whole number"]),
    ("movi", "form=tfrecord", ["form", "npz, frames or both"]),
    ("movi", "size=3", ["no setting", "size"]),
]


def digests(folder):
    """Of every file of the layout itself."""
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*")) if p.is_file() and p.parent != folder}


def main():
    with cli.program() as p:
        def export(source, out, form, *settings):
            words = [w for s in settings for w in ("--set", s)]
            return p("export", source, "--format", form, *words, "-q", "-o", out)

        def refused(name, r, rc, *words):
            cli.check(name, r.rc == rc and all(w in r.err for w in words), r)

        made = p("run", "toss", "billiards", *cli.SMALL, "--labels", "masks", "-q", "-o", "clips")
        cli.check("clips are made", made.rc == 0, made)
        for form, setting, words in WRONG:
            refused(f"{form}: {setting} is refused", export("clips", "bad", form, setting), 64, *words)
        cli.check("which leaves nothing behind", not (p.folder / "bad").exists())

        r = export("clips", "boxes", "coco", "images=none", "every=3", "amodal=no")
        data = json.loads((p.folder / "boxes/annotations/instances_train.json").read_text())
        names = {f.name for f in (p.folder / "boxes").rglob("*")}
        rows = [json.loads(line) for line in open(p.folder / "boxes/train/images.jsonl")]
        cli.check("coco: annotations alone, of every third frame", r.rc == 0
                  and {i["frame"] for i in data["images"]} == {0, 3}
                  and [i["id"] for i in data["images"]] == [row["image_id"] for row in rows]
                  and not any("file_name" in row for row in rows)
                  and "amodal_train.json" not in names and "00000.png" not in names, r)
        r = export("clips", "masks", "ytvis", "images=none", "every=2")
        data = json.loads((p.folder / "masks/train/instances.json").read_text())
        cli.check("ytvis: every second frame", r.rc == 0
                  and {v["length"] for v in data["videos"]} == {2}
                  and not (p.folder / "masks/train/JPEGImages").exists(), r)
        for form, more in (("coco", []), ("ytvis", []), ("tap", ["ground=9"]), ("movi", ["form=both"])):
            words = [w for s in more for w in ("--set", s)]
            one = export("clips", f"one_{form}", form, *more)
            two = p("run", "toss", "billiards", *cli.SMALL, "--labels", "masks", "--format", form,
                    *words, "-j", "2", "-q", "-o", f"two_{form}")
            a, b = digests(p.folder / f"one_{form}"), digests(p.folder / f"two_{form}")
            cli.check(f"{form}: the same from clips, and at once by two workers",
                      one.rc == two.rc == 0 and len(a) > 1 and a == b, f"{one}\n{two}")
            card = (p.folder / f"one_{form}/README.md").read_text()
            cli.check(f"{form}: its card speaks of nothing that is not there",
                      not any(w in card for w in ("--regenerate", "the metadata", "cam_from_world ="))
                      and ("depth-estimation" in card) == (form == "movi"), card[:800])
            r = p("verify", f"one_{form}", "-q")
            cli.check(f"{form}: verify finds it whole", r.rc == 0, r)

        for words, parts in ((["-o", "clips/tracks"], ["inside"]),
                             (["-o", "x", "--set", "points=8", "--set", "points=9"], ["points", "twice"]),
                             (["-o", "x", "--license", "mine: all"], ["license", "mine: all"]),
                             (["-o", "x", "--license", ""], ["license"]),
                             (["-o", "x", "--name", "two\nlines"], ["name"])):
            r = p("export", "clips", "--format", "tap", "-q", *words)
            refused(f"export with {words} is refused", r, 64, *parts)
        cli.check("and nothing is there", not list(p.folder.glob("x*"))
                  and not list(p.folder.glob("clips/tracks*")))

        p("run", "toss", *cli.SMALL, "--quality", "labels", "-q", "-o", "grey")
        long = "s" * 64  # the longest name of a split
        p("run", "toss", *cli.SMALL, "--quality", "labels", "--split", long, "-q", "-o", "long")
        for form, setting in (("coco", "images=none"), ("ytvis", "images=none"), ("tap", "video=no"),
                              ("glb", "texture=0"), ("webdataset", "shard-size=1M")):
            r = export("long", f"long_{form}", form, setting)
            cli.check(f"{form}: a split with a name of 64 letters", r.rc == 0
                      and any(long in f.as_posix() for f in (p.folder / f"long_{form}").rglob("*")), r)
        # what has a manifest, but no clip
        (p.folder / "empty").mkdir()
        manifest = json.loads((p.folder / "grey/manifest.json").read_text())
        (p.folder / "empty/manifest.json").write_text(json.dumps(manifest | {"clips": [], "files": []}))
        for form in ("clips", "coco", "ytvis", "movi", "tap", "glb", "lerobot", "cosmos", "webdataset"):
            refused(f"{form}: a dataset without clips", export("empty", "x", form), 70, "no clips")
        video = next((p.folder / "clips/clips").rglob("*.mp4"))
        whole = video.read_bytes()
        video.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        for form in ("tap", "webdataset", "clips"):
            refused(f"{form}: a damaged video does not become a good one", export("clips", "x", form),
                    70, video.name)
        video.write_bytes(whole)

        card = (p.folder / "grey/README.md").read_text()
        cli.check("tables without a row are no configs", "config_name: states" in card
                  and "config_name: events" not in card, card[:1500])
        refused("coco: images of clips without colour", export("grey", "x", "coco"), 64, "images=none")
        refused("tap: videos of clips without colour", export("grey", "x", "tap"), 64, "video=no")
        refused("movi: clips without colour", export("grey", "x", "movi"), 64, "colour")
        for form, setting in (("coco", "images=none"), ("ytvis", "images=none"), ("tap", "video=no")):
            r = export("grey", f"grey_{form}", form, setting)
            cli.check(f"{form}: clips without colour with {setting}", r.rc == 0, r)

        # what a layout won't take is told before all clips are made, not after
        early = ["run", "toss", *cli.SMALL, "--count", "9", "-j", "1", "-q", "-o", "early"]
        r = p(*early, "--format", "coco", "--set", "every=0")
        refused("run: a wrong setting", r, 64, "every")
        cli.check("before anything is made", not list(p.folder.glob("early*")))
        for words, part in ((["--format", "lerobot"], "nothing acts"),
                            (["--format", "coco", "--quality", "labels"], "images=none")):
            refused(f"run: {' '.join(words)} of such clips", p(*early, *words), 64, part,
                    "1 of 9 clips", "another --format or --set goes on with them")
            shutil.rmtree(p.folder / "early.partial", ignore_errors=True)

        (p.folder / "many.lua").write_text(MANY)
        p("run", "many.lua", *cli.SMALL, "-q", "-o", "many")
        refused("movi: more objects than 8 bits number", export("many", "x", "movi"), 65, "255 objects")
        r = export("many", "many_coco", "coco", "images=none")
        cli.check("coco: takes them", r.rc == 0, r)
        r = export("many", "many_tap", "tap", "points=4096", "per=object")
        refused("tap: more points than a clip may have", r, 64, "1048576")
    return cli.done()


if __name__ == "__main__":
    sys.exit(main())
