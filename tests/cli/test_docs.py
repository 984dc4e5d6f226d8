#!/usr/bin/env python3
"""What docs/quick-start.md shows works as it stands: its script, its recipe, its commands' options."""
import json
import pathlib
import re
import sys

import cli

TEXT = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "quick-start.md").read_text()


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.M | re.S)


def main():
    with cli.program() as p:
        script = blocks("lua")[0]
        (p.folder / "my").mkdir()
        (p.folder / "ball.lua").write_text(script)
        (p.folder / "my" / "ball.lua").write_text(script)
        r = p("run", "ball.lua", "--count", "2", *cli.SMALL, "-q")
        cli.check("the script makes clips in out/ball", r.rc == 0 and r.out == "out/ball\n", r)
        r = p("verify", "out/ball", "--regenerate", "-q")
        cli.check("which are good", r.rc == 0, r)
        r = p("sheet", "out/ball", "-o", "ball.png")
        png = p.folder / "ball.png"
        cli.check("and give a sheet", r.rc == 0 and png.read_bytes()[:4] == b"\x89PNG", r)
        recipe = json.loads(blocks("json")[0])
        for clip in recipe["clips"]:
            clip["count"] = 1
        (p.folder / "recipe.json").write_text(json.dumps(recipe))
        r = p("run", "recipe.json", "--size", "64x48", "--frames", "3", "-o", "out/mine", "-q")
        cli.check("the recipe runs", r.rc == 0, r)
        said = p("run", "--help").out
        options = re.findall(r"--[a-z-]+", "\n".join(l for l in TEXT.splitlines() if l[:3] == "| `"))
        missing = [o for o in options if o + " " not in said and o + "\n" not in said]
        cli.check("run has every option of the table", options and not missing, missing)
    return cli.done()


if __name__ == "__main__":
    sys.exit(main())
