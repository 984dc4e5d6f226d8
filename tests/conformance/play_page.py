"""The page of players in Chromium, from the disk: play_page.py PHYSREEL

The page gets a line of script that tells, over loopback, how much of each video has been played and
what went wrong. Prints TAP. Needs chromium.
"""
import html.parser
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from records import check, done

browser = os.environ.get("REEL_CHROMIUM") or shutil.which("chromium")
if not browser:
    print("1..0 # SKIP no chromium")
    sys.exit(0)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--mute-audio", "--window-size=1400,2400"]
TELL = """<script>
const wrong = [];
addEventListener("error", (e) => wrong.push(String(e.message || e.target.src)), true);
const look = () => [...document.querySelectorAll("video")].map((v) => ({
  src: v.getAttribute("src"), played: v.played.length ? v.played.end(0) - v.played.start(0) : 0, error: v.error && v.error.message,
  shown: v.getClientRects().length > 0, width: v.videoWidth, height: v.videoHeight}));
setInterval(() => fetch("http://127.0.0.1:%d/", {method: "POST", mode: "no-cors",
  body: JSON.stringify({videos: look(), wrong, wide: document.documentElement.scrollWidth,
                        room: innerWidth})}), 250);
</script></body>"""


class Outside(html.parser.HTMLParser):
    """What the page asks for: paths, and what is not in the dataset."""

    def __init__(self):
        super().__init__()
        self.paths = []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("src", "href", "poster"):
                self.paths.append(value)


reports = []


class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        reports.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def watch(page, enough, seconds=60):
    """Reports of the page until enough(them)."""
    reports.clear()
    with tempfile.TemporaryDirectory() as profile:
        process = subprocess.Popen([browser, *FLAGS, f"--user-data-dir={profile}",
                                    "--remote-debugging-port=0", page.as_uri()],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not enough(reports):
            time.sleep(0.1)
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        time.sleep(0.5)  # its helpers let go of the profile
    return list(reports)


def played(seen):
    """Videos of which a quarter of a second was played."""
    return {video["src"] for report in seen for video in report["videos"] if video["played"] > 0.25}


work = tempfile.TemporaryDirectory()
root = pathlib.Path(work.name) / "clips"
subprocess.run([sys.argv[1], "run", "toss", "billiards", "--size", "128x96", "--frames", "24",
                "--control", "depth,seg", "--store", "states", "-q", "-o", str(root)], check=True,
               stdout=subprocess.DEVNULL)
text = (root / "index.html").read_text()
page = Outside()
page.feed(text)
inside = [p for p in page.paths if p != "data:,"]
check("all that the page names is in the dataset, by relative paths",
      inside and all((root / p).is_file() and not p.startswith("/") for p in inside),
      [p for p in inside if not (root / p).is_file()][:3])
check("nothing is asked of a server", "://" not in re.sub(r"<script>.*?</script>", "", text, flags=re.S))
videos = sorted(str(p.relative_to(root)) for p in (root / "clips").rglob("*.mp4"))
check("every video has a player", sorted(p for p in inside if p.endswith(".mp4")) == videos)
check("it is in the manifest", any(f["path"] == "index.html" for f in
                                   json.loads((root / "manifest.json").read_text())["files"]))

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
threading.Thread(target=server.serve_forever, daemon=True).start()
copy = root / "index-watched.html"
copy.write_text(text.replace("</body>", TELL % server.server_port))
seen = watch(copy, lambda r: r and len(played(r)) == len(videos))
check("the page reports", seen)
if seen:
    last = seen[-1]
    check("every video plays", played(seen) == set(videos),
          f"{len(played(seen))} of {len(videos)}")
    check("no video has an error", not any(v["error"] for r in seen for v in r["videos"]))
    check("no script has one", not last["wrong"], last["wrong"][:3])
    check("pictures have a size", all(v["width"] > 0 and v["height"] > 0 for v in last["videos"]))
    check("players are shown", all(v["shown"] for v in last["videos"]))
    check("nothing is wider than the window", last["wide"] <= last["room"])
server.shutdown()
work.cleanup()
sys.exit(done())
