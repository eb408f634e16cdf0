"""Services on this machine that answer as the real ones do, note what they were sent, and cut connections on demand.

What belongs here: a Zenodo, a Hugging Face Hub and an S3 bucket (moto's) as far as publishing needs them. Their answers
have the fields and codes that the services document.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "token-that-nobody-may-see"


class Recorded:
    """What the services share: what they were sent, and when they cut the connection.

    Attributes:
        log: Method and path of every request that was let in, in order.
        cut: Cut the connection at the request of this number (1 is the first); None: never.
        late: Cut it after the request was obeyed, so that only the answer is lost.
        tokens: What came as Authorization.
    """

    def __init__(self) -> None:
        self.log: list[tuple[str, str]] = []
        self.cut: int | None = None
        self.late = False
        self.tokens: list[str | None] = []
        self.url = ""
        self.lock = threading.Lock()

    def strike(self, method: str, path: str) -> bool:
        """Note a request; whether it is the one to cut off. Once it struck, everything after it is cut too."""
        with self.lock:
            self.log.append((method, path))
            return self.cut is not None and len(self.log) >= self.cut

    def quiet(self) -> None:
        """Forget what was sent, and cut nothing any more."""
        self.log.clear()
        self.cut = None

    def sent(self, pattern: str) -> list[str]:
        """Paths of requests that match `METHOD path`."""
        return [path for method, path in self.log if re.search(pattern, f"{method} {path}")]


class Service(Recorded, ABC):
    """A service whose answers are our own."""

    @abstractmethod
    def answer(self, method: str, path: str, body: bytes, headers: Any) -> tuple[int, Any]:
        """Obey one request: code and JSON, or bytes."""


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """Serve on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service.tokens.append(self.headers.get("Authorization"))
            struck = service.strike(self.command, self.path)
            if not struck or (service.late and len(service.log) == service.cut):
                with service.lock:
                    code, told = service.answer(self.command, self.path, body, self.headers)
            if struck:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            content = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _do

        def log_message(self, *_: Any) -> None:
            return

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


class Deposits(Service):
    """Zenodo's deposit API."""

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[int, dict[str, Any]] = {}
        self.content: dict[int, dict[str, bytes]] = {}

    def published(self) -> list[str]:
        """Versions that anyone can see, oldest first."""
        return [record["metadata"]["version"] for record in self.records.values() if record["submitted"]]

    def answer(self, method: str, path: str, body: bytes, headers: Any) -> tuple[int, Any]:
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"status": 401, "message": f"bad token {headers.get('Authorization')}"}
        parts = urlsplit(path).path.strip("/").split("/")
        if parts[:2] == ["api", "files"]:
            number, name = int(parts[2]), unquote(parts[3])
            self.content[number][name] = body
            return 201, {"key": name}
        if len(parts) == 3 and method == "GET":
            page = int(re.search(r"page=(\d+)", path)[1])  # type: ignore[index]
            return 200, [self._shown(number) for number in self.records] if page == 1 else []
        if len(parts) == 3:
            return 201, self._shown(self._new(json.loads(body)["metadata"], {}))
        number, rest = int(parts[3]), parts[4:]
        if rest == ["actions", "newversion"]:
            open_ = [one for one, record in self.records.items() if not record["submitted"]]
            draft = open_[0] if open_ else self._new(dict(self.records[number]["metadata"]), self.content[number])
            return 201, {
                **self._shown(number),
                "links": {"latest_draft": f"{self.url}/api/deposit/depositions/{draft}"},
            }
        if rest == ["actions", "publish"]:
            self.records[number]["submitted"] = True
            return 202, self._shown(number)
        if rest[:1] == ["files"] and method == "DELETE":
            del self.content[number][bytes.fromhex(rest[1]).decode()]
            return 204, b""
        if method == "PUT":
            self.records[number]["metadata"] = json.loads(body)["metadata"]
        return 200, self._shown(number)

    def _new(self, metadata: dict[str, Any], files: dict[str, bytes]) -> int:
        number = len(self.records) + 101
        self.records[number] = {"id": number, "submitted": False, "state": "unsubmitted", "metadata": metadata}
        self.content[number] = dict(files)
        return number

    def _shown(self, number: int) -> dict[str, Any]:
        files = [
            {"id": name.encode().hex(), "filename": name, "filesize": len(content),
             "checksum": hashlib.md5(content).hexdigest()}
            for name, content in self.content[number].items()
        ]  # fmt: skip
        links = {"bucket": f"{self.url}/api/files/{number}", "record_html": f"{self.url}/records/{number}"}
        return {**self.records[number], "files": files, "links": links}


