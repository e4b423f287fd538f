"""Joining a centre: a one-time code makes this store a device that the centre knows."""

import platform
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from pydantic_core import to_json

from app import clock
from app.errors import KnownError, NotAllowed, Unreachable
from app.i18n import N_, Message
from storage import incoming, place, skew
from storage.adoption import adopt
from storage.state import set_state, state
from storage.store import Store
from sync import login, session
from sync.client import SyncResult, sync_once
from sync.login import Who
from sync.protocol import EnrolReply, EnrolRequest, from_base64, to_base64
from sync.transport import HttpTransport, Transport, address_of, ask


def enrol(
    store: Store,
    url: str,
    code: str,
    transport: Transport | None = None,
    ca_file: Path | None = None,
    who: Who | None = None,
) -> SyncResult:
    """Join the centre at `url` with the administrator's code, then sync for the first time.

    Where the centre wants the person to log in (`login.methods`), `who` says how; a code may then be needed or not.

    The keys are made here, and the private one never leaves the store. What was made before becomes the
    worker's whom the centre knows. Raises Unreachable, NotAllowed for a code that is not good or another
    person's store, and as `login.prove`; once the centre has said yes, a first sync that cannot be finished is only
    a warning.
    """
    address = address_of(url)
    own = HttpTransport(address, ca_file) if transport is None else None
    way: Transport = transport or own  # type: ignore[assignment]
    try:
        told = (login.OWN_PASSWORD,) if _join(store, address, code, way, ca_file, who).must_change else ()
        try:
            result = sync_once(store, way)
            return replace(result, warnings=(*told, *result.warnings))
        except Unreachable as error:
            return SyncResult(unsent=store.unsent().count, warnings=(*told, error.message))
    finally:
        if own is not None:
            own.close()


def _join(
    store: Store,
    address: str,
    code: str,
    way: Transport,
    ca_file: Path | None,
    who: Who | None = None,
) -> EnrolReply:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(clock.random_bytes(32))
    with store.read() as connection:
        before, install = state(connection, "device_id"), state(connection, "install_id")
    if before:
        install = str(clock.new_id())  # a copy of a store that joined before becomes a device of its own
    public_key = to_base64(key.public_key().public_bytes_raw())
    request = EnrolRequest(
        code=code.strip(),
        public_key=public_key,
        install_id=install,
        name=platform.node()[:80],
        proof=login.prove(way, who, public_key) if who is not None else None,
    )
    reply = ask(way, "/enrol", to_json(request), EnrolReply)
    _check(store, reply, bool(before))
    clock.point("client.enrolled")
    with store.write() as connection:
        if before and state(connection, "epoch") != reply.epoch:
            incoming.begin_epoch(connection)
        adopt(connection, UUID(reply.worker.id), reply.worker.role)
        told = {
            "centre_url": address,
            "ca_file": str(ca_file.absolute()) if ca_file else None,
            "device_id": reply.device,
            "install_id": install,
            "device_key": to_base64(key.private_bytes_raw()),
            "order_key": reply.order_key,
            "sealing_key": reply.sealing_key,
            "epoch": reply.epoch,
            skew.NAME: reply.schema_version,
            "turn": "",
            "place": place.here(store.folder),
            "worker_name": reply.worker.name,
        }
        for name, value in told.items():
            set_state(connection, name, value)
    place.told_restored(store.folder)
    store.__dict__.pop("worker", None)  # it was read before she had her number
    session.forget(store)
    return reply


def _check(store: Store, reply: EnrolReply, joined_before: bool) -> None:
    """Refuse another person's code in a store that belongs to one already, and keys that are none."""
    if joined_before and reply.worker.id != str(store.worker):
        raise NotAllowed(
            Message(N_("This code is another person's, and this store has one already.")),
            Message(N_("Make a new store for another person. Ask the administrator for your own code.")),
        )
    try:
        whole = all(len(from_base64(text)) == 32 for text in (reply.order_key, reply.sealing_key))
    except ValueError:
        whole = False
    if not whole:
        raise KnownError(
            Message(N_("The centre's answer came through damaged.")),
            Message(N_("Ask the administrator for a new code and try again.")),
        )
