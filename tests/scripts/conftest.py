"""Starts and ends runs of the supervisor."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scripts.running import MODULES, Run

STAND_IN = Path(__file__).with_name("stand_in_service.py")


@pytest.fixture
def stand_ins(tmp_path: Path) -> dict[str, str]:
    """The environment under which the three services are stand-ins."""
    for name, module in MODULES.items():
        package = tmp_path / "stand-ins" / module
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(f"import runpy\nrunpy.run_path({str(STAND_IN)!r}, {{'NAME': {name!r}}})\n")
    return {"PYTHONPATH": str(tmp_path / "stand-ins")}


@pytest.fixture
def start(tmp_path: Path, stand_ins: dict[str, str]) -> Iterator[Callable[..., Run]]:
    """Starts a run; each one started is ended."""
    runs: list[Run] = []

    def start_one(folder: str = "one", real: bool = False, **env: str) -> Run:
        (tmp_path / folder).mkdir(exist_ok=True)
        runs.append(Run(tmp_path / folder, ({} if real else stand_ins) | env))
        return runs[-1]

    yield start_one
    for run in runs:
        run.end()
