"""A hub on the loopback interface, well-behaved or not, and a client process that calls the command line against it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

_CLIENT = """
import json, sys, time
from click.testing import CliRunner
from pytest_socket import socket_allow_hosts
from rnnbench.cli.main import commands
socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
for line in sys.stdin:
    begun = time.monotonic()
    done = CliRunner().invoke(commands, json.loads(line))
    answer = {"code": done.exit_code, "out": done.stdout, "err": done.stderr, "exception": repr(done.exception)}
    print(json.dumps({**answer, "seconds": time.monotonic() - begun}), flush=True)
"""


class LoopbackHub(ThreadingHTTPServer):
    """Serves ``repositories``: repository -> revision -> path -> content; the last revision is the newest.

    ``behaviour`` is how it misbehaves, by name, or nothing.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, dict[str, dict[str, bytes]]] = {}
        self.behaviour = ""
        self.requests: list[str] = []
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Client:
    """A process that calls the command line as often as it is asked: libraries read HF_ENDPOINT when imported."""

    def __init__(self, hub: LoopbackHub, home: Path) -> None:
        self.home = home
        environment = {"HF_ENDPOINT": hub.url, "HF_HOME": str(home / "hf"), "RNNBENCH_CACHE": str(home / "prepared")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CLIENT],
            cwd=home,
            env={**os.environ, **environment, "HF_HUB_DOWNLOAD_TIMEOUT": "1", "RNNBENCH_DATA": "", "COLUMNS": "200"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str) -> dict[str, object]:
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LoopbackHub

    def log_message(self, *_arguments: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(path)
        if self.server.behaviour == "silent":
            self.server.closing.wait(20)
            return
        if self.server.behaviour == "broken":
            self.answer(500, b"<html>out of order</html>")
            return
        if path.startswith("/api/datasets/"):
            self.describe(path.removeprefix("/api/datasets/"))
        elif path.startswith("/datasets/"):
            repository, _, rest = path.removeprefix("/datasets/").partition("/resolve/")
            revision, _, name = rest.partition("/")
            self.serve_file(repository, revision, name)
        else:
            self.answer(404, b"")

    def describe(self, path: str) -> None:
        repository = next((name for name in self.server.repositories if path.startswith(name)), None)
        if repository is None:
            self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            return
        revisions = self.server.repositories[repository]
        kind, _, asked = path.removeprefix(repository).strip("/").partition("/")
        sha = asked.partition("/")[0] or list(revisions)[-1]
        if self.server.behaviour == "wrong revision" and kind != "tree":
            sha = list(revisions)[-1]
        if sha not in revisions:
            self.answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
            return
        files = revisions[sha].items()
        if kind == "tree":
            found = [{"type": "file", "path": name, "size": len(text), "oid": blob(text)} for name, text in files]
            self.answer(200, json.dumps(found).encode())
            return
        siblings = [{"rfilename": name, "size": len(text), "blobId": blob(text)} for name, text in files]
        self.answer(200, json.dumps({"id": repository, "sha": sha, "siblings": siblings}).encode())

    def serve_file(self, repository: str, revision: str, name: str) -> None:
        content = self.server.repositories.get(repository, {}).get(revision, {}).get(name)
        if content is None:
            self.answer(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        headers = {"ETag": f'"{blob(content)}"', "X-Repo-Commit": revision}
        if self.server.behaviour == "altered":
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.answer(200, content, headers)

    def answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        is_file = "/resolve/" in self.path
        if is_file and self.server.behaviour == "truncated":
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
            self.connection.close()
        elif is_file and self.server.behaviour == "slow":
            for start in range(0, len(content), len(content) // 4 + 1):
                self.wfile.write(content[start : start + len(content) // 4 + 1])
                self.wfile.flush()
                time.sleep(0.1)
        else:
            self.wfile.write(content)


def blob(content: bytes) -> str:
    """Git's name for a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
