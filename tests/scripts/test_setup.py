"""What `make setup` promises: what is done is not done again, what was cut short is done from the ground."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import setup

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[setup.Step, list[bool]]]:
    """Makes a step on one input file in a checkout of its own, and the list of its runs."""
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    (tmp_path / "input").write_text("one")

    def make(fails: bool = False, stands: Callable[[], bool] = lambda: True) -> tuple[setup.Step, list[bool]]:
        runs: list[bool] = []

        def run(again: bool) -> None:
            runs.append(again)
            if fails:
                raise KeyboardInterrupt

        return setup.Step("a step", run, (tmp_path / "input",), stands), runs

    return make


def test_step_is_taken_once(step: Callable[..., tuple[setup.Step, list[bool]]]) -> None:
    """A second set-up finds nothing to do."""
    one, runs = step()
    setup.take(one)
    setup.take(one)
    assert runs == [False]


def test_step_is_taken_again_when_an_input_changed(
    step: Callable[..., tuple[setup.Step, list[bool]]], tmp_path: Path
) -> None:
    """It is the content that counts, not the time of the file."""
    one, runs = step()
    setup.take(one)
    os.utime(tmp_path / "input", (1, 1))
    setup.take(one)
    (tmp_path / "input").write_text("two")
    setup.take(one)
    assert runs == [False, False]


def test_step_is_taken_again_when_its_work_is_gone(step: Callable[..., tuple[setup.Step, list[bool]]]) -> None:
    """Someone who deletes what a step made gets it again."""
    one, runs = step(stands=lambda: False)
    setup.take(one)
    setup.take(one)
    assert runs == [False, False]


def test_step_that_was_cut_short_is_done_from_the_ground(
    step: Callable[..., tuple[setup.Step, list[bool]]],
) -> None:
    """Ctrl-C in the middle of an installation is repaired by the next set-up."""
    broken, _ = step(fails=True)
    with pytest.raises(KeyboardInterrupt):
        setup.take(broken)
    whole, runs = step()
    setup.take(whole)
    assert runs == [True]


def test_failing_program_ends_the_set_up_with_its_words(capfd: pytest.CaptureFixture[str]) -> None:
    """What the program said is shown: it is all that a person has to go on."""
    with pytest.raises(SystemExit, match=r"(?s)no such thing.*set-up failed \(3\): sh -c"):
        setup.call("sh", "-c", "echo no such thing; exit 3")
    assert capfd.readouterr().out == ""


def test_no_python_is_said_with_the_cure() -> None:
    """One line names what is needed and how to get it."""
    env = {"PATH": "/usr/bin:/bin", "PYTHON": "no-python"}
    tried = (
        (ROOT / "scripts/setup").read_text().replace("python3.13 python3.12 python3.11 python3", "").replace("$own", "")
    )
    asked = subprocess.run(
        ["sh", "-c", tried, "scripts/setup", "run"], env=env, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 1
    assert "Binnacle needs Python 3.11 or newer" in asked.stderr
