"""The commands on a client as a whole, as a person or a script calls them."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2

from app import client_copy
from app.record import validated
from app.services import SPECS
from storage import blobs
from storage.store import Store
from tests.stores import PASSPHRASE
from tests.unit.commands.test_commands import Run, profile, run

__all__ = ["profile", "run"]


def put(run: Run, kind: str, **values: Any) -> str:
    said = run("put", kind, "-", stdin=json.dumps(values))
    assert said.code == 0, said.err
    return said.out.strip().strip('"[] \n')


def put_client(run: Run, first: str = "Aino", last: str = "Testinen", **values: Any) -> str:
    return put(run, "client", first_name=first, last_name=last, **values)


def test_merge_and_unmerge(run: Run) -> None:
    kept = put_client(run, phone="1", notes="Yksi")
    other = put_client(run, last="Testinenn", phone="2", notes="Kaksi")
    put(run, "network_member", client_id=other, name="Vuokko")
    said = run("merge", kept, other, "--take", "phone", "--both", "notes", "--json")
    assert said.code == 0, said.err
    assert said.json()["entries"] == 1
    row = run("show", "client", kept, "--json").json()
    assert (row["phone"], row["notes"], row["last_name"]) == ("2", "Yksi\n\nKaksi", "Testinen")
    assert [one["name"] for one in run("list", "network_member", "--client", kept, "--json").json()] == [
        "Vuokko"
    ]
    assert run("merge", kept, other).code == 1
    assert run("merge", kept, other, "--take", "shoe_size").code == 2
    assert run("unmerge", said.json()["merge"]).code == 0
    assert run("show", "client", kept, "--json").json()["phone"] == "1"
    assert run("list", "network_member", "--client", other, "--json").json()
    assert run("unmerge", said.json()["merge"]).code == 1


def test_retention_lists_what_has_passed_and_what_is_near(run: Run) -> None:
    passed = put_client(run, service_task="working_age", matter_closed_on="2010-01-05")
    put_client(run, service_task="child_family", matter_closed_on="2010-01-05")
    put_client(run, service_task="working_age")
    (line,) = run("retention", "--json").json()
    assert (line["client_id"], line["passed"], line["kept_until"]) == (passed, True, "2020-01-05")
    assert line["verified"] is True
    assert line["source"]


def test_erasing_asks_for_the_name(run: Run) -> None:
    client = put_client(run)
    assert run("erase", client, "--reason", "request", "--confirm", "Aino").code == 1
    assert run("show", "client", client).code == 0
    said = run("erase", client, "--reason", "request", "--confirm", "Testinen, Aino", "--json")
    assert said.code == 0, said.err
    assert run("show", "client", client).code == 1
    assert not run("search", "Testinen", "--json").json()
    (order,) = run("list", "erasure", "--json").json()
    assert order["erased_id"] == client
    assert "Aino" not in json.dumps(order)


def test_the_copy_holds_everything(run: Run, profile: Path, tmp_path: Path) -> None:
    client = put_client(run, "Ääni", "Öhman", identity_code="030392-937A", languages=["fi"])
    other = put_client(run, "Toinen", "Henkilö")
    put(run, "network_member", client_id=client, name="Vuokko", role="guardian")
    put(run, "network_member", client_id=other, name="Vieras")
    put(run, "profile_health", client_id=client, noted_on="2026-01-05", limits="Selkä ei kestä nostamista")
    step = {"id": "01990000-0000-7000-8000-000000000077", "what": "Soitan kahvilaan"}
    goals = [{"text": "Haluan kahvilaan", "steps": [step]}]
    put(run, "career_plan", client_id=client, made_on="2026-01-05", goals=goals)
    put(run, "plan_progress", client_id=client, on="2026-02-05", step_id=step["id"], state="done")
    gone = put(run, "network_member", client_id=client, name="Poistettu")
    run("delete", "network_member", gone)
    store = Store.open(profile, PASSPHRASE)
    file = blobs.add(store, b"%PDF-1.7 CV", name="Ääni Öhmanin CV.pdf")
    attachment = {"client_id": client, "added_on": "2026-01-05", "category": "cv", **file}
    store.save(validated(SPECS["attachment"].table, attachment))
    store.close()
    out = tmp_path / "out.zip"

    said = run("client-copy", client, "--out", out, "--lang", "en", "--json")

    assert said.code == 0, said.err
    assert said.json()["files"] == 1
    with zipfile.ZipFile(out) as archive:
        assert sorted(archive.namelist()) == ["copy.json", "copy.pdf", "files/1.pdf"]
        assert archive.read("files/1.pdf") == b"%PDF-1.7 CV"
        data = json.loads(archive.read("copy.json"))
        pdf = pypdfium2.PdfDocument(archive.read("copy.pdf"))
        text = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pdf).split())
    plans = {"career_plan", "plan_progress"}
    own = {"client", "assignment", "network_member", "profile_health", "attachment"}
    assert set(data["entries"]) == own | plans
    assert [one["name"] for one in data["deleted_entries"]["network_member"]] == ["Poistettu"]
    assert data["entries"]["client"][0]["identity_code"] == "030392-937A"
    assert "blob_key" not in data["entries"]["attachment"][0]
    assert {"create", "copied"} <= {line["action"] for line in data["access_log"]}
    for wanted in ("Ääni", "Vuokko", "Guardian", "Selkä ei kestä", "Copy of everything made", "files/1.pdf"):
        assert wanted in text
    assert text.count("Soitan kahvilaan") == 2  # in the plan, and where it tells how the step went
    assert step["id"] not in text
    assert "Vieras" not in text + json.dumps(data)
    assert "030392" not in (pdf.get_metadata_value("Title") or "")


def test_a_copy_that_cannot_be_written_leaves_nothing(run: Run, tmp_path: Path) -> None:
    client = put_client(run)
    assert run("client-copy", client, "--out", tmp_path / "nowhere" / "out.zip").code == 1
    assert run("client-copy", "01990000-0000-7000-8000-000000000001", "--out", tmp_path / "o.zip").code == 1
    assert not list(tmp_path.glob("**/*.zip"))


def test_every_kind_that_names_a_client_is_in_the_copy() -> None:
    wanted = {kind for kind, spec in SPECS.items() if spec.scope == "client"}
    assert wanted <= set(client_copy.kinds())
    assert client_copy.kinds()[0] == "client"
