"""What the trial command passes on to the demonstration."""

import pytest
import run


@pytest.mark.parametrize(
    ("given", "display", "passed"),
    [
        ([], True, []),
        (["--out", "x"], True, ["--out", "x"]),
        ([], False, ["--headless", "--out", run.DEFAULT_OUT]),
        (["--out", "my results"], False, ["--out", "my results", "--headless"]),
        (["--out=x", "--headless"], False, ["--out=x", "--headless"]),
        (["--headless"], True, ["--headless", "--out", run.DEFAULT_OUT]),
    ],
)
def test_demo_arguments(given: list[str], display: bool, passed: list[str]) -> None:
    assert run.demo_arguments(given, display) == passed


def test_without_a_screen_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    run.demo_arguments([], display=False)
    assert "no screen" in capsys.readouterr().err
