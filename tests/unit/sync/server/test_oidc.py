"""The organisation's own log-in at the centre, against a real OpenID provider: what is believed and what is not."""

import hmac
import json
import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from sqlalchemy import select

from app import clock
from app.clock import now, random_bytes
from sync.login_messages import login_nonce, login_words
from sync.protocol import to_base64
from sync.server import accounts, login_rules, oidc
from sync.server.database import snapshot, writing
from sync.server.oidc import NotBelieved, ProviderAway
from sync.server.tables import ACCOUNT
from tests.openid import CLIENT, Provider, provider
from tests.unit.sync.server.conftest import Device, Office, ident
from tests.unit.sync.server.test_login import booked, code_of, question

AADA, VEERA = "f3a1-aada", "77b2-veera"


@pytest.fixture(scope="module")
def organisation() -> Iterator[Provider]:
    with provider() as running:
        yield running


def asks(office: Office, organisation: Provider, enrol_with: str = "code+login") -> None:
    with writing(office.engine) as connection:
        login_rules.change(connection, enrol_with=enrol_with, issuer=organisation.issuer, client_id=CLIENT)


def linked(office: Office, organisation: Provider, name: str, subject: str) -> str:
    with writing(office.engine) as connection:
        worker = accounts.add_user(connection, name, "job-coach")
        accounts.link(connection, worker, organisation.issuer, subject)
    return worker


def new_key() -> tuple[Ed25519PrivateKey, str]:
    key = Ed25519PrivateKey.from_private_bytes(random_bytes(32))
    return key, to_base64(key.public_key().public_bytes_raw())


def enrolling(public: str, challenge: str, token: str, code: str = "") -> dict[str, Any]:
    words = {"challenge": challenge, "id_token": token}
    return {"public_key": public, "install_id": ident(), "code": code, "proof": words}


def asked(office: Office, organisation: Provider, subject: str, code: str = "", **how: str) -> Any:
    """Join as somebody whom the provider vouches for."""
    _, public = new_key()
    challenge = question(office)
    token = organisation.id_token(subject, login_nonce(public, challenge), **how)
    return office.http.post("/enrol", json=enrolling(public, challenge, token, code))


def test_a_code_says_who_it_is_the_first_time(office: Office, organisation: Provider) -> None:
    asks(office, organisation)
    code = office.code("aada")
    reply = asked(office, organisation, AADA, code)
    assert reply.status_code == 200
    worker = reply.json()["worker"]["id"]
    with snapshot(office.engine) as connection:
        known = connection.execute(select(ACCOUNT.c.oidc_issuer, ACCOUNT.c.oidc_subject)).all()
    assert [tuple(row) for row in known] == [(organisation.issuer, AADA)]
    assert "user_linked" in booked(office, worker)
    assert asked(office, organisation, AADA, office.code("aada")).status_code == 200
    assert booked(office, worker).count("person_login") == 1


def test_a_code_of_hers_makes_nobody_else_of_her(office: Office, organisation: Provider) -> None:
    asks(office, organisation)
    linked(office, organisation, "aada", AADA)
    linked(office, organisation, "veera", VEERA)
    code = office.code("aada")
    assert code_of(asked(office, organisation, VEERA, code)) == (403, "other_person")
    assert code_of(asked(office, organisation, "somebody else", code)) == (403, "stranger")
    assert asked(office, organisation, AADA, code).status_code == 200


def test_without_a_code_an_account_must_be_linked(office: Office, organisation: Provider) -> None:
    asks(office, organisation, "login")
    worker = linked(office, organisation, "aada", AADA)
    assert asked(office, organisation, AADA).json()["worker"]["id"] == worker
    assert code_of(asked(office, organisation, "unknown")) == (403, "stranger")
    assert booked(office, None)[-1] == "login_unknown"


def test_whose_account_is_closed_comes_in_no_more(office: Office, organisation: Provider) -> None:
    asks(office, organisation, "login")
    worker = linked(office, organisation, "aada", AADA)
    with writing(office.engine) as connection:
        accounts.set_active(connection, "aada", False)
    assert code_of(asked(office, organisation, AADA)) == (403, "inactive")
    assert booked(office, worker)[-1] == "login_refused"


