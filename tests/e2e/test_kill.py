"""A process killed at any moment loses nothing that it had said was saved."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.clock import random_fraction
from storage.store import Store
from tests.stores import PASSPHRASE, add_client, new_store

_WRITER = """
import sys
from pathlib import Path
from app.record import validated
from app.services.coaching.records import SupportVisit
from storage.store import Store
store = Store.open(Path(sys.argv[1]), sys.argv[2])
print("open", flush=True)
for number in range(100_000):
    visit = validated(SupportVisit, {"client_id": sys.argv[3], "on": "2026-01-02", "notes": f"Tapaaminen {number}"})
    store.save(visit)
    print(visit.id, flush=True)
"""


@pytest.mark.failure(1)
@pytest.mark.parametrize("after", [1, 4, 17])
def test_killed_while_saving(tmp_path: Path, after: int) -> None:
    folder = tmp_path / "profile"
    made = new_store(folder)
    client = add_client(made)
    made.close()
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(folder), PASSPHRASE, str(client)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "open\n"
    said = [writer.stdout.readline().strip() for _ in range(after)]
    for _ in range(int(random_fraction() * 2_000)):  # somewhere inside the next saves
        pass
    writer.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    said += [line.strip() for line in writer.stdout if len(line.strip()) == 36]
    writer.wait()
    writer.stdout.close()
    store = Store.open(folder, PASSPHRASE)
    try:
        kept = {row["id"] for row in store.rows("support_visit")}
        assert set(said) <= kept
        assert len(kept) <= len(said) + 1, "at most the save whose answer was lost"
        assert store.unsent().count == 2 + len(kept)
        assert len(store.search("tapaaminen", limit=10_000)) == len(kept)
        assert len(store.access_log(client)) == 2 + len(kept)
    finally:
        store.close()
