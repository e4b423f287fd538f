"""The checking command repeats pytest's own closing line, and knows failure from success."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from setup_env import PACKAGING


@pytest.fixture
def check() -> ModuleType:
    """The module packaging/test.py, under a name that the standard library does not use."""
    spec = importlib.util.spec_from_file_location("tyopari_check", PACKAGING / "test.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("body", "passed", "words"), [("assert True", True, "1 passed"), ("assert 0", False, "1 failed")]
)
def test_closing_line(check: ModuleType, tmp_path: Path, body: str, passed: bool, words: str) -> None:
    (tmp_path / "test_one.py").write_text(f"def test_one():\n    {body}\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    suite = check.Pytest("-c", str(tmp_path / "pytest.ini"), "--rootdir", str(tmp_path), str(tmp_path))
    assert suite(Path(sys.executable)) is passed
    assert words in suite.closing
    assert suite.closing.startswith("====")
