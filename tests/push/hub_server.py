"""A stand-in for the hub, for tests: hub_server.py [--port N]

The part of its HTTP interface that the official client uses for dataset repositories: who am I,
create, info, tree, preupload, LFS batch with parts, storage, verify, commit, tags, branches, and
download. It is strict: it checks every size and digest, refuses commits of objects that it was not
given, paths that the hub refuses, tokens that are unknown or may not write, and a storage request
that carries a token. Everything is in memory.

As a module: Hub() with .faults to set, .commits and .tree() to look at, and start() / stop().
"""
import argparse
import base64
import hashlib
import http.server
import json
import random
import socket
import struct
import threading
import time
import urllib.parse

MEMBERS = {"hf_writer_token": ("me", "write"), "hf_reader_token": ("me", "read")}
LFS_ABOVE = 10_000_000
BINARY = (".mp4", ".zip", ".parquet", ".npz", ".png", ".tar", ".bin", ".webp", ".glb")
MULTIPART_ABOVE = 100_000  # the hub's are larger; the protocol is the same
CHUNK = 60_000
GITATTRIBUTES = "".join(f"*{suffix} filter=lfs diff=lfs merge=lfs -text\n" for suffix in BINARY).encode()


class Refuse(Exception):
    def __init__(self, status, message, code=None, headers=None):
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers or {}


class Faults:
    """What goes wrong, by chance of a seeded generator: shares of all requests."""

    def __init__(self, seed=0, **shares):
        self.random = random.Random(seed)
        self.shares = shares
        self.counts = {}
        self.lock = threading.Lock()

    def draw(self):
        with self.lock:
            x = self.random.random()
            for name, share in self.shares.items():
                if x < share:
                    self.counts[name] = self.counts.get(name, 0) + 1
                    return name
                x -= share
        return None


