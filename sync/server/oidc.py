"""The organisation's own log-in: the centre checks the id tokens that an OpenID provider gives people.

The device is the provider's public client; the centre never sees a password or an access token. It believes an id
token that the provider signed with a key it publishes, for this centre's client, now, and with the nonce that
binds it to one device's key and one question of the centre's (`protocol.login_nonce`).
"""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from ipaddress import ip_address
from threading import Lock
from typing import Any, cast
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import import_key

from app.clock import monotonic, now

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
"""Signatures by a key of which only the public half is known here; nothing with a shared secret, and never none."""
LEEWAY_SECONDS = 60
ANSWER_SECONDS = 5.0
KEYS_GOOD_SECONDS = 3600.0
KEYS_ASKED_AGAIN_SECONDS = (
    30.0  # for a key not known: whoever makes up key ids must not make the centre ask on
)
LARGEST_ANSWER = 1_000_000
_KINDS = {"RSA", "EC", "OKP"}


class ProviderAway(Exception):
    """The provider does not answer, or not with what it should. Its text is for the administrator."""


class NotBelieved(Exception):
    """An id token that is not believed; `reason` says why in a word, for the log and the audit."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _AnotherKey(Exception):
    """No key that is known here has signed this."""


Fetch = Callable[[str], bytes]


def is_safe(url: str) -> bool:
    """Tell whether an address may be asked: https, or plain http on this computer itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_this_computer(host))


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """A provider's documents stand where they are said to stand."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def fetch(url: str) -> bytes:
    """Return what an address answers. Raises ProviderAway within some seconds."""
    if not is_safe(url):
        raise ProviderAway("an address that is not https")
    handlers: list[urllib.request.BaseHandler] = [_NoDetours()]
    if url.startswith("https:"):
        handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    else:
        handlers.append(urllib.request.ProxyHandler({}))  # this computer itself
    request = urllib.request.Request(url, headers={"Accept": "application/json"})
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=ANSWER_SECONDS) as answer:
            body = answer.read(LARGEST_ANSWER + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise ProviderAway(type(error).__name__) from error
    if len(body) > LARGEST_ANSWER:
        raise ProviderAway("far too large")
    return cast(bytes, body)


def discovery(issuer: str, fetch: Fetch = fetch) -> dict[str, Any]:
    """Return what a provider says of itself. Raises ProviderAway where it is not this issuer's word."""
    said = _json(fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
    if said.get("issuer") != issuer or not isinstance(said.get("jwks_uri"), str):
        raise ProviderAway("another issuer")
    return said


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError as error:
        raise ProviderAway("not JSON") from error
    if not isinstance(said, dict):
        raise ProviderAway("not an object")
    return said


@dataclass
class Provider:
    """One organisation's log-in, with its keys kept for an hour and asked for again when it signs with a new one."""

    issuer: str
    client_id: str
    fetch: Fetch = fetch
    asked_again_seconds: float = KEYS_ASKED_AGAIN_SECONDS
    _keys: list[dict[str, Any]] | None = None
    _asked: float = 0.0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def subject(self, id_token: str, nonce: str) -> str:
        """Return whom an id token speaks of. Raises NotBelieved, or ProviderAway where its keys are not to be had."""
        try:
            claims = _read(id_token, self._known())
        except _AnotherKey:  # the provider signs with a new one, maybe
            try:
                claims = _read(id_token, self._known(anew=True))
            except _AnotherKey:
                raise NotBelieved("signature") from None
        self._check(claims, nonce)
        return str(claims["sub"])

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        rules = jwt.JWTClaimsRegistry(
            now=int(now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            rules.validate(dict(claims))
        except ExpiredTokenError as error:
            raise NotBelieved("expired") from error
        except ClaimError as error:
            raise NotBelieved(_REASONS.get(error.claim, "claims")) from error
        audience = claims["aud"]
        if isinstance(claims["nonce"], list):
            raise NotBelieved("nonce")
        many = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", None if many else self.client_id) != self.client_id:
            raise NotBelieved("audience")
        if len(claims["sub"]) > 255 or not claims["sub"].isprintable():
            raise NotBelieved("claims")

    def _known(self, anew: bool = False) -> list[dict[str, Any]]:
        if not self._lock.acquire(timeout=2 * ANSWER_SECONDS):
            raise ProviderAway("others wait for it as well")
        try:
            good = self.asked_again_seconds if anew else KEYS_GOOD_SECONDS
            if self._keys is None or monotonic() - self._asked > good:
                keys = _json(self.fetch(discovery(self.issuer, self.fetch)["jwks_uri"])).get("keys")
                self._keys = [one for one in keys if _is_for_signing(one)] if isinstance(keys, list) else []
                self._asked = monotonic()
            return self._keys
        finally:
            self._lock.release()


_REASONS = {"iss": "issuer", "aud": "audience", "nonce": "nonce", "iat": "issued", "sub": "subject"}


def _is_for_signing(key: Any) -> bool:
    return isinstance(key, dict) and key.get("kty") in _KINDS and key.get("use", "sig") == "sig"


def _read(id_token: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the claims of a token that one of the keys has signed; the one that it names, or else the only one."""
    named: list[str | None] = []

    def chosen(signed: Any) -> Any:
        named.append(signed.headers().get("kid"))
        fitting = [key for key in keys if named[0] is None or key.get("kid") == named[0]]
        if len(fitting) != 1:
            raise _AnotherKey
        return import_key(fitting[0])

    try:
        return jwt.decode(id_token, chosen, algorithms=[*ALGORITHMS]).claims
    except BadSignatureError as error:
        if named == [None]:
            raise _AnotherKey from None
        raise NotBelieved("signature") from error
    except (JoseError, ValueError, TypeError) as error:
        raise NotBelieved("signature") from error
