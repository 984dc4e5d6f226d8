"""A real S3 server on loopback that checks signatures: moto's, or versitygw."""
import hashlib
import http.server
import itertools
import json
import socket
import subprocess
import threading
import time

import boto3
import botocore.config
import push_kit


def client(port, key, secret, service="s3"):
    return boto3.client(service, endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
                        aws_access_key_id=key, aws_secret_access_key=secret,
                        config=botocore.config.Config(proxies={}, retries={"max_attempts": 0}))


class Server:
    """With a bucket named "bucket", and keys that may do everything."""

    def __init__(self, python, work, versitygw=None):
        with socket.create_server(("127.0.0.1", 0)) as s:
            self.port = s.getsockname()[1]
        env = push_kit.environment(ROOT_ACCESS_KEY_ID="root-key", ROOT_SECRET_ACCESS_KEY="root-secret",
                                   INITIAL_NO_AUTH_ACTION_COUNT="3")
        command = [python, "-m", "moto.server", "-p", str(self.port)]
        if versitygw:
            (work / "root").mkdir()
            command = [versitygw, "--port", f"127.0.0.1:{self.port}", "posix", str(work / "root")]
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}"
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            except OSError:
                time.sleep(0.1)
        self.key, self.secret = ("root-key", "root-secret") if versitygw else self.make_user()
        self.s3 = client(self.port, self.key, self.secret)
        self.s3.create_bucket(Bucket="bucket")

    def make_user(self):
        """The first three requests are not checked: they make somebody who is."""
        iam = client(self.port, "any", "thing", "iam")
        iam.create_user(UserName="pusher")
        everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        iam.put_user_policy(UserName="pusher", PolicyName="all", PolicyDocument=json.dumps(everything))
        pair = iam.create_access_key(UserName="pusher")["AccessKey"]
        return pair["AccessKeyId"], pair["SecretAccessKey"]

    def tree(self, prefix):
        """{path: (size, sha256)} and the digests that the objects carry"""
        found, carried = {}, {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket="bucket", Prefix=prefix + "/"):
            for row in page.get("Contents", []):
                o = self.s3.get_object(Bucket="bucket", Key=row["Key"])
                content = o["Body"].read()
                name = row["Key"].removeprefix(prefix + "/")
                found[name] = (len(content), hashlib.sha256(content).hexdigest())
                carried[name] = o["Metadata"].get("sha256")
        return found, carried

    def stop(self):
        self.process.kill()
        self.process.wait()


class Circle:
    """A bad server: its list of objects goes on with these tokens, in turn and for ever."""

    def __init__(self, tokens):
        turn = itertools.cycle(tokens)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                token = next(turn)
                token = token and f"<NextContinuationToken>{token}</NextContinuationToken>"
                body = f"<ListBucketResult><IsTruncated>true</IsTruncated>{token}</ListBucketResult>".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def start(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.server.server_address[1]
