"""Phase proposals put off: remembered by client on this device, never sent, and gone with the client."""

from datetime import date

from app.phases import PutOff
from storage import erasing, eviction
from storage.put_off import put_off_by, remember, take_back
from storage.store import Store
from tests.stores import add_client, store

__all__ = ["store"]

FIRST, SECOND = PutOff("a" * 64, date(2026, 3, 1)), PutOff("b" * 64, date(2026, 4, 1))


def test_the_last_one_of_each_client_is_remembered_and_nothing_of_it_is_sent(store: Store) -> None:
    client, other = add_client(store), add_client(store, last="Toinen")
    before = store.unsent()
    assert put_off_by(store, client) is None
    changes = remember(store, client, FIRST)
    assert changes.clients == {client}
    assert remember(store, client, SECOND)
    assert put_off_by(store, client) == SECOND
    assert put_off_by(store, other) is None
    assert store.unsent() == before
    take_back(store, client)
    assert put_off_by(store, client) is None


def test_it_leaves_with_the_client(store: Store) -> None:
    gone, erased, stays = (
        add_client(store),
        add_client(store, last="Toinen"),
        add_client(store, last="Kolmas"),
    )
    for client in (gone, erased, stays):
        remember(store, client, FIRST)
    with store.write() as connection:
        eviction.evict(connection, [f"client:{gone}:health"], None)
    assert put_off_by(store, gone) == FIRST
    with store.write() as connection:
        eviction.evict(connection, [f"client:{gone}:core"], None)
    erasing.erase(store, erased, "mistake")
    assert put_off_by(store, gone) is None
    assert put_off_by(store, erased) is None
    assert put_off_by(store, stays) == FIRST
