"""Where the browser comes back to after a log-in: a free port of this computer, for as long as it is waited for."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler
from queue import SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.i18n import _, language

CALLBACK = "/callback"


class _Listener(socketserver.ThreadingTCPServer):
    """Waits on a free port of this computer; `answers` takes what the browser brings."""

    daemon_threads = True

    def __init__(self, answers: "SimpleQueue[dict[str, str] | None]", pages: tuple[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.pages = answers, pages


class _Handler(BaseHTTPRequestHandler):
    timeout = 5
    server: _Listener

    def do_GET(self) -> None:
        """Take the browser's answer and thank; anything else is not here."""
        parts = urlsplit(self.path)
        own = f"127.0.0.1:{self.server.server_address[1]}"
        if parts.path != CALLBACK or self.headers.get("Host") != own:
            self.send_error(404)
            return
        try:
            said = parse_qs(parts.query, max_num_fields=20)
        except ValueError:
            said = {}
        answer = {name: values[0] for name, values in said.items()}
        page = self.server.pages["code" in answer].encode()
        self.send_response(200)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)
        self.server.answers.put(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: the path carries the code."""


@contextmanager
def listening(answers: "SimpleQueue[dict[str, str] | None]") -> Iterator[str]:
    """Yield the address to which the browser is to come back."""
    pages = (
        _page(_("You were not logged in. Close this page and go back to Työpari.")),
        _page(_("Thank you. Close this page and go back to Työpari.")),
    )
    with _Listener(answers, pages) as listener:
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.server_address[1]}{CALLBACK}"
        finally:
            listener.shutdown()
            thread.join()


def _page(text: str) -> str:
    style = "body{font:1.25rem/1.6 sans-serif;margin:15vh auto;max-width:32rem;padding:0 1rem}"
    return (
        f'<!doctype html><html lang="{language()}"><meta charset="utf-8"><title>Työpari</title>'
        f"<style>{style}</style><p>{escape(text)}</p></html>"
    )