class Hub(Service):
    """The Hugging Face Hub's API for one dataset repository; Parquet and files above 4 kB go to its storage."""

    def __init__(self) -> None:
        super().__init__()
        self.storage: dict[str, bytes] = {}
        self.commits: list[dict[str, bytes]] = [{".gitattributes": b"*.parquet filter=lfs\n"}]
        self.tags: dict[str, str] = {}
        self.elsewhere = ""
        """Where files are to be uploaded; empty: here."""

    @property
    def main(self) -> dict[str, bytes]:
        """What readers see."""
        return self.commits[-1]

    def answer(self, method: str, path: str, body: bytes, headers: Any) -> tuple[int, Any]:
        place = urlsplit(path).path
        if place.startswith("/storage/"):
            self.storage[hashlib.sha256(body).hexdigest()] = body
            return 200, b""
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"error": "Invalid credentials"}
        if "/datasets/someone/kakehashi" not in place:
            return 404, {"error": "Repository not found"}
        for word, respond in self._ways().items():
            if word in place:
                return respond(place, body)
        return 404, {"error": "no such thing"}

    def _ways(self) -> dict[str, Callable[[str, bytes], tuple[int, Any]]]:
        return {
            "/revision/main": lambda *_: (200, {"sha": self._sha()}),
            "/tree/main": lambda *_: (200, [self._entry(name, content) for name, content in self.main.items()]),
            "/refs": lambda *_: (200, {"tags": [{"name": n, "targetCommit": c} for n, c in self.tags.items()]}),
            "/resolve/main/release.json": lambda *_: (200, self.main["release.json"]),
            "/preupload/main": self._preupload,
            "/objects/batch": self._batch,
            "/verify": lambda *_: (200, {}),
            "/commit/main": self._commit,
            "/tag/": self._tagged,
        }

    def _sha(self) -> str:
        return f"{len(self.commits):040x}"

    @staticmethod
    def _large(name: str, size: int) -> bool:
        return name.endswith(".parquet") or size > 4000

    def _entry(self, name: str, content: bytes) -> dict[str, Any]:
        entry = {"type": "file", "path": name, "size": len(content)}
        entry["oid"] = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        if self._large(name, len(content)):
            entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}
        return entry

    def _preupload(self, _: str, body: bytes) -> tuple[int, Any]:
        asked = json.loads(body)["files"]
        return 200, {"files": [
            {"path": one["path"], "uploadMode": "lfs" if self._large(one["path"], one["size"]) else "regular"}
            for one in asked
        ]}  # fmt: skip

    def _batch(self, _: str, body: bytes) -> tuple[int, Any]:
        told: list[dict[str, Any]] = []
        for one in json.loads(body)["objects"]:
            if one["oid"] in self.storage:
                told.append(dict(one))
                continue
            upload = {"href": f"{self.elsewhere or self.url}/storage/{one['oid']}?signature=x"}
            verify = {"href": f"{self.url}/datasets/someone/kakehashi.git/verify"}
            told.append({**one, "actions": {"upload": upload, "verify": verify}})
        return 200, {"transfer": "basic", "objects": told}

    def _commit(self, _: str, body: bytes) -> tuple[int, Any]:
        files = dict(self.main)
        for line in map(json.loads, body.decode().splitlines()):
            value = line["value"]
            if line["key"] == "header" and value["parentCommit"] != self._sha():
                return 412, {"error": "main has moved"}
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            if line["key"] == "lfsFile":
                if value["oid"] not in self.storage:
                    return 400, {"error": f"no object {value['oid']}"}
                files[value["path"]] = self.storage[value["oid"]]
            if line["key"] == "deletedFile":
                del files[value["path"]]
        self.commits.append(files)
        return 200, {"commitOid": self._sha(), "commitUrl": "x"}

    def _tagged(self, path: str, body: bytes) -> tuple[int, Any]:
        name = json.loads(body)["tag"]
        if name in self.tags:
            return 409, {"error": "tag exists"}
        self.tags[name] = path.rpartition("/")[2]
        return 200, {}


class Bucket(Recorded):
    """Moto's S3 behind a gate that notes and cuts."""

    def application(self, environ: dict[str, Any], start: Any) -> Any:
        struck = self.strike(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if struck and not (self.late and len(self.log) == self.cut):
            self._cut(environ)
        answer = self._moto(environ, start)
        if struck:
            self._cut(environ)
        return answer

    @staticmethod
    def _cut(environ: dict[str, Any]) -> None:
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError

    def serve(self) -> Any:
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import make_server

        self._moto = DomainDispatcherApplication(create_backend_app)
        server = make_server("127.0.0.1", 0, self.application, threaded=True)
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server
