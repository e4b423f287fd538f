"""The slot file beside the database: the wrapped key, twice on disk, and what is known about the database.

`slots.json.copy` is `slots.json` again, and either one alone is enough. The file notes that a database
exists, so that a lost database is never taken for a new, empty one. Nothing in it is secret.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app import clock
from app.errors import KnownError, StoreDamaged, StoreMissing, StoreTooNew
from app.i18n import N_, Message
from storage.files import write_whole

SLOTS = "slots.json"
COPY = "slots.json.copy"
FORMAT = 1
PASSPHRASE = "passphrase"
RECOVERY = "recovery_code"


@dataclass(frozen=True)
class Cost:
    """What one guess of a passphrase costs: Argon2id memory (KiB), passes over it, and lanes."""

    memory: int
    passes: int
    lanes: int

    def accepted(self) -> bool:
        """Tell whether a slot may have this cost: less is a downgrade, far more is a trap."""
        return (
            FLOOR.memory <= self.memory <= 1 << 22
            and FLOOR.passes <= self.passes <= 100
            and 1 <= self.lanes <= 64
        )


FLOOR = Cost(64 * 1024, 3, 4)
"""RFC 9106, second choice; never less. Tests use it because it is quick (0.2 s)."""
START = Cost(256 * 1024, 3, 4)


@dataclass(frozen=True)
class Slot:
    """The store's key, wrapped for one secret. Bytes are written in hexadecimal."""

    kind: str
    cost: Cost
    salt: str
    nonce: str
    wrapped: str
    created: str


@dataclass(frozen=True)
class StoreState:
    """What is known about the database beside the slots.

    `made`: it exists. `clean`: it was closed properly. `clean_size`: its bytes then; it never shrinks,
    because the program compacts only copies. `salt`: its first 16 bytes, which differ between databases.
    """

    made: bool = False
    clean: bool = True
    clean_size: int = 0
    salt: str = ""


@dataclass(frozen=True)
class SlotFile:
    """Everything in the slot file. `serial` grows with each write: of two copies the higher is the newer."""

    profile: str
    key_id: str
    slots: tuple[Slot, ...]
    store: StoreState = StoreState()
    serial: int = 0

    def slot(self, kind: str) -> Slot:
        """Return the slot of that kind. Raises StoreDamaged if there is none."""
        for slot in self.slots:
            if slot.kind == kind:
                return slot
        raise damaged()


def exists(folder: Path) -> bool:
    """Tell whether the folder holds a slot file, readable or not."""
    return (folder / SLOTS).exists() or (folder / COPY).exists()


def store_state(folder: Path) -> StoreState:
    """Return what the slot file knows about the database. Raises as `unlock`, save for the passphrase."""
    return read(folder).store


def note_store(folder: Path, state: StoreState) -> None:
    """Keep `state` in the slot file. Raises DiskFull and the errors of `read`."""
    file = read(folder)
    if file.store != state:
        write(folder, replace(file, store=state))


def read(folder: Path) -> SlotFile:
    """Return the newer readable copy of the slot file. Raises StoreMissing, StoreDamaged, StoreTooNew."""
    found, reasons = _copies(folder)
    if found:
        return max(found, key=lambda file: file.serial)
    if not reasons:
        raise StoreMissing(
            Message(N_("There is no store in this folder.")),
            Message(N_("Choose another folder, make a new store, or restore a backup.")),
        )
    raise next((reason for reason in reasons if isinstance(reason, StoreTooNew)), reasons[0])


def parse(data: bytes) -> SlotFile:
    """Return the slot file in `data`. Raises StoreDamaged (also for a downgrade) or StoreTooNew."""
    try:
        body = json.loads(data)
        checksum = body.pop("sha256")
        if checksum != _checksum(body):
            raise damaged()
        if body["format"] > FORMAT:
            raise StoreTooNew(
                Message(N_("This store was made by a newer version of Työpari.")),
                Message(N_("Update the program.")),
            )
        slots = tuple(Slot(**{**slot, "cost": Cost(**slot["cost"])}) for slot in body["slots"])
        file = SlotFile(body["profile"], body["key_id"], slots, StoreState(**body["store"]), body["serial"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise damaged() from error
    if not all(slot.cost.accepted() for slot in file.slots):
        raise StoreDamaged(
            Message(
                N_("The key file asks for weaker protection than Työpari accepts. It may have been altered.")
            ),
            Message(N_("Restore a backup, and tell the person who looks after this computer.")),
        )
    return file


def dump(file: SlotFile) -> bytes:
    """Return the bytes that `parse` reads."""
    body = {"format": FORMAT, **asdict(file)}
    return json.dumps({**body, "sha256": _checksum(body)}, indent=1).encode()


def _checksum(body: dict[str, Any]) -> str:
    """Tell accident from a wrong passphrase; against tampering the wrapped key has its own seal."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _copies(folder: Path) -> tuple[list[SlotFile], list[KnownError]]:
    found: list[SlotFile] = []
    reasons: list[KnownError] = []
    for name in (SLOTS, COPY):
        try:
            found.append(parse((folder / name).read_bytes()))
        except FileNotFoundError:
            continue
        except OSError:
            reasons.append(damaged())
        except (StoreDamaged, StoreTooNew) as error:
            reasons.append(error)
    return found, reasons


def write(folder: Path, file: SlotFile) -> None:
    """Put both copies on disk, with the next serial number. Raises DiskFull."""
    data = dump(replace(file, serial=file.serial + 1))
    write_whole(folder / SLOTS, data, chosen=False)
    clock.point("keys.first_copy")
    write_whole(folder / COPY, data, chosen=False)
    clock.point("keys.second_copy")


def heal(folder: Path, file: SlotFile) -> None:
    """Make both copies alike again; unlocking must work where the disk is full or cannot be written."""
    found, _ = _copies(folder)
    if len(found) < 2 or found[0] != found[1]:
        with suppress(KnownError):
            write(folder, file)


def damaged() -> StoreDamaged:
    """Return the error for a slot file that cannot be read."""
    return StoreDamaged(
        Message(N_("The key file of the store is damaged. This has nothing to do with your passphrase.")),
        Message(
            N_("Restore a backup, or set up this computer again: what was synced comes back from the centre.")
        ),
    )
