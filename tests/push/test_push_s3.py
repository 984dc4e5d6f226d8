"""physreel push to a real S3 server on loopback, which checks signatures:

    test_push_s3.py PHYSREEL [--server PATH-OF-VERSITYGW] [--kills N] [--seed S]

The server is moto's (of requirements.txt), with its check of signatures on, or versitygw, which
checks digests and parts as well. What arrives is the dataset, over a bad line and killed at N random
moments, and no unfinished upload is left. Prints TAP.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import push_kit

python = push_kit.python()
if sys.prefix == sys.base_prefix:
    os.execv(python, [python, *sys.argv])  # boto3 is there

import fault_proxy
import hub_server
import s3_kit
from push_kit import check

options = argparse.ArgumentParser()
options.add_argument("program")
options.add_argument("--server")
options.add_argument("--kills", type=int, default=8)
options.add_argument("--seed", type=int, default=1)
options = options.parse_args()
PART = 5 << 20  # S3's least


def unfinished(s3):
    return [u["Key"] for u in s3.list_multipart_uploads(Bucket="bucket").get("Uploads", [])]


def plain(s3, push, data, want):
    start = time.monotonic()
    done = push("push", str(data), "s3://bucket/some place/data", "--part-size", str(PART), "--json")
    seconds = time.monotonic() - start
    check("a push ends with 0", done.returncode == 0, done.stderr)
    found, carried = s3.tree("some place/data")
    check("the objects are the manifest's files", found == want)
    check("and carry their digests", carried == {n: d for n, (_, d) in want.items()})
    check("the result is told", done.returncode == 0 and json.loads(done.stdout)["files_sent"] == len(want))
    check("no unfinished upload is left", not unfinished(s3))
    large = s3.head_object(Bucket="bucket", Key="some place/data/clips/large.mp4")
    check("the large one went in parts", re.search(r"-\d+", large["ETag"]) is not None, large["ETag"])
    when = {k: s3.head_object(Bucket="bucket", Key=f"some place/data/{k}")["LastModified"] for k in want}
    check("manifest.json came last", when["manifest.json"] == max(when.values()))
    done = push("push", str(data), "s3://bucket/some place/data", "--part-size", str(PART), "--json")
    check("a second push sends nothing", json.loads(done.stdout)["files_sent"] == 0, done.stderr)
    s3.put_object(Bucket="bucket", Key="some place/data/README.md", Body=b"x" * want["README.md"][0])
    s3.put_object(Bucket="bucket", Key="some place/data/odd & <1>.txt", Body=b"x")
    done = push("push", str(data), "s3://bucket/some place/data")
    check("files of others are refused", done.returncode == 64 and "odd & <1>.txt" in done.stderr, done.stderr)
    done = push("push", str(data), "s3://bucket/some place/data", "--delete", "--json")
    check("--delete removes them; what has another digest is sent again", done.returncode == 0 and
          json.loads(done.stdout)["files_sent"] == 1 and s3.tree("some place/data")[0] == want, done.stderr + done.stdout)
    return seconds


def resumed(s3, push, data, want):
    """Parts of an interrupted upload are used; those of another file are not; none is left."""
    content = (data / "clips/large.mp4").read_bytes()
    key = "resumed/clips/large.mp4"
    first = s3.create_multipart_upload(Bucket="bucket", Key=key, Metadata={"sha256": want["clips/large.mp4"][1]})
    s3.upload_part(Bucket="bucket", Key=key, UploadId=first["UploadId"], PartNumber=2, Body=content[PART:2 * PART])
    done = push("push", str(data), "s3://bucket/resumed", "--part-size", str(PART))
    check("an upload that was begun is gone on with", done.returncode == 0 and
          s3.tree("resumed")[0] == want and not unfinished(s3), done.stderr)
    for case, part, meta in (("of another file", b"x" * PART, want["clips/large.mp4"][1]),
                             ("that would carry another digest", content[:PART], "0" * 64)):
        key = f"{case}/clips/large.mp4"
        other = s3.create_multipart_upload(Bucket="bucket", Key=key, Metadata={"sha256": meta})
        s3.upload_part(Bucket="bucket", Key=key, UploadId=other["UploadId"], PartNumber=1, Body=part)
        s3.create_multipart_upload(Bucket="bucket", Key=key)
        s3.create_multipart_upload(Bucket="bucket", Key=f"{case}/README.md")
        done = push("push", str(data), f"s3://bucket/{case}", "--part-size", str(PART))
        found, carried = s3.tree(case)
        check(f"uploads {case} are not used and not left", done.returncode == 0 and found == want and
              carried == {n: d for n, (_, d) in want.items()} and not unfinished(s3), f"{done.stderr} {unfinished(s3)}")
    large = data / "clips/large.mp4"
    large.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    done = push("push", str(data), "s3://bucket/spoilt", "--part-size", str(PART))
    check("a changed file is refused before anything is sent", done.returncode == 70 and not s3.tree("spoilt")[0], done.stderr)
    done = push("push", str(data), "s3://bucket/spoilt", "--part-size", str(PART), "--no-check")
    check("and when it is sent, without the check", done.returncode == 70 and
          "manifest.json" not in s3.tree("spoilt")[0] and not unfinished(s3), done.stderr)
    large.write_bytes(content)


def messages(push, data):
    for name, want, words, arguments, more in (
            ("no keys", 64, "AWS_ACCESS_KEY_ID", ["s3://bucket/x"], {"AWS_SECRET_ACCESS_KEY": None}),
            ("a wrong secret", 64, "AWS_SECRET_ACCESS_KEY", ["s3://bucket/x"], {"AWS_SECRET_ACCESS_KEY": "of-nobody-at-all"}),
            ("an unknown key", 64, "AWS_ACCESS_KEY_ID", ["s3://bucket/x"], {"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"}),
            ("no bucket", 64, "no bucket", ["s3://absent-bucket/x"], {}),
            ("a bad bucket", 64, "s3://BUCKET", ["s3://No_Bucket/x"], {}),
            ("no endpoint", 64, "AWS_ENDPOINT_URL", ["s3://bucket/x"], {"AWS_ENDPOINT_URL": "127.0.0.1"}),
            ("a tag for s3", 64, "--tag", ["s3://bucket/x", "--tag", "v1"], {}),
            ("small parts", 64, "--part-size", ["s3://bucket/x", "--part-size", "1M"], {})):
        done = push("push", str(data), *arguments, **more)
        check(f"{name}: told", done.returncode == want and words in done.stderr, f"{done.returncode} {done.stderr}")
        check(f"{name}: no secret shown", "of-nobody" not in done.stderr and push.env["AWS_SECRET_ACCESS_KEY"] not in done.stderr)


def circles(push, data):
    """A server whose list of what is there never ends is refused."""
    for name, tokens, words in (("the same page", ["a"], "again and again"), ("three pages in turn", ["a", "b", "c"], "again and again"),
                                ("a page that does not say how to go on", [""], "how to go on")):
        server = s3_kit.Circle(tokens)
        push.env["AWS_ENDPOINT_URL"], before = f"http://127.0.0.1:{server.start()}", push.env["AWS_ENDPOINT_URL"]
        try:
            done = push("push", str(data), "s3://bucket/circle", timeout=60)
            check(f"{name}: told", done.returncode == 74 and words in done.stderr, f"{done.returncode} {done.stderr}")
        except subprocess.TimeoutExpired:
            check(f"{name}: told", False, "it asks on and on")
        push.env["AWS_ENDPOINT_URL"] = before


def faults(s3, push, port, data, want, seconds):
    rng = push_kit.rng_of(options.seed)
    line = fault_proxy.FaultProxy(port, hub_server.Faults(
        options.seed, drop=0.03, lost=0.03, slow=0.02, **{"429": 0.02, "500": 0.02, "503": 0.02}))
    push.env["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{line.start()}"
    kills = done = 0
    wrong = set()
    arguments = ["--part-size", str(PART), "-q", "-j", "2"]
    while kills < options.kills:
        place = f"killed{done}"
        status = push.killed(rng.uniform(0.0, 2.5 * seconds), rng, "push", str(data), f"s3://bucket/{place}", *arguments)
        kills += 1
        there = {r["Key"].removeprefix(f"{place}/") for r in
                 s3.list_objects_v2(Bucket="bucket", Prefix=f"{place}/").get("Contents", [])}
        if "manifest.json" in there and there != set(want):
            wrong.add("a manifest came before what it lists")
        if status == 0:
            wrong |= {"another tree"} if s3.tree(place)[0] != want else set()
            done += 1
        elif status is not None and status != 75:
            wrong.add(f"exit status {status}")
    place = f"killed{done}"
    last = push("push", str(data), f"s3://bucket/{place}", *arguments)
    check(f"killed at {kills} moments ({done} pushes ended before): the last goes on and ends", last.returncode == 0, last.stderr)
    check(f"nothing lost, {sum(line.faults.counts.values())} faults", not wrong, str(wrong))
    check("the objects are the manifest's files", s3.tree(place)[0] == want)
    check("no unfinished upload is left", not unfinished(s3), str(unfinished(s3)))


def main():
    rng = push_kit.rng_of(7)
    data = work / "data"
    push_kit.write_dataset(data, {f"clips/train/{i:03}.mp4": rng.randbytes(rng.randrange(1, 400_000)) for i in range(12)}
                           | {"clips/large.mp4": rng.randbytes(2 * PART + 1000), "tables/empty.json": b"", "plan.json": b"{}",
                              "clips/ä + %41.mp4": b"name"})
    want = push_kit.tree_of(data)
    server = s3_kit.Server(python, work, options.server)
    s3 = server.s3
    s3.tree = server.tree
    try:
        push = push_kit.Pusher(options.program, push_kit.environment(
            AWS_ENDPOINT_URL=server.url, AWS_ACCESS_KEY_ID=server.key, AWS_SECRET_ACCESS_KEY=server.secret))
        seconds = plain(s3, push, data, want)
        resumed(s3, push, data, want)
        messages(push, data)
        circles(push, data)
        faults(s3, push, server.port, data, want, seconds)
    finally:
        server.stop()
    return push_kit.finish()


with tempfile.TemporaryDirectory() as folder:
    work = pathlib.Path(folder)
    sys.exit(main())
