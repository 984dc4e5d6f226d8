"""A bad line to an HTTP server, for tests: a proxy that breaks some of the requests.

FaultProxy(port).start() gives its own port. One request a connection, so that each meets its fate:
"drop" breaks the connection in the middle of the body, "lost" takes the answer away, "429", "500"
and "503" answer without asking the server, "slow" waits. Shares and seed as in hub_server.Faults.
"""
import re
import select
import socket
import struct
import threading
import time

ANSWERS = {
    "429": b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n",
    "500": b"HTTP/1.1 500 Internal Server Error\r\n",
    "503": b"HTTP/1.1 503 Slow Down\r\n",
}
BODY = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class FaultProxy:
    def __init__(self, server_port, faults):
        self.server_port, self.faults = server_port, faults
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def start(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self.port

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            self.relay(client)
        except OSError:
            pass
        finally:
            client.close()

    def relay(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            data = client.recv(65536)
            if not data:
                return
            head += data
        head, body = head.split(b"\r\n\r\n", 1)
        length = int((re.search(rb"(?mi)^content-length:\s*(\d+)", head) or [0, b"0"])[1])
        fault = self.faults.draw()
        if fault == "slow":
            time.sleep(0.5)
        if fault in ANSWERS:
            # an answer before the body is read: as a busy server does
            client.sendall(ANSWERS[fault] + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)
            client.settimeout(1)
            while client.recv(65536):
                pass
            return
        head = re.sub(rb"(?mi)^connection:.*\r\n", b"", head) + b"\r\nConnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.server_port)) as server:
            server.sendall(head + body)
            self.pump(client, server, length - len(body), fault)

    def pump(self, client, server, left, fault):
        """Both ways until the server has answered."""
        stop_at = left // 2 if fault == "drop" else None
        if fault == "drop" and left <= 0:
            return reset(client)
        while True:
            ready, _, _ = select.select([client, server], [], [], 60)
            if not ready:
                return
            if server in ready:
                data = server.recv(65536)
                if not data:
                    return
                if fault == "lost" and not data.startswith(b"HTTP/1.1 100"):
                    while server.recv(65536):
                        pass
                    return reset(client)
                client.sendall(data)
            if client in ready:
                data = client.recv(65536)
                if not data:
                    return
                left -= len(data)
                server.sendall(data)
                if stop_at is not None and left <= stop_at:
                    return reset(client)
