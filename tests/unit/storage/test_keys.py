"""The key and its slots: every way in, every way of being told apart, and no crash that locks anybody out."""

import json
import pickle
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.errors import (
    BugError,
    DiskFull,
    KnownError,
    StoreDamaged,
    StoreLocked,
    StoreMissing,
    StoreTooNew,
    WrongPassphrase,
)
from storage import files, keys, recovery_code, slots

GOOD = "aamukahvi kirkas hissi"
OTHER = "lumi traktori pianotunti"


Store = tuple[Path, bytes, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("made")
    key, code = keys.create(folder, GOOD, cost=keys.FLOOR)
    return folder, bytes(key.secret()), code


@pytest.fixture
def store(made: Store, tmp_path: Path) -> Store:
    """A folder with slots, the key inside and the recovery code."""
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True)
    return tmp_path, *made[1:]


@pytest.fixture
def dying() -> Iterator[list[str]]:
    """Raise at the crash point named by the single item, as a power cut would."""
    names: list[str] = []

    def at(name: str) -> None:
        if names and name == names[0]:
            raise PowerCut(name)

    release = clock.hold(at_point=at)
    yield names
    release()


class PowerCut(BaseException):
    """No `except` of the product may catch this."""


def test_passphrase_and_code_open_the_same_key(store: Store) -> None:
    folder, secret, code = store
    assert bytes(keys.unlock(folder, GOOD).secret()) == secret
    assert bytes(keys.unlock_with_code(folder, code.lower().replace("-", " ")).secret()) == secret


def test_decomposed_letters_are_the_same_passphrase(tmp_path: Path) -> None:
    key, _ = keys.create(tmp_path, "pöytä hämärä kello", cost=keys.FLOOR)
    assert keys.unlock(tmp_path, "po\u0308yta\u0308 ha\u0308ma\u0308ra\u0308 kello").secret() == key.secret()


@pytest.mark.failure(13)
def test_wrong_passphrase_and_wrong_code(store: Store) -> None:
    folder, _, _ = store
    with pytest.raises(WrongPassphrase):
        keys.unlock(folder, GOOD + " ")
    with pytest.raises(WrongPassphrase):
        keys.unlock_with_code(folder, recovery_code.new())


def test_nothing_secret_is_in_the_file(store: Store) -> None:
    folder, secret, code = store
    text = (folder / slots.SLOTS).read_text()
    assert secret.hex() not in text
    assert code not in text
    assert code.replace("-", "") not in text
    assert GOOD not in text


def test_create_never_replaces_slots(store: Store) -> None:
    folder, secret, _ = store
    (folder / slots.SLOTS).unlink()  # the copy alone still counts
    with pytest.raises(KnownError, match="already"):
        keys.create(folder, OTHER, cost=keys.FLOOR)
    assert bytes(keys.unlock(folder, GOOD).secret()) == secret


def test_change_of_passphrase_keeps_key_and_code(store: Store) -> None:
    folder, secret, code = store
    keys.change_passphrase(folder, keys.Key(secret), OTHER, cost=keys.FLOOR)
    assert bytes(keys.unlock(folder, OTHER).secret()) == secret
    assert bytes(keys.unlock_with_code(folder, code).secret()) == secret
    with pytest.raises(WrongPassphrase):
        keys.unlock(folder, GOOD)


def test_a_new_code_ends_the_former_one(store: Store) -> None:
    folder, secret, code = store
    fresh = keys.new_recovery_code(folder, keys.Key(secret))
    assert bytes(keys.unlock_with_code(folder, fresh).secret()) == secret
    with pytest.raises(WrongPassphrase):
        keys.unlock_with_code(folder, code)


def test_the_key_of_another_store_is_never_wrapped(store: Store) -> None:
    with pytest.raises(BugError):
        keys.change_passphrase(store[0], keys.Key(bytes(32)), OTHER, cost=keys.FLOOR)


# ---- damage -----------------------------------------------------------------------------------------------


@pytest.mark.failure(13)
@pytest.mark.parametrize("name", [slots.SLOTS, slots.COPY])
@pytest.mark.parametrize("harm", ["missing", "empty", "half", "changed", "junk"])
def test_either_copy_alone_opens_and_is_healed(store: Store, name: str, harm: str) -> None:
    folder, secret, _ = store
    _harm(folder / name, harm)
    assert bytes(keys.unlock(folder, GOOD).secret()) == secret
    assert (folder / slots.SLOTS).read_bytes() == (folder / slots.COPY).read_bytes()


@pytest.mark.failure(13)
@pytest.mark.parametrize("harm", ["empty", "half", "changed", "junk"])
def test_damage_of_both_is_no_wrong_passphrase(store: Store, harm: str) -> None:
    folder, _, _ = store
    for name in (slots.SLOTS, slots.COPY):
        _harm(folder / name, harm)
    assert keys.exists(folder)
    for secret in (GOOD, OTHER):
        with pytest.raises(StoreDamaged):
            keys.unlock(folder, secret)


