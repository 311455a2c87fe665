"""A Hub that answers huggingface_hub on this machine, and keeps what it gets in memory.

Paths and JSON are those of the Hugging Face Hub: repositories are made, files go up as
LFS objects or in the commit itself, and come down by commit and name.
"""

import base64
import contextlib
import functools
import hashlib
import http.server
import json
import re

import pytest
import yaml
from huggingface_hub import constants
from stand_in_servers import http_server

from kgan.export.hub import fetch

TOKEN = "hf_right"
LICENSES = ("apache-2.0", "cc-by-4.0", "mit", "unknown", "other")
REVISION = "0" * 39


class Hub:
    """Repositories of a Hub.

    Attributes:
        commits: For each repository its commits, in order: all files by name, and the
            commit's message.
        private: Names of the repositories that need the token.
        seen: `(method, path)` of each request.
        url: Its address while it runs, for the fixture `hub`.
    """

    def __init__(self):
        self.commits = {}
        self.private = set()
        self.objects = {}
        self.seen = []
        self.url = None

    def files(self, name):
        """Returns the newest files of a repository."""
        return self.commits[name][-1][0]


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A `Hub` to which this process is signed in, with an empty cache."""
    home = tmp_path / "hf"
    hub = Hub()
    with running(hub) as url:
        hub.url = url
        template = url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(home / "hub"))
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(home / "token"))
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        fetch.cache_clear()
        yield hub
        fetch.cache_clear()


@contextlib.contextmanager
def running(hub):
    """Serves a `Hub`; yields its address."""
    with http_server(functools.partial(_Handler, hub)) as url:
        yield url


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, hub, *rest):
        self.hub = hub
        super().__init__(*rest)

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer("GET")

    def do_HEAD(self):
        self._answer("HEAD")

    def do_POST(self):
        self._answer("POST")

    def do_PUT(self):
        self._answer("PUT")

    def _answer(self, method):
        path = self.path.partition("?")[0]
        self.hub.seen.append((method, path))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        for pattern, answer in _ROUTES:
            found = re.fullmatch(pattern, f"{method} {path}")
            if found:
                return answer(self, body, *found.groups())
        self._send(404, {"error": f"no such path: {method} {path}"})

    def _send(self, status, content, **headers):
        if isinstance(content, dict | list):
            content = json.dumps(content).encode()
            headers["Content-Type"] = "application/json"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _may_write(self):
        if self.token != TOKEN:
            self._send(401, {"error": "Invalid username or password."})
        return self.token == TOKEN

    def _may_read(self, name):
        hidden = name in self.hub.private and self.token != TOKEN
        found = name in self.hub.commits and not hidden
        if not found:
            error = {"error": "Repository not found"}
            self._send(404 if self.token else 401, error, X_Error_Code="RepoNotFound")
        return found

    def _validate(self, body):
        header = json.loads(body)["content"].split("---\n")[1]
        license = yaml.safe_load(header).get("license")
        if license in LICENSES:
            return self._send(200, {"errors": [], "warnings": []})
        self._send(400, f'"license" must be one of {", ".join(LICENSES)}'.encode())

    def _create(self, body):
        if not self._may_write():
            return
        asked = json.loads(body)
        name = f"{asked['organization']}/{asked['name']}"
        url = f"http://{self.headers['Host']}/{name}"
        if name in self.hub.commits:
            return self._send(409, {"error": "You already created it", "url": url})
        self.hub.commits[name] = [({}, "initial commit")]
        if asked.get("visibility") == "private":
            self.hub.private.add(name)
        self._send(200, {"url": url, "name": name})

    def _preupload(self, body, name):
        if not self._may_write():
            return
        files = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].endswith(".h5") else "regular",
                "shouldIgnore": False,
            }
            for file in json.loads(body)["files"]
        ]
        self._send(200, {"files": files})

    def _batch(self, body, name):
        upload = {"href": f"http://{self.headers['Host']}/objects"}
        objects = [
            {**file, "actions": {"upload": {"href": f"{upload['href']}/{file['oid']}"}}}
            for file in json.loads(body)["objects"]
        ]
        self._send(200, {"transfer": "basic", "objects": objects})

    def _put(self, body, oid):
        assert hashlib.sha256(body).hexdigest() == oid
        self.hub.objects[oid] = body
        self._send(200, b"")

    def _commit(self, body, name):
        if not self._may_write():
            return
        files, message = dict(self.hub.files(name)), None
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "header":
                message = value["summary"]
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
            else:
                files[value["path"]] = base64.b64decode(value["content"])
        self.hub.commits[name].append((files, message))
        url = f"http://{self.headers['Host']}/{name}/commit/{self._revision(name)}"
        self._send(200, {"commitUrl": url, "commitOid": self._revision(name)})

    def _revision(self, name):
        return REVISION + str(len(self.hub.commits[name]))

    def _info(self, _, name):
        if self._may_read(name):
            self._send(200, {"id": name, "sha": self._revision(name), "siblings": []})

    def _tree(self, _, name):
        if self._may_read(name):
            entries = [
                {"type": "file", "path": path, "size": len(data), "oid": _oid(data)}
                for path, data in self.hub.files(name).items()
            ]
            self._send(200, entries)

    def _resolve(self, _, name, path):
        if self._may_read(name):
            data = self.hub.files(name)[path]
            tag = {"ETag": f'"{_oid(data)}"', "X_Repo_Commit": self._revision(name)}
            self._send(200, data, **tag)


def _oid(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


_NAME = r"([\w.-]+/[\w.-]+)"
_ROUTES = [
    ("POST /api/validate-yaml", _Handler._validate),
    ("POST /api/repos/create", _Handler._create),
    (f"POST /api/models/{_NAME}/preupload/main", _Handler._preupload),
    (rf"POST /{_NAME}\.git/info/lfs/objects/batch", _Handler._batch),
    ("PUT /objects/(.*)", _Handler._put),
    (f"POST /api/models/{_NAME}/commit/main", _Handler._commit),
    (rf"GET /api/models/{_NAME}/revision/\w+", _Handler._info),
    (rf"GET /api/models/{_NAME}/tree/\w+", _Handler._tree),
    (rf"(?:GET|HEAD) /{_NAME}/resolve/\w+/(.*)", _Handler._resolve),
]
