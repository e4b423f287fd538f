"""The commands by which people join and log in, at a centre over real HTTP and a real OpenID provider."""

import io
import json
import webbrowser
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app import clock
from app.__main__ import main
from app.demo.centre import EmbeddedCentre
from app.i18n import set_language
from sync.server import __main__ as server
from sync.server import accounts
from sync.server.database import snapshot
from tests.openid import CLIENT, provider
from tests.stores import PASSPHRASE, new_store

Run = Callable[..., tuple[int, str, str]]
GOOD, OTHER = "neljä sanaa joita kukaan ei arvaa", "viisi muuta sanaa joita ei arvata"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[EmbeddedCentre]:
    made = EmbeddedCentre(tmp_path / "centre")
    made.start()
    yield made
    made.close()


@pytest.fixture
def office(
    centre: EmbeddedCentre, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command of the centre; what is typed comes from `stdin`."""
    monkeypatch.setenv("TYOPARI_DATABASE_URL", str(centre.engine.url))
    monkeypatch.setenv("TYOPARI_LANGUAGE", "en")

    def call(*words: object, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        return (server.main([*map(str, words)]), *capsys.readouterr())

    return call


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command of a device; `password` and `new` are given by the environment."""
    monkeypatch.setenv("TYOPARI_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("TYOPARI_LANGUAGE", "en")
    new_store(tmp_path / "store").close()

    def call(*words: object, password: str = "", new: str = "") -> tuple[int, str, str]:
        for name, value in (("TYOPARI_PASSWORD", password), ("TYOPARI_NEW_PASSWORD", new)):
            if value:
                monkeypatch.setenv(name, value)
            else:
                monkeypatch.delenv(name, raising=False)
        code = main(["--profile", str(tmp_path / "store"), *map(str, words)])
        return (code, *capsys.readouterr())

    yield call
    set_language("fi")


def test_a_person_from_the_first_password_to_the_log_in_after_a_month(
    run: Run, office: Run, centre: EmbeddedCentre
) -> None:
    assert office("user", "add", "matti", "--role", "job-coach", "--password-stdin", stdin="lyhyt\n")[0] == 1
    assert office("user", "list")[1].count("matti") == 0
    added = office("user", "add", "matti", "--role", "job-coach", "--password-stdin", stdin=f"{GOOD}\n")
    assert added[0] == 0, added
    assert office("login", "--enrol-with", "code+login")[0] == 0
    one_time = office("enrol-code", "matti")[1].strip()
    code, _out, err = run("enrol", centre.url)
    assert (code, "one-time code" in err) == (2, True)
    code, _out, err = run("enrol", centre.url, one_time)
    assert (code, "--user NAME" in err) == (2, True)
    code, _out, err = run("enrol", centre.url, one_time, "--user", "matti")
    assert (code, "TYOPARI_PASSWORD" in err) == (2, True)
    code, _out, err = run("enrol", centre.url, one_time, "--user", "matti", password=OTHER)
    assert (code, "is not right" in err) == (1, True)
    code, out, err = run("enrol", centre.url, one_time, "--user", "matti", "--json", password=GOOD)
    assert code == 0, err
    assert json.loads(out)["name"] == "matti"
    assert "chosen by somebody else" in err
    assert run("password", "matti", password=GOOD, new="lyhyt")[0] == 1
    code, out, err = run("password", "matti", password=GOOD, new=OTHER)
    assert (code, out.strip()) == (0, "Your password at the centre was changed."), err
    moment = clock.now() + timedelta(days=31)
    release = clock.hold(now=lambda: moment)
    try:
        code, _out, err = run("sync")
        assert (code, "asks you to log in" in err) == (1, True)
        assert run("login", "--user", "matti", password=GOOD)[0] == 1
        code, out, err = run("login", "--user", "matti", password=OTHER)
        assert (code, out.strip()) == (0, "You are logged in."), err
        assert run("sync")[0] == 0
    finally:
        release()


def test_the_browser_is_opened_from_the_command_line(
    run: Run, office: Run, centre: EmbeddedCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    with provider() as organisation:
        told = office("login", "--enrol-with", "login", "--oidc", organisation.issuer, "--client-id", CLIENT)
        assert told[0] == 0, told
        office("user", "add", "matti", "--role", "job-coach")
        assert office("user", "link", "matti", "matti-17")[0] == 0
        assert office("user", "list")[1].split("matti\t")[1].splitlines()[0].endswith("\torganisation")
        monkeypatch.setattr(webbrowser, "open", organisation.person("matti-17"))
        code, _out, err = run("enrol", centre.url)
        assert code == 0, err
        assert f"{organisation.issuer}/oauth2/authorize?" in err
        assert run("login")[0] == 0
        monkeypatch.setattr(webbrowser, "open", organisation.person("somebody-else"))
        code, _out, err = run("login")
        assert (code, "no account that is yours" in err) == (1, True)


def test_a_centre_that_asks_for_a_code_asks_nothing_more(
    run: Run, office: Run, centre: EmbeddedCentre
) -> None:
    office("user", "add", "matti", "--role", "job-coach")
    code, _out, err = run("enrol", centre.url, office("enrol-code", "matti")[1].strip())
    assert code == 0, err
    assert run("login")[1].strip() == "This centre asks nobody to log in."


def test_what_the_administrator_can_do_with_an_account(office: Run, centre: EmbeddedCentre) -> None:
    office("user", "add", "matti", "--role", "job-coach")
    code, made, err = office("user", "password", "matti", "--generate")
    assert (code, len(made.strip())) == (0, 23)
    assert "within a week" in err

    def how() -> str:
        lines = [line.split("\t") for line in office("user", "list")[1].splitlines()]
        return next(f"{role} {ways}" for name, role, _id, ways in lines if name == "matti")

    assert how() == "job-coach password"
    assert office("user", "password", "matti")[0] == 2  # nobody to ask
    assert office("user", "password", "matti", "--stdin", stdin="matti-matti-matti\n")[0] == 1
    assert office("user", "password", "matti", "--stdin", stdin=f"{GOOD}\n")[0] == 0
    assert office("user", "link", "matti", "x")[0] == 2  # no log-in of the organisation is set
    assert office("user", "link", "matti", "x", "--issuer", "https://login.example.fi")[0] == 0
    assert how() == "job-coach password+organisation"
    assert office("user", "unlink", "matti")[0] == 0
    assert office("user", "role", "matti", "team-lead")[0] == 0
    assert office("user", "password", "matti", "--none")[0] == 0
    assert how() == "team-lead -"
    assert office("user", "deactivate", "matti")[0] == 0
    assert how() == "team-lead inactive"
    assert office("user", "activate", "matti")[0] == 0
    assert how() == "team-lead -"
    for words in (("deactivate",), ("activate",), ("unlink",), ("role", "admin"), ("password", "--none")):
        assert office("user", words[0], "nobody", *words[1:])[0] == 1
    assert office("login", "--passwords", "no", "--enrol-with", "login")[0] == 1
    assert office("login")[1].splitlines()[0] == "enrol-with\tcode"
    with snapshot(centre.engine) as connection:
        assert accounts.user(connection, "matti")["password_hash"] is None
    assert centre.findings() == []


def test_a_file_of_certificates_must_be_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "words.pem").write_text("not a certificate", encoding="utf-8")
    code, _out, err = run("enrol", "https://127.0.0.1:9", "CODE", "--ca-file", tmp_path / "words.pem")
    assert (code, "certificates cannot be read" in err) == (1, True)


def test_the_certificates_to_trust_are_kept_for_every_later_sync(
    run: Run, office: Run, centre: EmbeddedCentre, tmp_path: Path
) -> None:
    import certifi

    assert office("user", "add", "matti", "--role", "job-coach")[0] == 0
    code = office("enrol-code", "matti")[1].strip()
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(Path(certifi.where()).read_bytes())
    assert run("enrol", centre.url, code, "--ca-file", trusted)[0] == 0
    trusted.write_text("no certificates any more", encoding="utf-8")
    assert "certificates cannot be read" in run("sync")[2]
