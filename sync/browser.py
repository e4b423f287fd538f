"""Logging in with the organisation's account, in the system's own browser.

This program is the provider's public client (RFC 8252): it opens the provider's page, waits on this computer alone for
the browser to come back, and exchanges the code for an id token with the verifier that only it knows (PKCE). It never
sees the password. What it gets is checked by the centre, which is whom it must convince.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app.clock import random_bytes
from app.errors import NotAllowed
from app.i18n import N_, Message
from sync.login_messages import OidcMessage
from sync.transport import NotNow, is_protected, trusting

if TYPE_CHECKING:
    import httpx

WAIT_SECONDS = 300.0
ANSWER_SECONDS = 15.0
LARGEST_ANSWER = 1_000_000


class NotLoggedIn(NotAllowed):
    """The person did not log in, or the organisation's log-in did not let her."""


def _away() -> NotNow:
    return NotNow(N_("The organisation's log-in does not answer. Try again later."))


def _odd() -> NotLoggedIn:
    return NotLoggedIn(
        Message(N_("The organisation's log-in answered with something that is not understood.")),
        Message(N_("Tell the person who looks after the centre.")),
    )


@dataclass
class Browser:
    """A way to log in: `show` opens an address in the browser, `stop` ends the waiting."""

    show: Callable[[str], object]
    seconds: float = WAIT_SECONDS
    _answers: "SimpleQueue[dict[str, str] | None]" = field(default_factory=SimpleQueue, repr=False)

    def stop(self) -> None:
        """End the waiting at once; may be called from any thread."""
        self._answers.put(None)

    def id_token(self, organisation: OidcMessage, nonce: str) -> str:
        """Return the id token with this nonce that the organisation gives the person.

        Raises NotNow where its log-in does not answer, and NotLoggedIn where the person closed the page, was refused,
        took too long or came back with an answer that is not to this question.
        """
        import httpx

        from sync.callback import listening

        verifier, state = _random(), _random()
        with httpx.Client(
            verify=trusting(organisation.issuer), timeout=ANSWER_SECONDS, follow_redirects=False
        ) as client:
            said = self._discovered(client, organisation.issuer)
            with listening(self._answers) as address:
                question = {
                    "response_type": "code",
                    "client_id": organisation.client_id,
                    "redirect_uri": address,
                    "scope": "openid",
                    "state": state,
                    "nonce": nonce,
                    "code_challenge": _random(hashlib.sha256(verifier.encode()).digest()),
                    "code_challenge_method": "S256",
                }
                mark = "&" if "?" in said["authorization_endpoint"] else "?"
                self.show(f"{said['authorization_endpoint']}{mark}{urlencode(question)}")
                code = self._waited(state, organisation.issuer)
            exchange = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": address,
                "client_id": organisation.client_id,
                "code_verifier": verifier,
            }
            token = _json(client, "POST", said["token_endpoint"], exchange).get("id_token")
        if not isinstance(token, str):
            raise _odd()
        return token

    def _discovered(self, client: "httpx.Client", issuer: str) -> dict[str, Any]:
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        said = _json(client, "GET", address)
        ends = [said.get(name) for name in ("authorization_endpoint", "token_endpoint")]
        if said.get("issuer") != issuer or not all(
            isinstance(end, str) and is_protected(end) for end in ends
        ):
            raise _odd()
        return said

    def _waited(self, state: str, issuer: str) -> str:
        """Return the code that the browser brings."""
        try:
            answer = self._answers.get(timeout=self.seconds)
        except Empty:
            raise NotLoggedIn(
                Message(
                    N_("Nobody logged in within {minutes} minutes."), minutes=max(1, round(self.seconds / 60))
                ),
                Message(N_("Try again when you are ready: the page opens anew.")),
            ) from None
        if answer is None:
            raise NotLoggedIn(Message(N_("The log-in was stopped.")))
        if answer.get("error") == "access_denied":
            raise NotLoggedIn(Message(N_("The log-in was cancelled, or the organisation refused it.")))
        if not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
            raise NotLoggedIn(
                Message(N_("The browser came back with an answer to another log-in, so it was not taken.")),
                Message(N_("Close the old pages and try again.")),
            )
        if answer.get("iss", issuer) != issuer:
            raise _odd()
        if "code" not in answer:
            raise _odd()
        return answer["code"]


def _random(data: bytes | None = None) -> str:
    return urlsafe_b64encode(data or random_bytes(32)).decode().rstrip("=")


def _json(
    client: "httpx.Client", method: str, url: str, form: dict[str, str] | None = None
) -> dict[str, Any]:
    import httpx

    if not is_protected(url):
        raise _odd()
    try:
        with client.stream(method, url, data=form, headers={"Accept": "application/json"}) as response:
            body = b""
            for part in response.iter_bytes():
                body += part
                if len(body) > LARGEST_ANSWER:
                    raise _odd()
    except (httpx.HTTPError, OSError) as error:
        raise _away() from error
    if response.status_code >= 500:
        raise _away()
    try:
        said = json.loads(body) if response.status_code == 200 else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise _odd()
    return said
