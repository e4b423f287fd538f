"""What every test shares: a screenless Qt, a private home, and the two databases' fixtures."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app.i18n import set_language

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = ["tests.postgres"]

# No deadline: a busy machine is not a bug. "soak" is the nightly profile of packaging/test.py --soak.
settings.register_profile(
    "push", max_examples=50, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", settings.get_profile("push"), max_examples=2000)
settings.load_profile("push")

BENCHMARKS = Path(__file__).parent / "benchmarks"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything under tests/benchmarks, so that a forgotten marker cannot slow the daily run."""
    for item in items:
        if BENCHMARKS in item.path.parents:
            item.add_marker("benchmark")


@pytest.fixture(autouse=True)
def plain_english() -> None:
    """Start every test in the language that the texts are written in; a test may choose another."""
    set_language("en")


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test away from the real profile: data, settings and caches go to a folder of its own."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    for name in ("TYOPARI_PASSPHRASE", "TYOPARI_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return home
