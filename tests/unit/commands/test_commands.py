"""The commands, as a person or a script calls them: answers, refusals in words, exit codes."""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.__main__ import main
from app.i18n import set_language
from app.services import SPECS
from storage.store import Store
from tests.stores import PASSPHRASE, new_store


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    new_store(folder).close()
    return folder


@pytest.fixture
def run(profile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("TYOPARI_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("TYOPARI_LANGUAGE", "en")

    def call(*words: object, stdin: str = "") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main(["--profile", str(profile), *map(str, words)])
        return Said(code, *capsys.readouterr())

    yield call
    set_language("fi")


def put(run: Run, kind: str, *entries: dict[str, Any]) -> list[str]:
    said = run("put", kind, "-", "--json", stdin="\n".join(json.dumps(entry) for entry in entries))
    assert said.code == 0, said.err
    return said.json()


def test_a_day_without_a_window(run: Run, tmp_path: Path) -> None:
    (client,) = put(run, "client", {"first_name": "Åke", "last_name": "Hämäläinen"})
    put(run, "support_visit", {"client_id": client, "on": "2026-01-02", "notes": "Kävimme kirjastossa"})
    (plan,) = put(
        run, "career_plan", {"client_id": client, "made_on": "2026-01-01", "goals": [{"text": "Keittiöön"}]}
    )
    assert [row["id"] for row in run("list", "client", "--json").json()] == [client]
    assert run("search", "kirjasto", "--json").json()[0]["client_id"] == client
    assert run("show", "career_plan", plan, "--json").json()["goals"][0]["text"] == "Keittiöön"
    status = run("status", "--json").json()
    assert status["records"]["support_visit"] == 1
    assert status["unsent"] == 4
    assert status["unsent_files"] == 0
    assert status["waits_for_update"] == 0
    assert status["scopes"] == []
    said = run("status").out
    assert "none: everything is kept here" in said
    assert "Unsent" not in said, "nothing waits for a centre that there is not"
    document = tmp_path / "plan.pdf"
    assert run("pdf", "career_plan", plan, "--out", document, "--lang", "sv").code == 0
    assert document.read_bytes().startswith(b"%PDF-")
    assert run("delete", "support_visit", run("list", "support_visit", "--json").json()[0]["id"]).code == 0
    assert run("list", "support_visit", "--json").json() == []


def test_put_changes_only_the_given_fields_and_history_tells(run: Run) -> None:
    (client,) = put(run, "client", {"first_name": "Aino", "last_name": "Testinen", "phone": "1"})
    assert put(run, "client", {"id": client, "phone": "2"}) == [client]
    shown = run("show", "client", client, "--history", "--json").json()
    assert (shown["first_name"], shown["phone"]) == ("Aino", "2")
    assert shown["history"][0]["patch"] == {"phone": ["1", "2"]}


def test_a_batch_with_one_bad_row_writes_nothing_and_names_it(run: Run, tmp_path: Path) -> None:
    (client,) = put(run, "client", {"first_name": "Aino", "last_name": "Testinen"})
    rows = [{"client_id": client, "on": "2026-01-02", "notes": str(n)} for n in range(1000)]
    rows[617]["on"] = "2026-31-01"
    file = tmp_path / "visits.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    said = run("put", "support_visit", file)
    assert said.code == 1
    assert "618" in said.err
    assert "Day" in said.err
    assert run("list", "support_visit", "--json").json() == []


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"first_name": "A"}, "Last name"),
        ({"first_name": "A", "last_name": "B", "shoe_size": 42}, "shoe_size"),
        ({"first_name": "A", "last_name": "B", "scope": "reference"}, "scope"),
        ({"first_name": "A", "last_name": "B", "version": 7}, "version"),
        ({"first_name": "A", "last_name": "B", "branch": "navy"}, "Branch"),
        ({"first_name": "A", "last_name": "B", "identity_code": "010101-123M"}, "Identity code"),
        ({"id": "17", "first_name": "A", "last_name": "B"}, "17"),
        ({"first_name": "A", "last_name": "B", "languages": "fi"}, "Languages"),
    ],
)
def test_a_refusal_names_the_field(run: Run, entry: dict[str, Any], named: str) -> None:
    said = run("put", "client", "-", stdin=json.dumps(entry))
    assert said.code == 1
    assert said.out == ""
    assert named in said.err
    assert run("list", "client", "--json").json() == []