def test_no_slot_file_at_all(tmp_path: Path) -> None:
    assert not keys.exists(tmp_path)
    with pytest.raises(StoreMissing):
        keys.unlock(tmp_path, GOOD)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_never_passes_for_a_good_file(store: Store, place: float, bit: int) -> None:
    data = bytearray((store[0] / slots.COPY).read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    try:
        found = slots.parse(bytes(data))
    except StoreDamaged:
        return
    assert found == slots.read(store[0])  # a blank that became another blank


def _harm(path: Path, how: str) -> None:
    data = path.read_bytes()
    if how == "missing":
        path.unlink()
    else:
        changed = data.replace(b'"wrapped": "', b'"wrapped": "00', 1)
        assert changed != data
        path.write_bytes(
            {"empty": b"", "half": data[: len(data) // 2], "changed": changed, "junk": b"\xff" * 900}[how]
        )


def _rewrite(folder: Path, **changes: object) -> None:
    """Write both copies anew with a right checksum, as somebody who means harm would."""
    body = json.loads((folder / slots.SLOTS).read_bytes())
    body.pop("sha256")
    for slot in body["slots"]:
        slot["cost"].update(changes.get("cost", {}))
    body.update({name: value for name, value in changes.items() if name != "cost"})
    body["sha256"] = slots._checksum(body)
    for name in (slots.SLOTS, slots.COPY):
        (folder / name).write_text(json.dumps(body))


@pytest.mark.parametrize("cost", [{"memory": 65535}, {"passes": 2}, {"lanes": 0}, {"memory": 1 << 40}])
def test_weaker_or_absurd_costs_are_refused(store: Store, cost: dict[str, int]) -> None:
    _rewrite(store[0], cost=cost)
    with pytest.raises(StoreDamaged, match="weaker"):
        keys.unlock(store[0], GOOD)


def test_the_seal_covers_the_header(store: Store) -> None:
    _rewrite(store[0], profile=str(clock.new_id()))
    with pytest.raises(WrongPassphrase):
        keys.unlock(store[0], GOOD)


def test_a_newer_format_says_update(store: Store) -> None:
    _rewrite(store[0], format=slots.FORMAT + 1)
    with pytest.raises(StoreTooNew):
        keys.unlock(store[0], GOOD)


# ---- crashes and full disks -------------------------------------------------------------------------------

POINTS = ["files.written", "files.replaced", "keys.first_copy", "keys.second_copy"]


@pytest.mark.parametrize("point", POINTS)
def test_power_cut_in_a_change_leaves_one_of_the_two_passphrases(
    store: Store, dying: list[str], point: str
) -> None:
    folder, secret, code = store
    dying.append(point)
    with pytest.raises(PowerCut):
        keys.change_passphrase(folder, keys.Key(secret), OTHER, cost=keys.FLOOR)
    dying.clear()
    opened = [word for word in (GOOD, OTHER) if _opens(folder, word)]
    assert opened == ([GOOD] if point == "files.written" else [OTHER])
    assert bytes(keys.unlock_with_code(folder, code).secret()) == secret
    assert (folder / slots.SLOTS).read_bytes() == (folder / slots.COPY).read_bytes()


@pytest.mark.parametrize("point", POINTS)
def test_power_cut_in_creation_leaves_nothing_or_all(tmp_path: Path, dying: list[str], point: str) -> None:
    dying.append(point)
    with pytest.raises(PowerCut):
        keys.create(tmp_path, GOOD, cost=keys.FLOOR)
    dying.clear()
    if keys.exists(tmp_path):
        keys.unlock(tmp_path, GOOD)
    else:
        keys.create(tmp_path, GOOD, cost=keys.FLOOR)


@pytest.mark.failure(12)
def test_full_disk_keeps_the_old_passphrase(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, secret, _ = store

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        with pytest.raises(DiskFull):
            keys.change_passphrase(folder, keys.Key(secret), OTHER, cost=keys.FLOOR)
        (folder / slots.COPY).unlink()
        assert _opens(folder, GOOD)  # healing cannot write, and that is no reason to stay out
    assert _opens(folder, GOOD)


def _opens(folder: Path, passphrase: str) -> bool:
    try:
        keys.unlock(folder, passphrase)
    except WrongPassphrase:
        return False
    return True


# ---- the recovery code ------------------------------------------------------------------------------------

codes = st.builds(
    lambda values: "".join(
        recovery_code.ALPHABET[value] for value in [*values, recovery_code._check(values)]
    ),
    st.lists(st.integers(0, 31), min_size=recovery_code.DATA, max_size=recovery_code.DATA),
)


@given(codes, st.data())
def test_code_is_read_however_people_write_it(code: str, data: st.DataObject) -> None:
    look_alikes = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(
        data.draw(st.sampled_from(look_alikes.get(char, char + char.lower())))
        + data.draw(st.sampled_from(["", " ", "-", "–", " - ", "\n", "."]))
        for char in code
    )
    assert recovery_code.read(typed) == code


@given(codes, st.integers(0, recovery_code.DATA), st.sampled_from(recovery_code.ALPHABET))
def test_every_wrong_character_is_found(code: str, place: int, char: str) -> None:
    typed = code[:place] + char + code[place + 1 :]
    if typed == code:
        assert recovery_code.read(typed) == code
    else:
        with pytest.raises(KnownError, match="mistake"):
            recovery_code.read(typed)


@given(codes, st.integers(0, recovery_code.DATA), st.integers(0, recovery_code.DATA))
def test_every_swap_is_found(code: str, one: int, two: int) -> None:
    chars = list(code)
    chars[one], chars[two] = chars[two], chars[one]
    if "".join(chars) == code:
        assert recovery_code.read("".join(chars)) == code
    else:
        with pytest.raises(KnownError, match="mistake"):
            recovery_code.read("".join(chars))


def test_new_codes_read_back_and_differ() -> None:
    made = {recovery_code.new() for _ in range(200)}
    assert len(made) == 200
    for code in made:
        assert [len(group) for group in code.split("-")] == [4] * 7
        assert recovery_code.read(code) == code.replace("-", "")


@pytest.mark.parametrize(
    ("typed", "says"), [("", "28"), ("AB-CD", "4"), ("U" * 28, "“U”"), ("Å" * 28, "“Å”")]
)
def test_what_is_no_code_is_explained(typed: str, says: str) -> None:
    with pytest.raises(KnownError) as caught:
        recovery_code.read(typed)
    assert says in in_english(caught.value)


def in_english(error: KnownError) -> str:
    from app.i18n import using_language

    with using_language("en"):
        return str(error)


# ---- key, cost, passphrase --------------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32))
def test_key_shows_itself_only_when_asked(secret: bytes) -> None:
    key = keys.Key(secret)
    assert key.sqlcipher() == b"x'" + secret.hex().encode() + b"'"
    assert secret.hex() not in repr(key)
    with pytest.raises(BugError):
        pickle.dumps(key)
    inside = key.secret()
    key.wipe()
    assert inside == bytes(32)
    assert key.wiped
    key.wipe()
    with pytest.raises(StoreLocked):
        key.sqlcipher()


@settings(max_examples=8, deadline=None)
@given(
    secret=st.text(max_size=40),
    key=st.binary(min_size=32, max_size=32),
    kind=st.sampled_from(["passphrase", "x"]),
)
def test_what_is_wrapped_is_unwrapped_by_the_same_secret_only(secret: str, key: bytes, kind: str) -> None:
    made = keys.Key(key)
    file = slots.SlotFile("p", "k", ())
    slot = keys._wrap(file, made, kind, secret, keys.FLOOR)
    again = slots.parse(slots.dump(replace(file, slots=(slot,)))).slot(kind)
    assert bytes(keys._unwrap(file, again, secret).secret()) == key
    with pytest.raises(WrongPassphrase):
        keys._unwrap(file, again, secret + "!")


def test_measured_cost_is_never_below_the_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    for speed in (0.001, 0.3, 0.9, 3.0, 60.0):  # seconds for 256 MiB and 3 passes
        monkeypatch.setattr(keys, "_seconds", lambda cost, speed=speed: speed * cost.memory / (256 * 1024))
        for memory in (0, 2_000_000_000, 16_000_000_000):
            monkeypatch.setattr(keys, "_machine_memory", lambda memory=memory: memory)
            cost = keys.calibrated()
            assert cost.accepted()
            seconds = speed * cost.memory / (256 * 1024) * cost.passes / 3
            assert seconds >= 0.5 or cost.passes == 50
            assert seconds <= 1 or cost.memory == keys.FLOOR.memory


def test_this_machine_knows_its_memory() -> None:
    assert keys._machine_memory() > 100_000_000


@pytest.mark.parametrize("weak", ["", "   ", "salasana", "qwertyuiop", "a" * 3000, "Tyopari1"])
def test_weak_passphrases_are_refused(weak: str, tmp_path: Path) -> None:
    assert keys.passphrase_problem(weak)
    with pytest.raises(KnownError):
        keys.create(tmp_path, weak, cost=keys.FLOOR)
    assert not keys.exists(tmp_path)


def test_good_passphrases_pass_whatever_they_are_made_of() -> None:
    assert keys.passphrase_problem(GOOD) is None
    assert keys.passphrase_problem("x9$kQ!v2Lm#8") is None
    assert keys.passphrase_problem(GOOD * 60) is None


def test_delay_grows_and_ends_at_a_minute() -> None:
    assert [keys.delay_after(count) for count in range(11)] == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert keys.delay_after(10_000) == 60
