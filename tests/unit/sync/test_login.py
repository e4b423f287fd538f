"""Logging in from the device: by password and in the browser, against the real centre and a real OpenID provider."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from app import clock
from app.clock import now
from app.errors import KnownError, NotAllowed
from storage.store import Store
from sync.browser import Browser, NotLoggedIn
from sync.client import sync_once
from sync.enrol import enrol
from sync.login import OWN_PASSWORD, Password, change_password, log_in, methods
from sync.login_messages import LoginMethods, OidcMessage
from sync.server import accounts, assignments, login_rules, passwords
from sync.server.database import writing
from sync.transport import Answer, NotNow, Told
from tests.openid import CLIENT, Provider, provider
from tests.town import Network, Town, new_store, new_town

GOOD, OTHER = "neljä sanaa joita kukaan ei arvaa", "viisi muuta sanaa joita ei arvata"
AADA = "f3a1-aada"


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a password cost little at the centre of these tests."""
    monkeypatch.setattr(passwords, "MEMORY", 64)
    monkeypatch.setattr(passwords, "ROUNDS", 1)
    monkeypatch.setattr(passwords, "_NOBODYS", passwords.keep("nobody's at all"))


@pytest.fixture(scope="module")
def organisation() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = new_town(tmp_path, workers=("aada",))
    yield made
    made.close()


def asks(town: Town, organisation: Provider | None = None, enrol_with: str = "code+login") -> None:
    named = {"issuer": organisation.issuer, "client_id": CLIENT} if organisation else {}
    with writing(town.engine) as connection:
        login_rules.change(connection, enrol_with=enrol_with, **named)


def given(town: Town, name: str, password: str, must_change: bool = False) -> None:
    with writing(town.engine) as connection:
        worker = accounts.user(connection, name)["worker_id"]
        accounts.set_password(connection, worker, passwords.keep(password), must_change)


def code(town: Town, name: str = "aada") -> str:
    with writing(town.engine) as connection:
        return accounts.make_code(connection, name)


@contextmanager
def fresh(folder: Path) -> Iterator[Store]:
    store = new_store(folder)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def later(**by: float) -> Iterator[None]:
    moment = now() + timedelta(**by)
    release = clock.hold(now=lambda: moment)
    try:
        yield
    finally:
        release()


def join(town: Town, store: Store, who: Any = None, one_time: str = "") -> Any:
    return enrol(store, "http://127.0.0.1", one_time, Network(town.way), who=who)


def test_joining_with_a_code_and_a_password(town: Town, tmp_path: Path) -> None:
    asks(town)
    given(town, "aada", GOOD)
    with fresh(tmp_path / "new") as store:
        with pytest.raises(Told) as told:
            join(town, store, one_time=code(town))
        assert told.value.reply.code == "login"
        with pytest.raises(Told, match="user name or the password"):
            join(town, store, Password("aada", OTHER), code(town))
        result = join(town, store, Password(" Aada ", GOOD), code(town))
        assert result.warnings == ()
        assert store.worker_names()[str(store.worker)] == "aada"
        assert sync_once(store, Network(town.way)).unsent == 0


def test_a_password_that_was_given_is_to_be_changed_and_can_be(town: Town, tmp_path: Path) -> None:
    asks(town)
    given(town, "aada", GOOD, must_change=True)
    with fresh(tmp_path / "new") as store:
        assert join(town, store, Password("aada", GOOD), code(town)).warnings == (OWN_PASSWORD,)
        way = Network(town.way)
        with pytest.raises(Told, match="too easy"):
            change_password(store, Password("aada", GOOD), "lyhyt", way)
        with pytest.raises(KnownError, match="too long"):
            change_password(store, Password("aada", GOOD), "x" * 201, way)
        change_password(store, Password("aada", GOOD), OTHER, way)
        assert not log_in(store, Password("aada", OTHER), way).must_change


def test_after_a_month_one_logs_in_again_and_nothing_is_lost(town: Town, tmp_path: Path) -> None:
    asks(town)
    given(town, "aada", GOOD)
    with fresh(tmp_path / "new") as store:
        way = Network(town.way)
        join(town, store, Password("aada", GOOD), code(town))
        with later(days=31):
            with pytest.raises(Told, match="asks you to log in"):
                sync_once(store, way)
            log_in(store, Password("aada", GOOD), way)
            sync_once(store, way)


