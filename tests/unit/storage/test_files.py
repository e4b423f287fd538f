"""What the disk says when it refuses: of the store's own place, and of one that a person has chosen."""

import errno
from pathlib import Path

import pytest

from app.errors import KnownError
from storage import files


@pytest.mark.parametrize(
    ("chosen", "what", "advice"),
    [(True, "in that place", "Choose another folder"), (False, "The store's folder", "Check that the disk")],
)
def test_a_place_where_nothing_may_be_written_says_what_to_do(chosen: bool, what: str, advice: str) -> None:
    with pytest.raises(KnownError) as told, files.disk_errors(chosen=chosen):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert what in str(told.value.message)
    assert advice in str(told.value.advice)


def test_a_file_of_a_persons_choice_speaks_of_that_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files.os, "open", refuse)
    with pytest.raises(KnownError) as told:
        files.write_whole(tmp_path / "lista.csv", b"x")
    assert "in that place" in str(told.value.message)
    with pytest.raises(KnownError) as told:
        files.write_whole(tmp_path / "slots", b"x", chosen=False)
    assert "The store's folder" in str(told.value.message)
