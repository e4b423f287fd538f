"""Signed heads: the ends of all audit chains, signed each day and written to a folder outside the centre.

A chain alone does not stop whoever can rewrite all of it. A head outside does: `verify` proves that today's chains
still go through every end that was ever signed. Heads are chained to each other, and signed with the centre's key for
this (Ed25519); a file holds one JSON line about itself and one line for each chain: scope, number, hash.

The folder also tells that a database came back from a backup: it then knows less than what was written outside
(`check`). A running number is written there every few minutes for that alone.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic_core import from_json
from sqlalchemy import Connection, Engine, func, insert, select, tuple_, update

from app.clock import now, random_bytes
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import iso
from sync.protocol import from_base64, to_base64
from sync.server import scopes, state
from sync.server.audit import Finding
from sync.server.database import json_text, snapshot, writing
from sync.server.scopes import CENTRE
from sync.server.tables import AUDIT, SCOPE, SIGNED_HEAD

_ENDING = ".heads"
_NUMBER = "number"
_AT_ONCE = 400
_NOTHING = "0" * 64


@dataclass(frozen=True)
class Head:
    """What a head says of itself: `list` is the hash of its lines, `next_key` the key of all later heads."""

    n: int
    at: str
    epoch: str
    scopes: int
    entries: int
    list: str
    previous: str
    key: str
    next_key: str = ""
    signature: str = ""

    def words(self) -> bytes:
        """Return what is signed."""
        said = {name: value for name, value in sorted(asdict(self).items()) if name != "signature"}
        return b"tyopari heads\n" + json_text(said).encode()

    def line(self) -> str:
        """Return the head's first line."""
        return json_text(dict(sorted(asdict(self).items())))

    def hash(self) -> str:
        """Return the hash by which the next head is chained to this one."""
        return hashlib.sha256(self.line().encode()).hexdigest()

    def is_signed(self) -> bool:
        """Tell whether the signature is that of the key which it names."""
        try:
            Ed25519PublicKey.from_public_bytes(from_base64(self.key)).verify(
                from_base64(self.signature), self.words()
            )
        except (InvalidSignature, ValueError):
            return False
        return True


# ---- signing ----------------------------------------------------------------------------------------------


def sign(engine: Engine, folder: Path, *, daily: bool = False, new_key: bool = False) -> Head:
    """Sign the ends of all chains and write them to the folder; return the head.

    `daily`: where today has one, that is returned. `new_key`: later heads are signed with another key, which this one
    vouches for. Raises KnownError where the folder knows more than the database, or cannot be written.
    """
    check(engine, folder)
    with writing(engine) as connection:
        scopes.lock(connection, [CENTRE])  # one at a time
        text = _newest_text(connection)
        if not (daily and text and _parsed(text).at[:10] == iso(now())[:10]):
            if text:
                _write(folder, text)  # of a process that died before it could
            text = _signed(connection, new_key)
    _write(folder, text)
    return _parsed(text)


def public_key(connection: Connection) -> str:
    """Return the key by which heads are checked, in base64."""
    return to_base64(_key(connection).public_key().public_bytes_raw())


def _key(connection: Connection) -> Ed25519PrivateKey:
    known = state.noted(connection, "audit_key")
    if known is None:
        known = to_base64(random_bytes(32))
        state.note(connection, "audit_key", known)
    return Ed25519PrivateKey.from_private_bytes(from_base64(known))


def _newest_text(connection: Connection) -> str:
    newest_first = select(SIGNED_HEAD.c.text).order_by(SIGNED_HEAD.c.n.desc()).limit(1)
    return str(connection.execute(newest_first).scalar() or "")