def test_a_token_for_another_program_is_not_believed(office: Office, organisation: Provider) -> None:
    asks(office, organisation, "login")
    linked(office, organisation, "aada", AADA)
    assert code_of(asked(office, organisation, AADA, client="another-program")) == (403, "identity")


def test_a_stolen_token_enrols_no_other_key_and_nothing_twice(office: Office, organisation: Provider) -> None:
    asks(office, organisation, "login")
    linked(office, organisation, "aada", AADA)
    _, hers = new_key()
    _, thiefs = new_key()
    challenge = question(office)
    token = organisation.id_token(AADA, login_nonce(hers, challenge))
    fresh = question(office)
    assert code_of(office.http.post("/enrol", json=enrolling(thiefs, fresh, token))) == (403, "identity")
    assert code_of(office.http.post("/enrol", json=enrolling(hers, question(office), token))) == (
        403,
        "identity",
    )
    assert office.http.post("/enrol", json=enrolling(hers, challenge, token)).status_code == 200
    assert code_of(office.http.post("/enrol", json=enrolling(hers, challenge, token))) == (403, "login_old")


def test_a_thief_who_is_first_uses_the_question_up_and_gets_nothing(
    office: Office, organisation: Provider
) -> None:
    asks(office, organisation, "login")
    linked(office, organisation, "aada", AADA)
    (_, hers), (_, thiefs) = new_key(), new_key()
    challenge = question(office)
    token = organisation.id_token(AADA, login_nonce(hers, challenge))
    assert code_of(office.http.post("/enrol", json=enrolling(thiefs, challenge, token))) == (403, "identity")


def test_an_old_token_is_not_believed(office: Office, organisation: Provider) -> None:
    asks(office, organisation, "login")
    linked(office, organisation, "aada", AADA)
    _, public = new_key()
    moment = now() + timedelta(hours=2)
    release = clock.hold(now=lambda: moment)
    try:
        challenge = question(office)
        token = organisation.id_token(AADA, login_nonce(public, challenge))
        reply = office.http.post("/enrol", json=enrolling(public, challenge, token))
    finally:
        release()
    assert code_of(reply) == (403, "identity")


def test_logging_in_again_with_the_organisations_account(office: Office, organisation: Provider) -> None:
    device = office.device("aada")
    asks(office, organisation)
    assert code_of(device.sign_in()) == (401, "login")
    public = to_base64(device.key.public_key().public_bytes_raw())

    def again(subject: str) -> Any:
        challenge = question(office)
        token = organisation.id_token(subject, login_nonce(public, challenge))
        words = {"challenge": challenge, "id_token": token}
        return office.http.post("/login", json=_signed(device, words))

    assert again(AADA).status_code == 200
    assert device.sign_in().status_code == 200
    assert code_of(again(VEERA)) == (403, "stranger")  # the first time said who she is
    assert again(AADA).status_code == 200


def _signed(device: Device, proof: dict[str, str]) -> dict[str, Any]:
    signature = device.key.sign(login_words(device.id, device.install_id, proof["challenge"]))
    named = {"device": device.id, "install_id": device.install_id}
    return {**named, "signature": to_base64(signature), "proof": proof}


def test_a_provider_that_is_down_is_said_so_and_no_password_is_needed_less(office: Office) -> None:
    with provider() as down:
        asks(office, down)
        _, public = new_key()
        challenge = question(office)
        token = down.id_token(AADA, login_nonce(public, challenge))
        down.down()
    code = office.code("aada")
    body = enrolling(public, challenge, token, code)
    assert code_of(office.http.post("/enrol", json=body)) == (503, "provider")
    with provider(down.port) as up:  # with new keys
        reply = asked(office, up, AADA, code)
    assert reply.status_code == 200, reply.text


# ---- what is believed of a token, key by key ----------------------------------------------------------------

ISSUER = "https://login.example.fi/realm"


def claims(**changed: Any) -> dict[str, Any]:
    present = int(now().timestamp())
    told = {"iss": ISSUER, "aud": CLIENT, "sub": AADA, "nonce": "n", "iat": present, "exp": present + 300}
    return {name: value for name, value in {**told, **changed}.items() if value is not None}


def signed(key: Key, alg: str, kid: str | None = None, **changed: Any) -> str:
    header = {"alg": alg, **({"kid": kid} if kid else {})}
    return jwt.encode(header, claims(**changed), key, algorithms=[alg])


