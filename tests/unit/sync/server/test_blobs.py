"""The files of attachments at the centre, on both databases: rights, cuts at any byte, wrong bytes, room."""

import asyncio
import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from sync.server import blobs
from sync.server.database import snapshot, writing
from sync.server.tables import AUDIT, BLOB, BLOB_PIECE
from tests.unit.sync.server.conftest import Device, Office, core, ident

CONTENT = b"".join(number.to_bytes(4, "big") for number in range(5000))
NAME = sha256(CONTENT).hexdigest()
Pair = tuple[Device, Device, str]


def attachment(device: Device, client: str, name: str = NAME, **more: Any) -> dict[str, Any]:
    values = {
        "client_id": client,
        "name": "cv.pdf",
        "added_on": "2026-05-03",
        "sha256": name,
        "blob_key": "0" * 64,
    }
    patch = {field: [None, value] for field, value in {**values, **more}.items()}
    return device.mutation("attachment", "create", ident(), core(client), **patch)


def send(device: Device, piece: bytes, start: int, size: int = len(CONTENT), name: str = NAME) -> Any:
    said = f"bytes {start}-{start + len(piece) - 1}/{size}" if piece else f"bytes */{size}"
    headers = {"Authorization": f"Bearer {device.token}", "Content-Range": said}
    return device.http.put(f"/blobs/{name}", content=piece, headers=headers)


def get(device: Device, span: str = "0-", name: str = NAME) -> Any:
    headers = {"Authorization": f"Bearer {device.token}", "Range": f"bytes={span}"}
    return device.http.get(f"/blobs/{name}", headers=headers)


def asked(device: Device, *names: str) -> dict[str, Any]:
    reply = device.post("/blobs", {"device": device.id, "blobs": list(names)})
    assert reply.status_code == 200, reply.text
    return dict(reply.json()["blobs"])


@pytest.fixture
def named(pair: Pair) -> Pair:
    """Two devices that hold a client, and an entry that names the file."""
    anna, _bert, client = pair
    assert [r["status"] for r in anna.push(attachment(anna, client))] == ["applied"]
    return pair


def count(office: Office) -> tuple[int, int]:
    with snapshot(office.engine) as connection:
        tables = [
            connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (BLOB, BLOB_PIECE)
        ]
    return tables[0], tables[1]


# ---- taking and giving ------------------------------------------------------------------------------------


def test_a_file_goes_up_in_pieces_and_down_in_others(named: Pair, office: Office) -> None:
    anna, bert, _ = named
    assert asked(anna, NAME)[NAME] == {"received": 0, "whole": False, "size": 0, "known": True}
    for start in range(0, len(CONTENT), 3001):
        reply = send(anna, CONTENT[start : start + 3001], start)
        assert reply.status_code == 200
    assert reply.json() == {"received": 20000, "whole": True, "size": 20000, "known": True}
    assert asked(bert, NAME)[NAME]["whole"]
    whole = get(bert)
    assert (whole.status_code, whole.content) == (206, CONTENT)
    for first, last in ((0, 0), (2999, 3001), (7, 15000), (19999, 19999), (100, 99999)):
        part = get(bert, f"{first}-{last}")
        assert part.content == CONTENT[first : last + 1]
        assert part.headers["content-range"] == f"bytes {first}-{min(last, 19999)}/20000"
    with snapshot(office.engine) as connection:
        actions = connection.execute(select(AUDIT.c.action)).scalars().all()
    assert actions.count("file_taken") == 1
    assert actions.count("file_given") == 2
    assert office.findings() == []


@pytest.mark.failure(19)
def test_a_cut_upload_goes_on_where_it_stopped(named: Pair) -> None:
    anna, _, _ = named
    send(anna, CONTENT[:7777], 0)
    assert asked(anna, NAME)[NAME]["received"] == 7777
    assert send(anna, CONTENT[9000:], 9000).json()["received"] == 7777, "there would be a hole"
    assert send(anna, CONTENT[:5000], 0).json()["received"] == 7777, "it is there already"
    assert not send(anna, CONTENT[5000:19999], 5000).json()["whole"], "one byte is missing"
    assert get(anna).status_code == 404, "what is not whole is not given"
    assert send(anna, CONTENT[19000:], 19000).json()["whole"]
    assert get(anna).content == CONTENT