def _signed(connection: Connection, new_key: bool) -> str:
    last = (
        connection.execute(select(SIGNED_HEAD).order_by(SIGNED_HEAD.c.n.desc()).limit(1)).mappings().first()
    )
    ends = select(SCOPE.c.id, SCOPE.c.entries, SCOPE.c.chain).where(SCOPE.c.entries > 0).order_by(SCOPE.c.id)
    found = connection.execute(ends).all()
    lines = "".join(f"{scope}\t{n}\t{chain}\n" for scope, n, chain in found)
    key, following = _key(connection), random_bytes(32)
    head = Head(
        n=last["n"] + 1 if last else 1,
        at=iso(now()),
        epoch=state.epoch(connection),
        scopes=len(found),
        entries=sum(n for _, n, _ in found),
        list=hashlib.sha256(lines.encode()).hexdigest(),
        previous=last["hash"] if last else _NOTHING,
        key=to_base64(key.public_key().public_bytes_raw()),
        next_key=_public(following) if new_key else "",
    )
    head = Head(**{**asdict(head), "signature": to_base64(key.sign(head.words()))})
    if new_key:
        state.note(connection, "audit_key", to_base64(following))
    text = f"{head.line()}\n{lines}"
    connection.execute(update(SIGNED_HEAD).where(SIGNED_HEAD.c.text != "").values(text=""))
    _book(connection, head, text)
    return text


def _public(secret: bytes) -> str:
    return to_base64(Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw())


def _book(connection: Connection, head: Head, text: str) -> None:
    row = {"n": head.n, "at": head.at, "epoch": head.epoch, "hash": head.hash(), "previous": head.previous}
    connection.execute(insert(SIGNED_HEAD).values(**row, text=text))


def _parsed(text: str) -> Head:
    return Head(**from_json(text.partition("\n")[0]))


# ---- the folder outside -----------------------------------------------------------------------------------


def _write(folder: Path, text: str) -> None:
    file = folder / f"{_parsed(text).n:06}{_ENDING}"
    if not file.exists():
        _write_whole(file, text)