def blob_id(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Entry:
    """A file of a commit: regular content, or an LFS object."""

    def __init__(self, content, lfs):
        self.content, self.lfs, self.size = content, lfs, len(content)
        self.sha256 = hashlib.sha256(content).hexdigest()
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {self.size}\n".encode()
        self.oid = blob_id(pointer if lfs else content)
        self.pointer_size = len(pointer)

    def describe(self, path):
        row = {"type": "file", "path": path, "size": self.size, "oid": self.oid}
        if self.lfs:
            row["lfs"] = {"oid": self.sha256, "size": self.size, "pointerSize": self.pointer_size}
        return row


class Repo:
    def __init__(self, name, private):
        self.name, self.private = name, private
        self.commits = []  # dicts: oid, parent, summary, paths, branch
        self.trees = {}    # commit -> {path: Entry}
        self.branches, self.tags = {}, {}
        self.apply("main", "initial commit", {".gitattributes": Entry(GITATTRIBUTES, False)}, [])

    def apply(self, branch, summary, add, remove):
        parent = self.branches.get(branch)
        tree = dict(self.trees.get(parent, {}))
        changed = sorted(p for p, e in add.items() if p not in tree or tree[p].oid != e.oid)
        for path in remove:
            tree.pop(path)
        tree.update(add)
        oid = hashlib.sha1(f"{self.name} {len(self.commits)} {summary}".encode()).hexdigest()
        self.commits.append({"oid": oid, "parent": parent, "summary": summary, "branch": branch, "sent": sorted(add),
                             "changed": changed, "removed": sorted(remove), "bytes": sum(e.size for e in add.values())})
        self.trees[oid] = tree
        self.branches[branch] = oid
        return oid

    def commit_of(self, revision):
        oid = self.branches.get(revision) or self.tags.get(revision) or (revision if revision in self.trees else None)
        if not oid:
            raise Refuse(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return oid


class Hub:
    def __init__(self, faults=None):
        self.repos, self.objects, self.parts = {}, {}, {}
        self.faults = faults or Faults()
        self.binary = BINARY # names that its .gitattributes sends to LFS
        self.lock = threading.RLock()
        self.requests = {}   # "METHOD kind" -> how many
        self.log = []
        self.uploads = {}    # sha256 -> how many times its bytes arrived
        self.unknown = set() # sha256 of what arrived, and the client was not told
        self.defects = []    # what a client must not do

    # ---- looked at by tests

    def tree(self, name, revision="main"):
        """{path: (size, sha256)} without the hub's own file"""
        repo = self.repos[name]
        tree = repo.trees[repo.commit_of(revision)]
        return {p: (e.size, e.sha256) for p, e in tree.items() if p != ".gitattributes"}

    # ---- who

    def member(self, headers, write=False, owner=None):
        text = headers.get("Authorization", "")
        if not text:
            if write:
                raise Refuse(401, "Invalid username or password.")
            return None
        token = text.removeprefix("Bearer ")
        if token not in MEMBERS:
            raise Refuse(401, "Invalid credentials in Authorization header")
        name, role = MEMBERS[token]
        if write and (role != "write" or owner not in (None, name)):
            raise Refuse(403, f'You don\'t have the rights to create a dataset under the namespace "{owner}"'
                         if role == "write" else "Your token only has read permission")
        return name

    def repo(self, name, headers, write=False):
        member = self.member(headers, write, name.split("/")[0])
        repo = self.repos.get(name)
        if not repo or (repo.private and member != name.split("/")[0]):
            raise Refuse(404 if member else 401, "Repository not found", "RepoNotFound")
        return repo

    # ---- requests: each gives (status, JSON or bytes, headers)

    def whoami(self, headers):
        name = self.member(headers)
        if not name:
            raise Refuse(401, "Invalid username or password.")
        role = MEMBERS[headers["Authorization"].removeprefix("Bearer ")][1]
        return 200, {"type": "user", "name": name, "orgs": [], "auth": {"accessToken": {"role": role}}}, {}

    def create(self, body, headers):
        value = json.loads(body)
        if value.get("type") != "dataset":
            raise Refuse(400, "only datasets here")
        owner = value.get("organization") or self.member(headers, True)
        self.member(headers, True, owner)
        name = f"{owner}/{value['name']}"
        address = {"url": f"{self.endpoint}/datasets/{name}", "name": name, "id": name}
        if name in self.repos:
            return 409, {"error": "You already created this dataset repo", **address}, {}
        self.repos[name] = Repo(name, value.get("visibility") == "private" or bool(value.get("private")))
        return 200, address, {}

    def info(self, name, revision, headers):
        repo = self.repo(name, headers)
        oid = repo.commit_of(revision)
        siblings = [{"rfilename": p} for p in sorted(repo.trees[oid])]
        return 200, {"_id": "0" * 24, "id": name, "author": name.split("/")[0], "sha": oid, "private": repo.private,
                     "disabled": False, "gated": False, "tags": [], "downloads": 0, "likes": 0, "siblings": siblings}, {}

    def listing(self, name, revision, folder, query, headers):
        repo = self.repo(name, headers)
        tree = repo.trees[repo.commit_of(revision)]
        prefix = folder + "/" if folder else ""
        recursive = query.get("recursive", ["false"])[0].lower() in ("true", "1")
        rows, folders = [], set()
        for path, entry in tree.items():
            if not path.startswith(prefix):
                continue
            rest = path[len(prefix):].split("/")
            folders.update(prefix + "/".join(rest[:i]) for i in range(1, len(rest) if recursive else min(len(rest), 2)))
            if recursive or len(rest) == 1:
                rows.append(entry.describe(path))
        rows += [{"type": "directory", "path": f, "size": 0, "oid": blob_id(f.encode())} for f in folders]
        rows.sort(key=lambda r: r["path"])
        expand = query.get("expand", ["false"])[0].lower() in ("true", "1")
        page = 100 if expand else 1000
        at = int(query.get("cursor", ["0"])[0])
        more = {}
        if at + page < len(rows):
            flat = {k: v[0] for k, v in query.items()} | {"cursor": at + page}
            url = f"{self.endpoint}/api/datasets/{name}/tree/{revision}/{folder}?{urllib.parse.urlencode(flat)}"
            more = {"Link": f'<{url}>; rel="next"'}
        return 200, rows[at:at + page], more

    def paths_info(self, name, revision, body, headers):
        repo = self.repo(name, headers)
        tree = repo.trees[repo.commit_of(revision)]
        value = urllib.parse.parse_qs(body.decode()) if body[:1] != b"{" else json.loads(body)
        return 200, [tree[p].describe(p) for p in value.get("paths", []) if p in tree], {}

    def refs(self, name, headers):
        repo = self.repo(name, headers)
        row = lambda kind, n, oid: {"name": n, "ref": f"refs/{kind}/{n}", "targetCommit": oid}
        return 200, {"branches": [row("heads", n, o) for n, o in repo.branches.items()], "converts": [],
                     "tags": [row("tags", n, o) for n, o in repo.tags.items()]}, {}

    def goes_to_lfs(self, path, size):
        return size > 0 and (path.endswith(self.binary) or size > LFS_ABOVE)

    def preupload(self, name, revision, body, headers):
        repo = self.repo(name, headers, True)
        tree = repo.trees[repo.commit_of(revision)]
        files = json.loads(body)["files"]
        if len(files) > 256:
            raise Refuse(413, "too many files")
        rows = []
        for f in files:
            if len(base64.b64decode(f["sample"])) != min(512, f["size"]):
                self.defects.append(f"preupload: sample of {f['path']}")
            lfs = self.goes_to_lfs(f["path"], f["size"])
            row = {"path": f["path"], "uploadMode": "lfs" if lfs else "regular", "shouldIgnore": False}
            there = tree.get(f["path"])
            if there:
                row["oid"] = there.sha256 if there.lfs else there.oid
            rows.append(row)
        return 200, {"files": rows, "commitOid": repo.commit_of(revision)}, {}

    def batch(self, name, body, headers):
        self.repo(name, headers, True)
        value = json.loads(body)
        if value["operation"] != "upload" or value.get("hash_algo") != "sha256" or len(value["objects"]) > 256:
            raise Refuse(422, "bad batch")
        rows = []
        for o in value["objects"]:
            row = {"oid": o["oid"], "size": o["size"]}
            if o["oid"] not in self.objects:
                where = f"{self.endpoint}/storage/{name}/{o['oid']}/{o['size']}"
                upload = {"href": where}
                if o["size"] > MULTIPART_ABOVE and "multipart" in value["transfers"]:
                    n = -(-o["size"] // CHUNK)
                    upload = {"href": f"{self.endpoint}/complete/{name}/{o['oid']}/{o['size']}",
                              "header": {"chunk_size": str(CHUNK)} | {f"{i + 1:05}": f"{where}/{i + 1}" for i in range(n)}}
                row["actions"] = {"upload": upload, "verify": {"href": f"{self.endpoint}/verify/{name}", "header": {}}}
            rows.append(row)
        return 200, {"transfer": "basic", "objects": rows}, {}

    def store(self, oid, size, part, body, headers):
        if headers.get("Authorization"):
            self.defects.append("a token went to the storage")
        if "chunked" in headers.get("Transfer-Encoding", ""):
            raise Refuse(501, "Transfer-Encoding: chunked is not taken here")
        if part is not None:
            want = min(CHUNK, size - (part - 1) * CHUNK)
            if len(body) != want:
                raise Refuse(400, f"part {part} of {oid}: {len(body)} bytes, not {want}")
            etag = hashlib.md5(body).hexdigest()
            self.parts.setdefault(oid, {})[part] = (etag, body)
            return 200, b"", {"ETag": f'"{etag}"'}
        self.keep(oid, size, body)
        return 200, b"", {"ETag": f'"{hashlib.md5(body).hexdigest()}"'}

    def keep(self, oid, size, body):
        if len(body) != size or hashlib.sha256(body).hexdigest() != oid:
            raise Refuse(400, "The SHA256 you specified did not match what we received.")
        self.objects[oid] = body
        self.uploads[oid] = self.uploads.get(oid, 0) + 1

    def complete(self, oid, size, body):
        value = json.loads(body)
        parts = self.parts.get(oid, {})
        asked = [(p["partNumber"], p["etag"].strip('"')) for p in value["parts"]]
        if value["oid"] != oid or asked != sorted((n, e) for n, (e, _) in parts.items()):
            if oid not in self.objects:
                raise Refuse(400, "the parts are not those that were sent")
            return 200, {}, {}
        self.keep(oid, size, b"".join(parts[n][1] for n, _ in asked))
        del self.parts[oid]
        return 200, {}, {}

    def verify(self, name, body, headers):
        self.repo(name, headers, True)
        value = json.loads(body)
        if len(self.objects.get(value["oid"], b"")) != value["size"] or value["oid"] not in self.objects:
            raise Refuse(404, "no such object")
        return 200, {}, {}

    def check_path(self, path):
        parts = path.split("/")
        if any(p in ("", ".", "..", ".git") for p in parts) or ".cache" in parts or len(path) > 1024:
            raise Refuse(400, f"Invalid path: {path}")

    def commit(self, name, revision, body, headers):
        repo = self.repo(name, headers, True)
        if headers.get("Content-Type") != "application/x-ndjson":
            raise Refuse(400, "not ndjson")
        if revision not in repo.branches:
            raise Refuse(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        lines = [json.loads(line) for line in body.splitlines()]
        if not lines or lines[0]["key"] != "header" or not lines[0]["value"].get("summary"):
            raise Refuse(400, "a commit begins with its header")
        header = lines[0]["value"]
        head = repo.branches[revision]
        if header.get("parentCommit") not in (None, head):
            raise Refuse(412, "A commit has happened since. Please refresh and try again.")
        tree, add, remove = repo.trees[head], {}, []
        for line in lines[1:]:
            value = line["value"]
            self.check_path(value["path"])
            if value["path"] in add or value["path"] in remove:
                raise Refuse(400, f"{value['path']} comes twice")
            if line["key"] == "file":
                content = base64.b64decode(value["content"])
                if value["encoding"] != "base64" or self.goes_to_lfs(value["path"], len(content)):
                    raise Refuse(400, f"Your push was rejected: {value['path']} must go to LFS")
                add[value["path"]] = Entry(content, False)
            elif line["key"] == "lfsFile":
                content = self.objects.get(value["oid"])
                if value["algo"] != "sha256" or content is None or len(content) != value.get("size", len(content)):
                    raise Refuse(400, f"LFS pointer pointed to a file that does not exist: {value['path']}")
                add[value["path"]] = Entry(content, True)
            elif line["key"] == "deletedFile" and value["path"] in tree:
                remove.append(value["path"])
            else:
                raise Refuse(400, f"A file with this name doesn't exist: {value['path']}")
        folders = {}
        for path in {**tree, **add}:
            folders.setdefault(path.rpartition("/")[0], []).append(path)
        if any(len(v) > 10_000 for v in folders.values()):
            raise Refuse(400, "a folder of more than 10000 files")
        oid = repo.apply(revision, header["summary"], add, remove)
        return 200, {"success": True, "commitOid": oid, "commitUrl": f"{self.endpoint}/datasets/{name}/commit/{oid}",
                     "hookOutput": ""}, {}

    def tag(self, name, revision, body, headers):
        repo = self.repo(name, headers, True)
        tag = json.loads(body)["tag"]
        if tag in repo.tags:
            raise Refuse(409, "Tag reference exists already")
        repo.tags[tag] = repo.commit_of(revision)
        return 200, {}, {}

    def untag(self, name, tag, headers):
        repo = self.repo(name, headers, True)
        if tag not in repo.tags:
            raise Refuse(404, "no such tag", "RevisionNotFound")
        del repo.tags[tag]
        return 200, {}, {}

    def branch(self, name, branch, body, headers):
        repo = self.repo(name, headers, True)
        if branch in repo.branches:
            raise Refuse(409, "Reference already exists")
        start = json.loads(body or b"{}").get("startingPoint", "main")
        repo.branches[branch] = repo.commit_of(start)
        return 200, {}, {}

    def resolve(self, name, revision, path, headers):
        repo = self.repo(name, headers)
        oid = repo.commit_of(revision)
        entry = repo.trees[oid].get(path)
        if not entry:
            raise Refuse(404, "Entry not found", "EntryNotFound", {"X-Repo-Commit": oid})
        etag = entry.sha256 if entry.lfs else entry.oid
        more = {"X-Repo-Commit": oid, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        if entry.lfs:
            more |= {"X-Linked-Size": str(entry.size), "X-Linked-Etag": f'"{etag}"'}
        return 200, entry.content, more

    def validate_yaml(self, body):
        content = json.loads(body)["content"]
        if not content.startswith("---\n") or "\n---\n" not in content[4:]:
            return 200, {"errors": [], "warnings": [{"message": "empty or missing yaml metadata in repo card"}]}, {}
        return 200, {"errors": [], "warnings": []}, {}

    def route(self, method, path, query, body, headers):
        p = path.strip("/").split("/")
        q = urllib.parse.unquote
        if p[:2] == ["api", "whoami-v2"]:
            return self.whoami(headers)
        if (method, p) == ("POST", ["api", "repos", "create"]):
            return self.create(body, headers)
        if p == ["api", "validate-yaml"]:
            return self.validate_yaml(body)
        if p[0] == "storage" and method == "PUT":
            return self.store(p[3], int(p[4]), int(p[5]) if len(p) > 5 else None, body, headers)
        if p[0] == "complete" and method == "POST":
            return self.complete(p[3], int(p[4]), body)
        if p[0] == "verify" and method == "POST":
            return self.verify(f"{p[1]}/{p[2]}", body, headers)
        if p[0] == "datasets" and p[2].endswith(".git"):
            return self.batch(f"{p[1]}/{p[2][:-4]}", body, headers)
        if p[0] == "datasets" and p[3] == "resolve":
            return self.resolve(f"{p[1]}/{p[2]}", q(p[4]), q("/".join(p[5:])), headers)
        if p[:2] == ["api", "datasets"] and len(p) >= 4:
            name, rest = f"{p[2]}/{p[3]}", [q(x) for x in p[4:]]
            if method == "GET" and (not rest or rest[0] == "revision"):
                return self.info(name, rest[1] if rest else "main", headers)
            if method == "GET" and rest[0] == "tree":
                return self.listing(name, rest[1], "/".join(rest[2:]), query, headers)
            if method == "GET" and rest[0] == "refs":
                return self.refs(name, headers)
            known = {"preupload": self.preupload, "commit": self.commit, "tag": self.tag, "branch": self.branch,
                     "paths-info": self.paths_info}
            if method == "POST" and rest[0] in known:
                return known[rest[0]](name, rest[1], body, headers)
            if method == "DELETE" and rest[0] == "tag":
                return self.untag(name, rest[1], headers)
        raise Refuse(404, f"no such endpoint: {method} {path}")

    # ---- serving

    def start(self, port=0):
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = lambda handler: hub.serve(handler)

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass  # a client that was killed

        self.server = Server(("127.0.0.1", port), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.endpoint

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def hang_up(handler):
        """As a broken line does: with a reset, in the middle of anything."""
        handler.close_connection = True
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    def serve(self, handler):
        fault = self.faults.draw()
        size = int(handler.headers.get("Content-Length") or 0)
        if fault == "drop":
            handler.rfile.read(size // 2)
            return self.hang_up(handler)
        if fault == "slow":
            time.sleep(0.5)
        body = handler.rfile.read(size)
        if len(body) != size:
            return self.hang_up(handler)
        url = urllib.parse.urlsplit(handler.path)
        if fault == "429":
            return self.answer(handler, 429, {"error": "Too Many Requests"}, {"Retry-After": "1"})
        if fault == "500":
            return self.answer(handler, 500, {"error": "Internal Server Error"}, {})
        try:
            with self.lock:
                status, value, more = self.route(handler.command, url.path, urllib.parse.parse_qs(url.query), body,
                                                 handler.headers)
                self.log.append((handler.command, url.path, status))
        except Refuse as e:
            more = {"X-Error-Message": e.message, **e.headers} | ({"X-Error-Code": e.code} if e.code else {})
            status, value = e.status, {"error": e.message}
            self.log.append((handler.command, url.path, status))
        except Exception as e:  # a request that this stand-in does not know
            self.defects.append(f"{handler.command} {handler.path}: {e!r}")
            status, value, more = 500, {"error": repr(e)}, {}
        if fault == "lost":
            if url.path.startswith(("/storage/", "/complete/")):
                self.unknown.add(url.path.split("/")[4])
            return self.hang_up(handler)
        self.answer(handler, status, value, more)

    def answer(self, handler, status, value, more):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        span = handler.headers.get("Range")
        if status == 200 and span and isinstance(value, bytes):
            first, last = span.removeprefix("bytes=").split("-")
            first, last = int(first), int(last) if last else len(body) - 1
            more = {**more, "Content-Range": f"bytes {first}-{last}/{len(body)}"}
            body, status = body[first:last + 1], 206
        try:
            handler.send_response(status)
            for key, text in more.items():
                handler.send_header(key, text)
            handler.send_header("Content-Type", "application/octet-stream" if isinstance(value, bytes) else "application/json")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            if handler.command != "HEAD":
                handler.wfile.write(body)
        except OSError:
            handler.close_connection = True


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=8123)
    hub = Hub()
    print(hub.start(arguments.parse_args().port), flush=True)
    threading.Event().wait()
