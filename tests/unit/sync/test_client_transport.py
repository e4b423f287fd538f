"""The way to the centre: every wrong answer has its own sentence, and none of them changes anything."""

import socket
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from app.errors import KnownError, NotAllowed, Unreachable
from sync.protocol import HealthReply
from sync.transport import Answer, HttpTransport, NotNow, Told, TooLarge, address_of, ask, not_now
from tests.model.story import Story
from tests.town import FAULTS

JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html"}


class Says:
    """A way on which one answer comes back, whatever is asked."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.answer = Answer(status, headers, body)

    def send(self, path: str, body: bytes, headers: object) -> Answer:
        return self.answer


def refusal(status: int, headers: dict[str, str], body: bytes = b"") -> KnownError:
    with pytest.raises(KnownError) as caught:
        ask(Says(status, headers, body), "/health", b"{}", HealthReply)
    return caught.value


CASES = [
    (200, HTML, b"<html>Welcome to the hotel</html>", NotNow, "sign in with a browser"),
    (302, {"location": "http://hotel"}, b"", NotNow, "sign in with a browser"),
    (200, JSON, b'{"status":"ok","epo', NotNow, "damaged"),
    (200, JSON, b'{"something":"else"}', NotNow, "damaged"),
    (404, HTML, b"<html>", NotNow, "Something else than the centre answers"),
    (407, HTML, b"<html>", NotNow, "proxy asks for a password"),
    (413, HTML, b"<html>", TooLarge, "that much at once"),
    (429, HTML, b"<html>", NotNow, "wait a while"),
    (500, JSON, b'{"code":"failed","message":"x"}', NotNow, "problem of its own"),
    (502, HTML, b"<html>Bad gateway</html>", NotNow, "problem of its own"),
    (503, JSON, b'{"code":"busy","message":"x"}', NotNow, "problem of its own"),
    (403, JSON, b'{"code":"inactive","message":"x"}', Told, "no longer in service"),
    (403, JSON, b'{"code":"install","message":"x"}', Told, "Another copy"),
    (409, JSON, b'{"code":"schema_old","message":"x"}', Told, "too old"),
    (404, JSON, b'{"code":"not_found","message":"x"}', Told, "not the centre"),
]


@pytest.mark.failure(18)
@pytest.mark.parametrize(("status", "headers", "body", "kind", "words"), CASES)
def test_each_wrong_answer_has_its_sentence(
    status: int, headers: dict[str, str], body: bytes, kind: type[KnownError], words: str
) -> None:
    found = refusal(status, headers, body)
    assert type(found) is kind
    assert words in str(found)
    assert isinstance(found, NotAllowed if kind is Told else Unreachable)


def test_how_long_to_wait_travels() -> None:
    found = refusal(429, {**HTML, "retry-after": "17"})
    assert isinstance(found, NotNow)
    assert found.retry_after == 17
    said = refusal(429, JSON, b'{"code":"too_many","message":"x","retry_after":40}')
    assert isinstance(said, NotNow)
    assert said.retry_after == 40


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("centre.example.fi", "https://centre.example.fi"),
        (" https://centre.example.fi:8443/sync/ ", "https://centre.example.fi:8443/sync"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_has_one_form(typed: str, address: str) -> None:
    assert address_of(typed) == address


@pytest.mark.parametrize(
    "typed", ["http://centre.example.fi", "http://10.0.0.5", "http://127.0.0.1.evil.example"]
)
def test_plain_http_is_for_this_computer_alone(typed: str) -> None:
    with pytest.raises(KnownError, match="not protected"):
        address_of(typed)


@pytest.mark.parametrize("typed", ["", "https://", "ftp://centre.example.fi", "https://["])
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(KnownError, match="not the address"):
        address_of(typed)


class Server(BaseHTTPRequestHandler):
    """Answers by the path that is asked for."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = b'{"status":"ok","epoch":"e","server_time":"2026-01-01T00:00:00Z"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:20] if self.path == "/half" else body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_real_request(address: str) -> None:
    way = HttpTransport(address)
    assert ask(way, "/health", b"{}", HealthReply).epoch == "e"
    assert ask(way, "/health", b"{" + b" " * 5000 + b"}", HealthReply).epoch == "e"
    way.close()
    way.close()


@pytest.mark.failure(18)
def test_half_an_answer_is_none(address: str) -> None:
    way = HttpTransport(address)
    with pytest.raises(NotNow, match="broke off"):
        way.send("/half", b"{}", {})
    way.close()


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        way = HttpTransport(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(NotNow, match="It may be down"):
            way.send("/health", b"{}", {})
        way.close()


def test_nobody_answers() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        way = HttpTransport(f"http://127.0.0.1:{silent.getsockname()[1]}", answer_seconds=0.05)
        with pytest.raises(NotNow, match="in time"):
            way.send("/health", b"{}", {})
        way.close()


def test_whoever_waits_for_an_answer_is_told_when_the_line_is_let_go() -> None:
    told: list[NotNow] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        way = HttpTransport(f"http://127.0.0.1:{silent.getsockname()[1]}")

        def wait() -> None:
            try:
                way.send("/health", b"{}", {})
            except NotNow as error:
                told.append(error)

        waiting = Thread(target=wait)
        waiting.start()
        asked, _ = silent.accept()
        with asked:
            assert asked.recv(1_000).startswith(b"POST /health")
            way.close()
            waiting.join(30)  # without it a minute passes
            assert not waiting.is_alive()
    assert "broke off" in str(told[0])


def _caused(cause: BaseException) -> httpx.ConnectError:
    error = httpx.ConnectError("x")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            _caused(ssl.SSLCertVerificationError("self-signed")),
            "certificate of the centre is not the right one",
        ),
        (_caused(ssl.SSLError("handshake")), "No protected connection"),
        (_caused(socket.gaierror(-2, "unknown")), "address was not found"),
        (httpx.ConnectTimeout("x"), "slow or blocked"),
        (httpx.ConnectError("x"), "could not be reached"),
    ],
)
def test_each_failure_has_its_sentence(error: BaseException, words: str) -> None:
    assert words in str(not_now(error))


def test_a_file_of_certificates_must_be_one(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", "ascii")
    way = HttpTransport("https://127.0.0.1", tmp_path / "ca.pem")
    with pytest.raises(KnownError, match="certificates cannot be read"):
        way.send("/health", b"{}", {})


@pytest.mark.failure(3, 18)
@pytest.mark.parametrize("fault", FAULTS[:6])
@pytest.mark.parametrize("request_number", range(4))
def test_a_bad_network_changes_nothing_for_good(fault: str, request_number: int) -> None:
    with Story() as story:
        client = story.new_client(story.town.devices[0])
        story.sync(story.town.devices[0], ("",) * request_number + (fault,))
        story.edit(story.town.devices[0], "client", {"id": client}, phone="1")
        story.heal()
        assert story.town.rows("client")[str(client)]["phone"] == "1"