class Published:
    """What a provider publishes, and how often it was asked for it."""

    def __init__(self, *keys: Key) -> None:
        self.keys, self.asked = list(keys), 0

    def __call__(self, url: str) -> bytes:
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return json.dumps({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}).encode()
        assert url == f"{ISSUER}/keys"
        self.asked += 1
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()


def rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@pytest.fixture(scope="module")
def first() -> RSAKey:
    return rsa("first")


@pytest.fixture(scope="module")
def second() -> RSAKey:
    return rsa("second")


def test_keys_are_asked_for_once_and_again_when_the_provider_has_a_new_one(
    first: RSAKey, second: RSAKey
) -> None:
    published = Published(first)
    organisation = oidc.Provider(ISSUER, CLIENT, published, asked_again_seconds=0)
    for _ in range(3):
        assert organisation.subject(signed(first, "RS256", "first"), "n") == AADA
    assert published.asked == 1
    published.keys = [first, second]
    assert organisation.subject(signed(second, "RS256", "second"), "n") == AADA
    assert published.asked == 2
    published.keys = [second]
    with pytest.raises(NotBelieved):
        organisation.subject(signed(rsa("third"), "RS256", "third"), "n")
    with pytest.raises(NotBelieved):
        organisation.subject(signed(first, "RS256", "first"), "n")


def test_a_provider_that_names_no_key_may_change_it(first: RSAKey, second: RSAKey) -> None:
    published = Published(first)
    organisation = oidc.Provider(ISSUER, CLIENT, published, asked_again_seconds=0)
    assert organisation.subject(signed(first, "RS256"), "n") == AADA
    published.keys = [second]
    assert organisation.subject(signed(second, "RS256"), "n") == AADA
    with pytest.raises(NotBelieved):
        organisation.subject(signed(first, "RS256"), "n")


def test_keys_that_are_made_up_do_not_make_the_centre_ask_on(first: RSAKey, second: RSAKey) -> None:
    published = Published(first)
    organisation = oidc.Provider(ISSUER, CLIENT, published)
    for number in range(5):
        with pytest.raises(NotBelieved):
            organisation.subject(signed(second, "RS256", f"made-up-{number}"), "n")
    assert published.asked == 1


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"iss": "https://login.example.com"}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": [CLIENT, "another"]}, "audience"),
        ({"aud": [CLIENT], "azp": "another"}, "audience"),
        ({"aud": []}, "audience"),
        ({"nonce": "other"}, "nonce"),
        ({"nonce": ["n", "other"]}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": None}, "claims"),
        ({"sub": None}, "subject"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "x" * 256}, "claims"),
        ({"sub": "a\x00b"}, "claims"),
        ({"exp": "never"}, "claims"),
        ({"exp": 1_000}, "expired"),
        ({"exp": float("nan")}, "claims"),
        ({"iat": 99_999_999_999}, "issued"),
    ],
)
def test_claims_that_are_not_believed(first: RSAKey, changed: dict[str, Any], reason: str) -> None:
    organisation = oidc.Provider(ISSUER, CLIENT, Published(first))
    with pytest.raises(NotBelieved) as refused:
        organisation.subject(signed(first, "RS256", "first", **changed), "n")
    assert refused.value.reason == reason


def test_several_audiences_are_believed_where_this_program_asked(first: RSAKey) -> None:
    organisation = oidc.Provider(ISSUER, CLIENT, Published(first))
    token = signed(first, "RS256", "first", aud=[CLIENT, "another"], azp=CLIENT)
    assert organisation.subject(token, "n") == AADA


def test_signatures_of_each_allowed_kind(first: RSAKey) -> None:
    curve = ECKey.generate_key("P-256", {"kid": "curve"})
    edwards = OKPKey.generate_key("Ed25519", {"kid": "edwards"})
    organisation = oidc.Provider(ISSUER, CLIENT, Published(first, curve, edwards))
    for key, alg, kid in (
        (first, "PS256", "first"),
        (curve, "ES256", "curve"),
        (edwards, "Ed25519", "edwards"),
    ):
        assert organisation.subject(signed(key, alg, kid), "n") == AADA


