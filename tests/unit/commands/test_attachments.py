"""The commands on clients' files, alone and with a centre over real HTTP."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn

from app.__main__ import main
from app.i18n import set_language
from storage import blobs
from storage.store import Store
from sync.server import accounts, assignments, setup
from sync.server.app import create_app
from sync.server.database import connect, writing
from sync.server.serve import _listen
from tests.stores import PASSPHRASE, new_store

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    monkeypatch.setenv("TYOPARI_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("TYOPARI_LANGUAGE", "en")

    def call(who: str, *words: object) -> tuple[int, str, str]:
        folder = tmp_path / who
        if not folder.exists():
            new_store(folder).close()
        code = main(["--profile", str(folder), *map(str, words)])
        return (code, *capsys.readouterr())

    yield call
    set_language("fi")


def client_of(run: Run, who: str, tmp_path: Path) -> str:
    file = tmp_path / "client.json"
    file.write_text(json.dumps({"first_name": "Aino", "last_name": "Testinen"}), encoding="utf-8")
    code, out, err = run(who, "put", "client", file)
    assert code == 0, err
    return out.strip()


def test_a_file_is_attached_and_written_out_again(run: Run, tmp_path: Path) -> None:
    client = client_of(run, "aada", tmp_path)
    scan = tmp_path / "suostumus.pdf"
    scan.write_bytes(b"%PDF-1.4 scan")
    code, out, err = run(
        "aada", "attach", client, scan, "--category", "consent", "--note", "Signed", "--json"
    )
    assert code == 0, err
    made = json.loads(out)["id"]
    assert json.loads(run("aada", "status", "--json")[1])["unsent_files"] == 1
    code, out, _err = run("aada", "show", "attachment", made, "--json")
    shown = json.loads(out)
    assert (shown["name"], shown["category"], shown["note"], shown["size"], shown["mime"]) == (
        "suostumus.pdf",
        "consent",
        "Signed",
        13,
        "application/pdf",
    )
    out_file = tmp_path / "out.pdf"
    assert run("aada", "attachment", made, "--out", out_file)[0] == 0
    assert out_file.read_bytes() == b"%PDF-1.4 scan"
    store = Store.open(tmp_path / "aada", PASSPHRASE)
    log = [(line["action"], line["kind"]) for line in store.access_log(client)]
    store.close()
    assert ("create", "attachment") in log
    assert ("export", "attachment") in log


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("attach", "01990000-0000-7000-8000-0000000000aa", "{file}"), "There is no such entry"),
        (("attach", "{client}", "{file}.missing"), "cannot be read"),
        (("attach", "{client}", "{file}", "--category", "poem"), "not one of the choices"),
        (("attach", "Aino", "{file}"), "not an identifier"),
        (
            ("attachment", "01990000-0000-7000-8000-0000000000aa", "--out", "{file}.out"),
            "There is no such entry",
        ),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    client = client_of(run, "aada", tmp_path)
    file = tmp_path / "cv.pdf"
    file.write_bytes(b"cv")
    code, _out, err = run("aada", *(word.format(client=client, file=file) for word in words))
    assert code == 1
    assert said in err
    assert not (tmp_path / "cv.pdf.out").exists()
    assert not list((tmp_path / "aada" / blobs.FOLDER).glob("*")), "a refused file is not kept"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """A centre that listens on this computer, with two workers."""
    engine = connect(f"sqlite:///{tmp_path / 'centre.db'}")
    setup.prepare(engine)
    with writing(engine) as connection:
        for name in ("aada", "bertil"):
            accounts.add_user(connection, name, "job-coach")
    server = uvicorn.Server(uvicorn.Config(create_app(engine), log_config=None))
    listening = _listen("127.0.0.1", 0)
    thread = Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", engine
    server.should_exit = True
    thread.join()
    listening.close()
    engine.dispose()


def test_a_file_goes_over_the_centre_to_a_colleague(
    run: Run, tmp_path: Path, centre: tuple[str, Any]
) -> None:
    url, engine = centre
    for who in ("aada", "bertil"):
        with writing(engine) as connection:
            code = accounts.make_code(connection, who)
        assert run(who, "enrol", url, code)[0] == 0
    client = client_of(run, "aada", tmp_path)
    content = bytes(range(256)) * 9000
    scan = tmp_path / "scan.png"
    scan.write_bytes(content)
    made = run("aada", "attach", client, scan)[1].strip()
    assert run("aada", "sync")[0] == 0
    with writing(engine) as connection:
        assignments.assign(connection, client, "bertil", None, None, None)
    assert run("bertil", "sync")[0] == 0
    assert not any((tmp_path / "bertil" / blobs.FOLDER).glob("*")), "it is fetched when it is wanted"
    out = tmp_path / "out.png"
    code, _said, err = run("bertil", "attachment", made, "--out", out)
    assert code == 0, err
    assert out.read_bytes() == content