def test_bytes_that_arrived_before_a_cut_are_kept(named: Pair, office: Office) -> None:
    anna, _, _ = named
    messages = [
        {"type": "http.request", "body": CONTENT[:1234], "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def sent(_message: dict[str, Any]) -> None:
        return None

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PUT",
        "scheme": "http",
        "path": f"/blobs/{NAME}",
        "raw_path": b"",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"authorization", f"Bearer {anna.token}".encode()),
            (b"content-range", b"bytes 0-19999/20000"),
            (b"content-length", b"20000"),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(office.http.app(scope, receive, sent))  # type: ignore[arg-type]
    assert asked(anna, NAME)[NAME]["received"] == 1234


@pytest.mark.failure(19)
def test_wrong_bytes_are_dropped_and_sent_again(named: Pair, office: Office) -> None:
    anna, _, _ = named
    reply = send(anna, b"x" + CONTENT[1:], 0)
    assert (reply.status_code, reply.json()["code"]) == (422, "hash")
    assert count(office) == (0, 0)
    assert asked(anna, NAME)[NAME]["received"] == 0
    assert get(anna).status_code == 404
    assert send(anna, CONTENT, 0).json()["whole"]


def test_who_sends_wrong_bytes_again_and_again_must_wait(named: Pair) -> None:
    anna, _, _ = named
    codes = [send(anna, b"x" + CONTENT[1:], 0).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]


def test_a_check_that_was_cut_off_is_made_up_for(
    named: Pair, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, _, _ = named

    def dies(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(blobs, "_finish", dies)
        assert send(anna, CONTENT, 0).status_code == 500
    assert asked(anna, NAME)[NAME] == {"received": 20000, "whole": False, "size": 20000, "known": True}
    assert send(anna, b"", 0).json()["whole"]


def test_another_size_begins_anew(named: Pair) -> None:
    anna, _, _ = named
    send(anna, CONTENT[:100], 0, size=30000)
    assert send(anna, CONTENT[:200], 0).json()["received"] == 200
    assert send(anna, CONTENT[200:], 200).json()["whole"]


@pytest.mark.parametrize(
    "said", ["bytes 0-1/0", "bytes 5-4/10", "items 0-9/10", "bytes 0-3/99", "bytes -5-9/10", "0-9/10"]
)
def test_nonsense_is_not_understood(named: Pair, said: str) -> None:
    anna, _, _ = named
    headers = {"Authorization": f"Bearer {anna.token}", "Content-Range": said}
    assert anna.http.put(f"/blobs/{NAME}", content=b"0123456789", headers=headers).status_code == 422
    headers = {"Authorization": f"Bearer {anna.token}", "Range": said}
    assert anna.http.get(f"/blobs/{NAME}", headers=headers).status_code == 422


def test_limits_of_size(named: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, _, client = named
    assert send(anna, b"x", 0, size=102 * 1024 * 1024).status_code == 413
    assert send(anna, bytes(4_000_001), 0, size=5_000_000).status_code == 413
    monkeypatch.setattr(blobs, "CLIENT_BYTES", 30_000)
    assert send(anna, CONTENT, 0).json()["whole"]
    other = CONTENT[::-1]
    name = sha256(other).hexdigest()
    anna.push(attachment(anna, client, name))
    reply = send(anna, other, 0, name=name)
    assert (reply.status_code, reply.json()["code"]) == (409, "no_room")


# ---- rights -----------------------------------------------------------------------------------------------


@pytest.mark.failure(19)
def test_a_file_before_its_entry_is_refused(pair: Pair, office: Office) -> None:
    anna, _, client = pair
    assert asked(anna, NAME)[NAME]["known"] is False
    assert send(anna, CONTENT, 0).json()["code"] == "access"
    assert count(office) == (0, 0)
    anna.push(attachment(anna, client))
    assert send(anna, CONTENT, 0).json()["whole"]


def test_only_who_may_hold_the_client_may_have_her_files(named: Pair, office: Office) -> None:
    anna, bert, client = named
    cecilia = office.device("cecilia")
    send(anna, CONTENT, 0)
    assert asked(cecilia, NAME)[NAME] == {"received": 0, "whole": False, "size": 0, "known": False}
    assert get(cecilia).json()["code"] == "access"
    assert send(cecilia, CONTENT, 0).json()["code"] == "access"
    assert get(bert).content == CONTENT
    office.unassign(client, "bert")
    assert get(bert).json()["code"] == "access"
    stranger = Device(anna.http, anna.worker, anna.id, anna.install_id, anna.epoch, anna.key, "not a token")
    assert get(stranger).status_code == 401
    assert send(stranger, CONTENT, 0).status_code == 401


def test_who_wrote_the_entry_delivers_its_file_after_the_client_left(named: Pair, office: Office) -> None:
    anna, bert, client = named
    office.unassign(client, "anna")
    assert send(anna, CONTENT, 0).json()["whole"]
    assert get(anna).json()["code"] == "access", "but does not get it back"
    assert get(bert).content == CONTENT


def test_a_revoked_device_gets_nothing(named: Pair, office: Office) -> None:
    from sync.server import devices

    anna, bert, _ = named
    send(anna, CONTENT, 0)
    with writing(office.engine) as connection:
        devices.revoke(connection, bert.id, "drain")
    assert get(bert).json()["code"] == "revoked"
    with writing(office.engine) as connection:
        devices.revoke(connection, anna.id, "destroy")
    assert send(anna, CONTENT, 0).json()["code"] == "revoked"


def test_the_files_key_is_no_business_of_this_table(named: Pair, office: Office) -> None:
    anna, _, _ = named
    send(anna, CONTENT, 0)
    with snapshot(office.engine) as connection:
        row = connection.execute(select(BLOB)).mappings().one()
    assert set(row) == {"sha256", "size", "received", "whole", "device", "at", "unnamed_since"}


# ---- what goes --------------------------------------------------------------------------------------------


def test_a_file_goes_when_no_entry_has_named_it_for_a_month(pair: Pair, office: Office) -> None:
    anna, _, client = pair
    made = attachment(anna, client)
    anna.push(made)
    send(anna, CONTENT, 0)
    anna.pull()
    gone = {name: [change[1], None] for name, change in made["patch"].items()}
    result = anna.push(anna.mutation("attachment", "delete", made["row"], core(client), **gone))
    assert result[0]["status"] == "applied"
    assert get(anna).json()["code"] == "access"
    with writing(office.engine) as connection:
        assert blobs.sweep(connection) == 0
    present = clock.now()
    release = clock.hold(now=lambda: present + timedelta(days=29))
    with writing(office.engine) as connection:
        assert blobs.sweep(connection) == 0
    release()
    anna.push(attachment(anna, client))  # another entry names it again
    with writing(office.engine) as connection:
        assert blobs.sweep(connection, timedelta(0)) == 0
    assert get(anna).content == CONTENT
    row = next(r for r in asked(anna, NAME).items())
    assert row[1]["whole"]


def test_an_erasure_takes_the_file_at_once(pair: Pair, office: Office) -> None:
    anna, _, client = pair
    made = attachment(anna, client)
    anna.push(made)
    send(anna, CONTENT, 0)
    gone = {name: [change[1], None] for name, change in made["patch"].items()}
    anna.push(anna.mutation("attachment", "delete", made["row"], core(client), **gone))
    with writing(office.engine) as connection:
        assert blobs.sweep(connection, timedelta(0)) == 1
    assert count(office) == (0, 0)


def test_the_description_names_the_messages_of_files(office: Office) -> None:
    document = json.loads(office.http.get("/openapi.json").text)
    assert {"BlobsRequest", "BlobsReply", "BlobReply"} <= set(document["components"]["schemas"])
    assert set(document["paths"]["/blobs/{sha256}"]) == {"put", "get"}
