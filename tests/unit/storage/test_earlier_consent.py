"""A consent that an earlier version took down without a seal: it holds, is not called changed, and does not change."""

import json
import shutil
from pathlib import Path

import pytest

from app import consent, documents, giving
from app.errors import Refused
from app.record import from_row, to_row
from app.services import SPECS
from app.signing import check_signed
from storage import db, keys
from storage.store import Store

EARLIER = Path(__file__).parents[2] / "data" / "store-0002"


def test_an_unsealed_consent_of_an_earlier_store_holds_as_it_is(tmp_path: Path) -> None:
    passphrase = json.loads((EARLIER / "expected.json").read_text(encoding="utf-8"))["passphrase"]
    folder = tmp_path / "p"
    shutil.copytree(EARLIER / "profile", folder)
    engine = db.open_engine(folder / db.FILE, keys.unlock(folder, passphrase))
    with db.write(engine) as connection:
        connection.exec_driver_sql("UPDATE consent SET method = 'paper', given_on = '2026-01-05'")
    engine.dispose()
    store = Store.open(folder, passphrase)
    try:
        waiting = store.unsent().count
        (row,) = store.rows("consent")
        record = from_row(SPECS["consent"].table, row)
        # Nobody vouches that it is unchanged since it was given, and nothing says that it was changed.
        assert not row["content_hash"]
        assert consent.is_given(row)
        assert not check_signed(record)
        said = str(documents.make(store, "consent", row, language="en"))
        assert "Written down without a seal" in said
        assert to_row(giving.as_it_was_given(row, record)) == to_row(record)
        other = from_row(SPECS["consent"].table, {**row, "purpose": "Muuta"})
        with pytest.raises(Refused):
            giving.as_it_was_given(row, other)
        assert store.unsent().count == waiting
    finally:
        store.close()