def test_tokens_signed_with_nothing_or_with_what_is_public_are_not_believed(first: RSAKey) -> None:
    organisation = oidc.Provider(ISSUER, CLIENT, Published(first))
    whole = signed(first, "RS256", "first")
    head, body, _ = whole.split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"  # {"alg":"none","typ":"JWT"}
    for token in (
        _by_the_public_key(first, body),
        f"{none}.{body}.",
        f"{head}.{body}.",
        f"{head}.{body}.AAAA",
        signed(rsa("first"), "RS256", "first"),
        signed(ECKey.generate_key("P-256"), "ES256", "first"),
        "",
        "a.b.c",
        "ä.ö.å",
        "." * 50,
        whole[:-20],
    ):
        with pytest.raises(NotBelieved):
            organisation.subject(token, "n")


def _by_the_public_key(key: RSAKey, body: str) -> str:
    """Sign as if the public key, which everybody knows, were a shared secret."""
    head = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT","kid":"first"}').decode().rstrip("=")
    mark = hmac.digest(key.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{urlsafe_b64encode(mark).decode().rstrip('=')}"


def test_shared_secrets_and_keys_for_sealing_are_no_keys_here() -> None:
    secret = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "s"}
    sealing = {**rsa("e").as_dict(private=False), "use": "enc"}

    def published(url: str) -> bytes:
        if url.endswith("/keys"):
            return json.dumps({"keys": [secret, sealing, None, "key"]}).encode()
        return json.dumps({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}).encode()

    organisation = oidc.Provider(ISSUER, CLIENT, published)
    with pytest.raises(NotBelieved):
        organisation.subject(signed(OctKey.import_key(secret), "HS256", "s"), "n")


@pytest.mark.parametrize(
    "said",
    [
        b"<html>",
        b"[]",
        b'{"issuer": "https://evil.example", "jwks_uri": "https://evil.example/keys"}',
        b'{"issuer": "https://login.example.fi/realm"}',
        b'{"issuer": "https://login.example.fi/realm", "jwks_uri": 7}',
    ],
)
def test_a_provider_that_says_something_else_is_none(said: bytes, first: RSAKey) -> None:
    organisation = oidc.Provider(ISSUER, CLIENT, lambda _url: said)
    with pytest.raises(ProviderAway):
        organisation.subject(signed(first, "RS256", "first"), "n")


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example.fi",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "https://user@login.example.fi",
        "http://[bad",
        "https://",
        "http://127.0.0.1.example.fi",
    ],
)
def test_addresses_that_are_not_asked(address: str) -> None:
    assert not oidc.is_safe(address)
    with pytest.raises(ProviderAway):
        oidc.fetch(address)


def test_what_answers_too_much_or_elsewhere_is_not_read(organisation: Provider) -> None:
    """A redirection is not followed, and nothing that is not there is waited for."""
    with pytest.raises(ProviderAway):
        oidc.fetch(f"{organisation.issuer}/no-such-page")
    assert oidc.is_safe("https://login.example.fi")
    assert oidc.discovery(organisation.issuer)["issuer"] == organisation.issuer
    with pytest.raises(ProviderAway):
        oidc.discovery(f"{organisation.issuer}/")


def test_the_administrator_is_told_of_a_slip_in_the_address(organisation: Provider, tmp_path: Any) -> None:
    def ran(*words: str) -> "subprocess.CompletedProcess[str]":
        url = f"sqlite:///{tmp_path / 'centre.db'}"
        env = {**os.environ, "TYOPARI_DATABASE_URL": url, "TYOPARI_LANGUAGE": "en"}
        command = [sys.executable, "-m", "sync.server", "login", *words]
        return subprocess.run(command, capture_output=True, text=True, env=env, timeout=60)

    slip = ran("--oidc", f"{organisation.issuer}/realm", "--client-id", CLIENT)
    assert (slip.returncode, slip.stdout) == (1, "")
    assert "exactly as the provider gives it" in slip.stderr
    good = ran("--oidc", organisation.issuer, "--client-id", CLIENT, "--enrol-with", "login", "--days", "14")
    assert good.returncode == 0, good.stderr
    assert good.stdout == ran().stdout
    assert good.stdout.splitlines() == [
        "enrol-with\tlogin",
        "passwords\tyes",
        f"oidc\t{organisation.issuer}",
        f"client-id\t{CLIENT}",
        "days\t14",
    ]
