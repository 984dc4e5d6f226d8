#!/usr/bin/env python3
"""Exports: where they go, which format they take, and what is told of a source that is not whole."""
import json
import pathlib
import resource
import shutil
import signal
import subprocess
import sys

import cli


def layout(folder):
    return json.loads((folder / "manifest.json").read_text())["layout"]


def default_names(p):
    """Beside the dataset, whatever the way it is named."""
    (p.folder / "in").mkdir()
    for where, name in (("toss", "."), ("toss", "./"), ("toss/clips", ".."), ("toss", "../toss/."), ("", "toss/")):
        done = subprocess.run(p.command("export", name, "--format", "coco", "--set", "images=none", "-q"),
                              cwd=p.folder / where, capture_output=True, text=True)
        out = p.folder / "toss-coco"
        cli.check(f"export {name} in {where or 'the folder above'} goes beside it", done.returncode == 0 and
                  out.is_dir() and (p.folder / where / done.stdout.strip()).resolve() == out.resolve(),
                  done.stdout + done.stderr)
        shutil.rmtree(out, ignore_errors=True)


def auto(p):
    r = p("export", "toss", "--format", "auto", "-o", "few", "-q")
    cli.check("auto: a few clips stay files", r.rc == 0 and layout(p.folder / "few") == "clips", r)
    r = p("export", "toss", "--format", "auto", "--set", "shard-size=1M", "-o", "x", "-q")
    cli.check("auto: settings are those of the format it stands for", r.rc == 64 and "clips has no settings" in r.err, r)
    many = p.folder / "many"  # 5,001 clips by name; the first is looked at, and is not there
    many.mkdir()
    manifest = json.loads((p.folder / "toss" / "manifest.json").read_text())
    clip = manifest["clips"][0]
    manifest["clips"] = [{**clip, "id": f"toss_{i:06}"} for i in range(5001)]
    manifest["files"] = []
    (many / "manifest.json").write_text(json.dumps(manifest))
    r = p("export", "many", "--format", "auto", "--set", "shard-size=1M", "-o", "x", "-q")
    cli.check("auto: shards for more than 5,000", r.rc == 70 and "records" in r.err, r)
    r = p("export", "toss", "--format", "autos", "-q")
    cli.check("another name is told of it", r.rc == 64 and ", auto" in r.err, r)


def not_whole(p):
    """A dataset that lacks a file is told as verify tells it, not as a disk's error."""
    for name in ("clips/train/000/toss_000000.mp4", "records/train/000/toss_000000/manifest.json", "contact_sheet.png"):
        shutil.copytree(p.folder / "toss", p.folder / "hurt")
        (p.folder / "hurt" / name).unlink()
        for form in ("clips", "coco", "webdataset", "tap"):
            r = p("export", "hurt", "--format", form, "-o", "x", "-q")
            cli.check(f"{form} without {pathlib.Path(name).name}", r.rc == 70 and name in r.err and
                      "is missing" in r.err and not (p.folder / "x").exists(), r)
        cli.check("as verify tells it", p("verify", "hurt", "-q").rc == 70)
        shutil.rmtree(p.folder / "hurt")


def no_room(p):
    """What cannot be written is told by the name of the file that is being made."""
    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    done = subprocess.run(p.command("export", "toss", "--format", "movi", "-o", "x", "-j", "1", "-q"), cwd=p.folder,
                          capture_output=True, text=True, preexec_fn=small_files)
    cli.check("movi without room names the file, and how much it needs", done.returncode == 74 and
              "toss_000000.npz: cannot be made" in done.stderr and " MB: File too large" in done.stderr and
              not (p.folder / "x").exists(), done.stderr)


def size_categories(p):
    """Examples as the hub counts them, the rows of the default config: videos, frames or images."""
    small = ["--size", "16x16", "--frames", "350", "--fps", "60", "--labels", "none", "--quality", "draft"]
    r = p("run", "toss", "--agent", "push", "--count", "3", *small, "-o", "long", "-q")
    cli.check("three long clips", r.rc == 0, r)
    for form, words, want in (("clips", [], "n<1K"), ("webdataset", [], "n<1K"), ("glb", [], "n<1K"),
                              ("lerobot", [], "1K<n<10K"), ("ytvis", ["--set", "images=none"], "n<1K"),
                              ("coco", ["--set", "images=none", "--set", "every=1"], "1K<n<10K"),
                              ("coco", ["--set", "images=none", "--set", "every=2"], "n<1K")):
        r = p("export", "long", "--format", form, *words, "-o", "sized", "-q")
        card = (p.folder / "sized" / "README.md").read_text() if r.rc == 0 else ""
        cli.check(f"{form} {' '.join(words)}: {want}", f"size_categories:\n- {want}\n" in card, r)
        shutil.rmtree(p.folder / "sized", ignore_errors=True)


def main():
    with cli.program() as p:
        r = p("run", "toss", "--seed", "4", "--count", "2", *cli.SMALL, "-o", "toss", "-q")
        cli.check("a dataset", r.rc == 0, r)
        default_names(p)
        auto(p)
        not_whole(p)
        no_room(p)
        size_categories(p)
    return cli.done()


if __name__ == "__main__":
    sys.exit(main())