def _write_whole(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(file.name + ".part")
        with open(part, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(part, file)
    except OSError as error:
        raise KnownError(
            Message(
                N_("The folder for signed heads cannot be written to ({reason})."),
                reason=error.strerror or "?",
            ),
            Message(N_("Check that it is there and that the centre's user may write to it.")),
        ) from error


def files(folder: Path) -> list[Path]:
    """Return the files of signed heads, oldest first."""
    return sorted(file for file in folder.glob(f"*{_ENDING}") if file.stem.isdecimal())


def newest(folder: Path) -> Head | None:
    """Return the newest head in the folder whose signature holds; None where there is none."""
    for file in reversed(files(folder)):
        try:
            with open(file, encoding="utf-8") as opened:
                head = Head(**from_json(opened.readline()))
        except (OSError, ValueError, TypeError):
            continue
        if head.is_signed():
            return head
    return None


# ---- a database that came back from a backup --------------------------------------------------------------


def check(engine: Engine, folder: Path) -> None:
    """Raise KnownError where the folder knows of more than the database: that came back from a backup."""
    outside = newest(folder)
    with snapshot(engine) as connection:
        inside = connection.execute(
            select(SIGNED_HEAD.c.hash).where(SIGNED_HEAD.c.n == (outside.n if outside else 0))
        ).scalar()
        number = int(state.noted(connection, "heads_number") or 0)
    if (outside is not None and inside != outside.hash()) or _number(folder) > number:
        raise KnownError(
            Message(N_("The centre's database is older than what was written outside of it.")),
            Message(N_("If it came back from a backup, run tyopari-server restored; nothing was changed.")),
        )


def is_current(connection: Connection, folder: Path) -> bool:
    """Tell whether the database is known to lack nothing of what the folder was told last."""
    number = _number(folder)
    return 0 < number <= int(state.noted(connection, "heads_number") or 0)


def beat(engine: Engine, folder: Path) -> None:
    """Count on: a database that comes back from a backup then has a smaller number than the folder."""
    with writing(engine) as connection:
        scopes.lock(connection, [CENTRE])
        number = int(state.noted(connection, "heads_number") or 0) + 1
        state.note(connection, "heads_number", str(number))
    if number > _number(folder):
        _write_whole(folder / _NUMBER, f"{number}\n")


def _number(folder: Path) -> int:
    try:
        return int((folder / _NUMBER).read_text("ascii"))
    except (OSError, ValueError):
        return 0


def accept(connection: Connection, folder: Path) -> dict[str, int]:
    """Take what the folder knows as what was before a restore; return the newest head inside and outside.

    Heads between the two name entries that the backup does not have: their loss is explained by the restore.
    """
    outside = newest(folder)
    kept = connection.execute(select(func.coalesce(func.max(SIGNED_HEAD.c.n), 0))).scalar_one()
    number = max(int(state.noted(connection, "heads_number") or 0), _number(folder))
    state.note(connection, "heads_number", str(number))
    if outside is not None and outside.n > kept:
        connection.execute(update(SIGNED_HEAD).where(SIGNED_HEAD.c.text != "").values(text=""))
        _book(connection, outside, "")
    return {"kept": kept, "anchored": max(kept, outside.n if outside else 0)}


# ---- verifying --------------------------------------------------------------------------------------------


@dataclass
class Proof:
    """What verifying the heads has shown: how many there are, what does not hold, what a booked restore explains."""

    heads: int
    findings: list[Finding]
    explained: list[Finding]


def verify(connection: Connection, folder: Path, key: str = "") -> Proof:
    """Prove that today's chains go through every signed end, and that no head between was taken away.

    `key` is the public key that the first head must have been signed with, as noted when heads were begun.
    """
    proof = Proof(0, [], [])
    restores = _restores(connection)
    before: Head | None = None
    for file in files(folder):
        proof.heads += 1
        number = int(file.stem)
        head, why = _checked(connection, file, number, before, key)
        explained = any(kept < number <= anchored for kept, anchored in restores)
        for one in why:
            (proof.explained if explained and one.why.startswith("chain") else proof.findings).append(one)
        before = head or before
    last = connection.execute(select(func.coalesce(func.max(SIGNED_HEAD.c.n), 0))).scalar_one()
    if last > (before.n if before else 0):
        proof.findings.append(Finding("heads", last, "missing"))
    return proof


def _restores(connection: Connection) -> list[tuple[int, int]]:
    """Return of each booked restore the newest head that the backup knew, and the newest that was outside."""
    booked = select(AUDIT.c.patch).where(AUDIT.c.scope == CENTRE, AUDIT.c.action == "restored")
    told = [from_json(patch) for patch in connection.execute(booked).scalars() if patch]
    return [(one["kept"], one["anchored"]) for one in told if "anchored" in one]


def _checked(
    connection: Connection, file: Path, number: int, before: Head | None, key: str
) -> tuple[Head | None, list[Finding]]:
    def found(why: str) -> Finding:
        return Finding("heads", number, why)

    why: list[Finding] = []
    try:
        with open(file, encoding="utf-8") as opened:
            head = Head(**from_json(opened.readline()))
            listed = hashlib.sha256()
            for lines in _batches(opened):
                listed.update("".join(lines).encode())
                why += _chains(connection, lines, number)
    except (OSError, ValueError, TypeError):
        return None, [found("file")]
    if not head.is_signed() or head.n != number:
        why.append(found("signature"))
    if listed.hexdigest() != head.list:
        why.append(found("list"))
    trusted = ((before.next_key or before.key) if before else key) or head.key
    if head.key != trusted:
        why.append(found("key"))
    if before is not None and (head.previous, head.n) != (before.hash(), before.n + 1):
        why.append(found("link"))
    return head, why


def _batches(opened: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for line in opened:
        batch.append(line)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _chains(connection: Connection, lines: list[str], number: int) -> list[Finding]:
    """Return the ends through which the chain of today does not go."""
    ends = {}
    for line in lines:
        scope, n, chain = line.rstrip("\n").split("\t")
        ends[scope, int(n)] = chain
    at = tuple_(AUDIT.c.scope, AUDIT.c.n).in_(list(ends))
    today = {
        (row.scope, row.n): row.hash
        for row in connection.execute(select(AUDIT.c.scope, AUDIT.c.n, AUDIT.c.hash).where(at))
    }
    return [
        Finding(scope, n, f"chain, head {number}")
        for (scope, n), chain in ends.items()
        if today.get((scope, n)) != chain
    ]
