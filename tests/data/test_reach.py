import http.server
import socket
import threading
import time

import pytest

from kgan.data import reach


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def refusing_server():
    """A server that answers each request with an error."""

    class Refuse(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_error(403)

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Refuse)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def silent_host():
    """A host that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def closed_host():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"127.0.0.1:{port}"


def test_an_error_is_an_answer(refusing_server):
    urls = [f"http://{refusing_server}/a", f"http://{refusing_server}/b"]
    assert reach.unreachable_hosts(urls) == []


def test_a_closed_host_is_named(refusing_server, closed_host):
    urls = [f"http://{refusing_server}/a", f"http://{closed_host}/a"]
    assert reach.unreachable_hosts(urls) == [closed_host]


def test_a_silent_host_is_given_up(silent_host):
    begin = time.monotonic()
    assert reach.unreachable_hosts([f"http://{silent_host}/"], 0.2) == [silent_host]
    assert time.monotonic() - begin < 3


def test_no_addresses():
    assert reach.unreachable_hosts([]) == []
