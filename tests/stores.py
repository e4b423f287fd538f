"""Stores for tests: real and encrypted, made once at the cheapest accepted cost and copied for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.record import Record, validated
from app.services import SPECS
from storage.slots import FLOOR
from storage.store import Store

PASSPHRASE = "koira hyppii aidan yli 77"


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tyopari-test-")) / "store"
    store, _ = Store.create(folder, PASSPHRASE, cost=FLOOR)
    store.close()
    return folder


def new_store(folder: Path) -> Store:
    """Return an open, empty store in a folder that does not exist yet."""
    shutil.copytree(_template(), folder)
    return Store.open(folder, PASSPHRASE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open, empty store of one worker."""
    made = new_store(tmp_path / "profile")
    yield made
    made.close()


def make(kind: str, **values: Any) -> Record:
    """Make a checked record of a kind."""
    return validated(SPECS[kind].table, values)


def add_client(store: Store, first: str = "Aino", last: str = "Testinen", **values: Any) -> UUID:
    """Save a client and return her id."""
    client = make("client", first_name=first, last_name=last, **values)
    store.save(client)
    return client.id