def test_a_centre_that_asks_for_a_code_gets_no_password(town: Town, tmp_path: Path) -> None:
    with fresh(tmp_path / "new") as store:
        network = Network(town.way)
        with pytest.raises(NotAllowed, match="nobody"):
            enrol(store, "http://127.0.0.1", code(town), network, who=Password("aada", GOOD))
        assert network.requests == ["GET /login"]


def test_a_centre_of_before_asks_for_a_code() -> None:
    class Old:
        def send(self, *_args: Any, **_more: Any) -> Answer:
            body = b'{"code": "not_found", "message": "There is nothing here."}'
            return Answer(404, {"content-type": "application/json"}, body)

    assert methods(Old()) == LoginMethods()


def test_joining_with_the_organisations_account(town: Town, organisation: Provider, tmp_path: Path) -> None:
    asks(town, organisation)
    with fresh(tmp_path / "new") as store:
        join(town, store, Browser(organisation.person(AADA)), code(town))
        assert store.worker_names()[str(store.worker)] == "aada"
        with later(days=31), pytest.raises(Told, match="asks you to log in"):
            sync_once(store, Network(town.way))
        with pytest.raises(Told, match="no account that is yours"):
            log_in(store, Browser(organisation.person("somebody else")), Network(town.way))
        log_in(store, Browser(organisation.person(AADA)), Network(town.way))
    with fresh(tmp_path / "second") as store, pytest.raises(Told, match="no account that is yours"):
        join(town, store, Browser(organisation.person("somebody else")), code(town))


def test_a_password_does_not_do_where_the_browser_is_wanted(town: Town, tmp_path: Path) -> None:
    asks(town)
    given(town, "aada", GOOD)
    with fresh(tmp_path / "new") as store, pytest.raises(NotAllowed, match="no log-in of the organisation"):
        join(town, store, Browser(lambda _url: pytest.fail("no page to be shown")), code(town))


def test_the_role_of_the_centre_is_taken_with_the_next_token(town: Town) -> None:
    device = town.devices[0]
    with writing(town.engine) as connection:
        assignments.set_role(connection, "aada", "team-lead")
    assert device.store.role == "job-coach"
    with later(minutes=20):
        device.sync()
    assert device.store.role == "team-lead"


# ---- in the browser -----------------------------------------------------------------------------------------


