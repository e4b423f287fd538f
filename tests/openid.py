"""A real OpenID provider in a process of its own, and people at its page.

The provider is `oidc-provider-mock`: discovery, keys, authorisation codes and id tokens as any other has them. It does
not look at PKCE, so that is checked in front of it here: a code is exchanged with its verifier or not at all.

Run as a script it serves on the given port (0: a free one) and prints it; it ends when its standard input does.
"""

import hashlib
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

CLIENT = "tyopari-test"


@dataclass
class Provider:
    """The provider; `down` ends its process, so that nothing answers at its address any more."""

    port: int
    process: "subprocess.Popen[str]"

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def down(self) -> None:
        """End it, and wait until it has ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def person(self, subject: str) -> Callable[[str], None]:
        """Return what a person does at the page that the program opens: log in as this subject."""

        def at_the_page(url: str) -> None:
            with httpx.Client(follow_redirects=True, trust_env=False) as browser:
                assert browser.get(url).status_code == 200
                assert browser.post(url, data={"sub": subject}).status_code == 200

        return at_the_page

    def refuser(self) -> Callable[[str], None]:
        """Return what a person does who will not log in."""

        def at_the_page(url: str) -> None:
            with httpx.Client(follow_redirects=True, trust_env=False) as browser:
                browser.post(url, data={"action": "deny"})

        return at_the_page

    def id_token(self, subject: str, nonce: str, client: str = CLIENT) -> str:
        """Return an id token as the provider gives it, without any program of ours."""
        there = "http://127.0.0.1:1/callback"
        question = {
            "response_type": "code",
            "client_id": client,
            "redirect_uri": there,
            "scope": "openid",
            "nonce": nonce,
            "code_challenge": _challenge("verifier"),
            "code_challenge_method": "S256",
        }
        with httpx.Client(trust_env=False) as browser:
            page = f"{self.issuer}/oauth2/authorize?{urlencode(question)}"
            back = browser.post(page, data={"sub": subject}).headers["location"]
            code = parse_qs(urlsplit(back).query)["code"][0]
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": there,
                "client_id": client,
                "code_verifier": "verifier",
            }
            answer = browser.post(f"{self.issuer}/oauth2/token", data=form)
        return str(answer.json()["id_token"])


@contextmanager
def provider(port: int = 0) -> Iterator[Provider]:
    """Start a provider; its keys are its own."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", __file__, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    started = Provider(int(process.stdout.readline()), process)
    try:
        yield started
    finally:
        if process.poll() is None:
            started.down()


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _serve(port: int) -> None:
    import os
    import threading

    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    import oidc_provider_mock
    from oidc_provider_mock._app import AuthorizationCodeGrant
    from werkzeug.serving import make_server

    AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["none"]  # public clients, such as this program
    web = oidc_provider_mock.app(require_nonce=True)
    server = make_server("127.0.0.1", port, _with_pkce(web), threaded=True)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


def _with_pkce(web: Any) -> Any:
    """Exchange a code only with the verifier of the challenge that its question had."""
    from io import BytesIO

    asked: dict[str, str] = {}

    def checked(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        question = parse_qs(environ.get("QUERY_STRING", ""))

        def starting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            back = dict(headers).get("Location", "")
            for code in parse_qs(urlsplit(back).query).get("code", []):
                if question.get("code_challenge_method") == ["S256"]:
                    asked[code] = question["code_challenge"][0]
            return start(status, headers, *rest)

        if environ["PATH_INFO"] == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            form = parse_qs(body.decode())
            verifier = form.get("code_verifier", [""])[0]
            if asked.pop(form.get("code", [""])[0], "") != _challenge(verifier):
                start("400 Bad Request", [("Content-Type", "application/json")])
                return [b'{"error": "invalid_grant"}']
            environ["wsgi.input"] = BytesIO(body)
        answer: Iterable[bytes] = web(environ, starting)
        return answer

    return checked


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