def test_a_refusal_speaks_the_chosen_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = set()
    for language in ("fi", "sv", "en"):
        monkeypatch.setenv("TYOPARI_LANGUAGE", language)
        texts.add(run("put", "client", "-", stdin='{"first_name": "A"}').err)
    assert len(texts) == 3


@pytest.mark.parametrize("text", ["", "[", '{"a": 1}\n{', "[1]", '"a"', "null"])
def test_what_is_no_json_object_is_refused(run: Run, text: str) -> None:
    said = run("put", "client", "-", stdin=text)
    assert (said.code, said.out.strip()) in {(1, ""), (0, "")}
    assert said.code == (0 if text == "" else 1)


def test_the_same_entry_twice_in_a_file_is_refused(run: Run) -> None:
    (client,) = put(run, "client", {"first_name": "A", "last_name": "B"})
    said = run(
        "put", "client", "-", stdin=json.dumps([{"id": client, "phone": "1"}, {"id": client, "phone": "2"}])
    )
    assert said.code == 1


def test_exit_codes(run: Run, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("list", "nothing").code == 2
    with pytest.raises(SystemExit) as caught:
        run("nothing")
    assert caught.value.code == 2
    assert run("show", "client", "01a20c36-dea7-759c-8954-c6b68ef71861").code == 1
    assert main(["--profile", str(tmp_path / "empty"), "status"]) == 4
    monkeypatch.setenv("TYOPARI_PASSPHRASE", "something else")
    assert run("status").code == 3
    monkeypatch.setenv("TYOPARI_PASSPHRASE", PASSPHRASE)
    file = profile / "store.db"
    file.write_bytes(file.read_bytes()[:100])
    said = run("status")
    assert said.code == 4
    assert said.err.strip()


def test_init_makes_a_store_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage import keys
    from storage.slots import FLOOR

    monkeypatch.setattr(keys, "calibrated", lambda: FLOOR)
    fresh = tmp_path / "fresh"
    said = run("--profile", fresh, "init", "--json")
    assert said.code == 0
    assert len(said.json()["recovery_code"].replace("-", "")) >= 26
    assert run("--profile", fresh, "init").code == 1
    assert run("status", "--profile", fresh, "--json").json()["unsent"] == 0


def test_kinds_say_what_put_takes(run: Run) -> None:
    kinds = run("kinds", "--json").json()
    assert list(kinds) == list(SPECS)
    for kind in kinds.values():
        assert set(kind) == {"schema", "scope", "group", "title"}
        assert kind["schema"]["type"] == "object"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_list_is_written_as_a_file_and_noted_in_the_access_log(
    run: Run, tmp_path: Path, profile: Path, ending: str
) -> None:
    (client,) = put(run, "client", {"first_name": "Aino", "last_name": "Testinen"})
    put(run, "support_visit", {"client_id": client, "on": "2026-01-05", "notes": "Hyvä päivä"})
    file = tmp_path / f"list.{ending}"
    assert run("list", "support_visit", "--out", file, "--json").json()["rows"] == 1
    if ending == "csv":
        assert "Testinen Aino" in file.read_text("utf-8-sig")
        assert "Hyvä päivä" in file.read_text("utf-8-sig")
    assert file.stat().st_size > 50
    store = Store.open(profile, os.environ["TYOPARI_PASSPHRASE"])
    assert [row["detail"] for row in store.access_log() if row["action"] == "export"] == [f"list {ending}"]
    store.close()
    assert run("list", "support_visit", "--out", tmp_path / "list.pdf").code == 2


def test_due_and_its_calendar_without_names(run: Run, tmp_path: Path) -> None:
    (client,) = put(run, "client", {"first_name": "Salainen", "last_name": "Henkilö"})
    put(
        run,
        "support_visit",
        {"client_id": client, "on": "2026-01-15", "state": "planned", "start_time": "09:00"},
    )
    file = tmp_path / "due.ics"
    items = run("due", "--on", "2026-01-10", "--json", "--ics", file).json()
    assert [(item["on"], item["kind"], item["overdue"]) for item in items] == [
        ("2026-01-15", "support_visit", False)
    ]
    text = file.read_text(encoding="utf-8")
    assert "DTSTART:20260115T090000" in text
    assert "Salainen" not in text
    assert "Henkilö" not in text
    assert run("due", "--on", "tomorrow").code == 2


def test_import_dry_run_and_all_or_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_bytes(
        "Etunimi;Sukunimi;Syntymäaika\nPäivi;Mäkelä;1.2.1980\nÅke;Öhman;31.11.1990\n".encode("latin-1")
    )
    dry = run("import", "clients", file, "--dry-run", "--json").json()
    assert [(row["row"], row["ok"]) for row in dry["rows"]] == [(2, True), (3, False)]
    assert dry["rows"][1]["problems"][0]["field"] == "born_on"
    assert run("import", "clients", file).code == 1
    assert run("list", "client", "--json").json() == []
    file.write_bytes("Etunimi;Sukunimi;Syntymäaika\nPäivi;Mäkelä;1.2.1980\n".encode("latin-1"))
    assert run("import", "clients", file, "--json").json()["imported"] == 1
    assert run("list", "client", "--json").json()[0]["last_name"] == "Mäkelä"
    again = run("import", "clients", file, "--dry-run", "--json").json()
    assert len(again["rows"][0]["duplicates"]) == 1


def test_backup_restore_and_check(run: Run, tmp_path: Path) -> None:
    put(run, "client", {"first_name": "A", "last_name": "Ennen"})
    file = tmp_path / "backup.tyopari"
    assert run("backup", file).code == 0
    put(run, "client", {"first_name": "B", "last_name": "Jälkeen"})
    said = run("restore", file, "--json")
    assert said.code == 0
    assert Path(said.json()["moved_to"]).is_dir()
    assert [row["last_name"] for row in run("list", "client", "--json").json()] == ["Ennen"]
    assert run("check", "--json").json() == {"sound": True, "findings": []}
    (tmp_path / "rubbish").write_bytes(b"rubbish")
    assert run("restore", tmp_path / "rubbish").code == 4
    assert [row["last_name"] for row in run("list", "client", "--json").json()] == ["Ennen"]


def test_a_changed_passphrase_opens_and_the_old_one_does_not(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage import keys
    from storage.slots import FLOOR

    monkeypatch.setattr(keys, "calibrated", lambda: FLOOR)
    put(run, "client", {"first_name": "A", "last_name": "B"})
    monkeypatch.setenv("TYOPARI_NEW_PASSPHRASE", "uusi pitka lause 93 kissaa")
    assert run("passphrase").code == 0
    assert run("status").code == 3
    monkeypatch.setenv("TYOPARI_PASSPHRASE", "uusi pitka lause 93 kissaa")
    assert run("status", "--json").json()["records"]["client"] == 1


def test_without_a_centre_sync_says_so(run: Run) -> None:
    said = run("sync")
    assert said.code != 0
    assert said.err.strip()
    assert run("conflicts", "--json").json() == []


def test_without_a_screen_it_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    said = run()
    assert said.code == 1
    assert "--headless" in said.err


def test_a_phase_is_called_what_the_organisation_calls_it(run: Run, tmp_path: Path) -> None:
    (client,) = put(run, "client", {"first_name": "Aino", "last_name": "Testinen"})
    of = {"client_id": client}
    (relationship,) = put(run, "coaching_relationship", {**of, "started_on": "2026-01-05"})
    change = {"relationship_id": relationship, "phase": "support", "on": "2026-02-02"}
    (changed,) = put(run, "phase_change", {**of, **change})
    (settled,) = put(run, "coaching_phase", {"phase": "support", "name_en": "Help at work", "in_use": False})
    assert "Help at work" in run("list", "phase_change").out
    assert "Phase: Help at work" in run("show", "phase_change", changed).out
    assert run("list", "phase_change", "--json").json()[0]["phase"] == "support", "data keep the code"
    assert run("list", "phase_change", "--out", tmp_path / "list.csv").code == 0
    assert "Help at work" in (tmp_path / "list.csv").read_text(encoding="utf-8-sig")
    # A device that has not heard of it yet may still write down a phase out of use.
    put(run, "phase_change", {**of, **change, "on": "2026-03-02"})
    put(run, "coaching_phase", {"id": settled, "name_en": ""})
    assert "Help at work" not in run("list", "phase_change").out
    refused = run("put", "coaching_phase", "-", stdin='{"phase": "ended", "in_use": false}')
    assert refused.code != 0
    assert "this phase stays in use" in refused.err