def come_back(url: str, **changed: str | None) -> httpx.Response:
    """Go where the provider would send the browser, with what is changed in its answer."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    answer = {"code": "made-up", "state": asked["state"], **changed}
    there = f"{asked['redirect_uri']}?{urlencode({n: v for n, v in answer.items() if v is not None})}"
    return httpx.get(there, trust_env=False)


def logged_in(organisation: Provider, show: Callable[[str], object], seconds: float = 30) -> str:
    message = OidcMessage(issuer=organisation.issuer, client_id=CLIENT)
    return Browser(show, seconds=seconds).id_token(message, "nonce")


def test_what_the_browser_is_asked(organisation: Provider) -> None:
    pages: list[str] = []

    def show(url: str) -> None:
        pages.append(url)
        organisation.person(AADA)(url)

    assert logged_in(organisation, show).count(".") == 2
    assert logged_in(organisation, show)
    one, other = (parse_qs(urlsplit(page).query) for page in pages)
    assert one["response_type"] == ["code"]
    assert one["code_challenge_method"] == ["S256"]
    assert one["scope"] == ["openid"]
    assert one["nonce"] == ["nonce"]
    assert urlsplit(one["redirect_uri"][0]).hostname == "127.0.0.1"
    for name in ("state", "code_challenge"):
        assert len(one[name][0]) == 43
        assert one[name] != other[name]
    with pytest.raises(httpx.ConnectError):
        httpx.get(one["redirect_uri"][0], trust_env=False)  # nobody listens there any more


def test_an_answer_to_another_log_in_is_not_taken(organisation: Provider) -> None:
    for state in ("another", "", None):
        with pytest.raises(NotLoggedIn, match="another log-in"):
            logged_in(organisation, lambda url, state=state: come_back(url, state=state))  # type: ignore[misc]


def test_who_refuses_or_is_refused_is_told_so(organisation: Provider) -> None:
    with pytest.raises(NotLoggedIn, match="cancelled"):
        logged_in(organisation, organisation.refuser())
    with pytest.raises(NotLoggedIn, match="cancelled"):
        logged_in(organisation, lambda url: come_back(url, code=None, error="access_denied"))


def test_a_code_of_somebody_else_is_worth_nothing(organisation: Provider) -> None:
    """Not without the verifier: a code that was slipped in is refused by the provider."""
    slipped: list[str] = []

    def steal(url: str) -> None:
        with httpx.Client(trust_env=False) as browser:
            back = browser.post(url, data={"sub": AADA}).headers["location"]
        slipped.extend(parse_qs(urlsplit(back).query)["code"])
        come_back(url, error="access_denied")

    with pytest.raises(NotLoggedIn, match="cancelled"):
        logged_in(organisation, steal)
    with pytest.raises(NotLoggedIn, match="not understood"):
        logged_in(organisation, lambda url: come_back(url, code=slipped[0]))
    with pytest.raises(NotLoggedIn, match="not understood"):
        logged_in(organisation, come_back)
    with pytest.raises(NotLoggedIn, match="not understood"):
        logged_in(organisation, lambda url: come_back(url, iss="https://another.example.fi"))


def test_who_closes_the_page_is_waited_for_and_then_told(organisation: Provider) -> None:
    with pytest.raises(NotLoggedIn, match="Nobody logged in within 1 minutes"):
        logged_in(organisation, lambda _url: None, seconds=0.05)


def test_waiting_can_be_stopped_from_another_thread(organisation: Provider) -> None:
    browser = Browser(lambda _url: Thread(target=lambda: browser.stop()).start())
    message = OidcMessage(issuer=organisation.issuer, client_id=CLIENT)
    with pytest.raises(NotLoggedIn, match="stopped"):
        browser.id_token(message, "nonce")


def test_only_the_way_back_is_answered(organisation: Provider) -> None:
    seen: list[int] = []

    def show(url: str) -> None:
        there = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        with httpx.Client(trust_env=False) as browser:
            seen.append(browser.get(there.replace("/callback", "/favicon.ico")).status_code)
            seen.append(browser.get(f"{there}?code=x", headers={"Host": "evil.example"}).status_code)
            seen.append(browser.post(there, data={"code": "x"}).status_code)
        page = come_back(url, error="access_denied", code=None)
        assert "script" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        seen.append(page.status_code)

    with pytest.raises(NotLoggedIn):
        logged_in(organisation, show)
    assert seen == [404, 404, 501, 200]


def test_a_provider_that_does_not_answer_is_said_so(town: Town, tmp_path: Path) -> None:
    with provider() as away:
        asks(town, away)
        away.down()
    with fresh(tmp_path / "new") as store, pytest.raises(NotNow, match="log-in does not answer"):
        join(town, store, Browser(lambda _url: None), code(town))


def test_a_provider_that_goes_before_the_centre_asks_it_is_said_so(town: Town, tmp_path: Path) -> None:
    with provider() as away:
        asks(town, away)

        class LastMoment(Network):
            def send(self, path: str, body: bytes, headers: Any, method: str = "POST") -> Answer:
                if path == "/enrol":
                    away.down()
                return super().send(path, body, headers, method)

        with fresh(tmp_path / "new") as store, pytest.raises(NotNow, match="does not reach"):
            enrol(
                store,
                "http://127.0.0.1",
                code(town),
                LastMoment(town.way),
                who=Browser(away.person(AADA)),
            )


def test_a_page_that_is_not_protected_is_not_opened(organisation: Provider) -> None:
    message = OidcMessage(issuer="http://login.example.fi", client_id=CLIENT)
    with pytest.raises(NotLoggedIn, match="not understood"):
        Browser(lambda _url: pytest.fail("opened")).id_token(message, "nonce")
