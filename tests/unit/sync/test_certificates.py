"""HTTPS for real: the right certificate is taken, a wrong one is refused in words, and nothing is sent to it."""

import ipaddress
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.errors import KnownError
from sync.protocol import HealthReply
from sync.transport import HttpTransport, NotNow, ask

Serve = Callable[[Path], str]
seen: list[bytes] = []


class Centre(BaseHTTPRequestHandler):
    """Says that all is well, and remembers what it was sent."""

    def do_POST(self) -> None:
        seen.append(self.rfile.read(int(self.headers["content-length"])))
        body = b'{"status":"ok","epoch":"e","server_time":"2026-01-01T00:00:00Z"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Quiet(HTTPServer):
    """A server that finds nothing odd in a caller who hangs up."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


def certificate(folder: Path, name: str, *, days: int = 1) -> Path:
    """Write a self-signed certificate for 127.0.0.1 with its key into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)  # noqa: TID251  (certificates are about the real time)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start centres with a given certificate; returns the address."""
    running: list[tuple[HTTPServer, Thread]] = []

    def start(file: Path) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        server = Quiet(("127.0.0.1", 0), Centre)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return f"https://127.0.0.1:{server.server_port}"

    seen.clear()
    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_citys_own_certificate_is_taken(tmp_path: Path, serve: Serve) -> None:
    file = certificate(tmp_path, "centre")
    way = HttpTransport(serve(file), file)
    assert ask(way, "/health", b"{}", HealthReply).epoch == "e"
    way.close()
    assert seen == [b"{}"]


def test_a_certificate_that_the_computer_trusts_is_taken(
    tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "centre")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))  # where the system's own library looks for them
    way = HttpTransport(serve(file))
    assert ask(way, "/health", b"{}", HealthReply).epoch == "e"
    way.close()


def test_a_file_of_certificates_that_is_none_is_said(tmp_path: Path) -> None:
    file = tmp_path / "none.pem"
    with pytest.raises(KnownError, match="centre's certificates cannot be read"):
        HttpTransport("https://centre.example.org", file).send("/health", b"{}", {})


@pytest.mark.failure(18)
@pytest.mark.parametrize("trusted", ["another", "nobody"])
def test_a_wrong_certificate_is_refused_and_nothing_is_sent(
    tmp_path: Path, serve: Serve, trusted: str
) -> None:
    address = serve(certificate(tmp_path, "centre"))
    way = HttpTransport(address, certificate(tmp_path, "another") if trusted == "another" else None)
    with pytest.raises(NotNow, match="certificate of the centre"):
        way.send("/sync/push", b'{"name":"salainen"}', {})
    way.close()
    assert seen == []


def test_a_certificate_whose_time_is_over_is_refused(tmp_path: Path, serve: Serve) -> None:
    file = certificate(tmp_path, "centre", days=-1)
    way = HttpTransport(serve(file), file)
    with pytest.raises(NotNow, match="certificate of the centre"):
        way.send("/sync/push", b"{}", {})
    way.close()
    assert seen == []
