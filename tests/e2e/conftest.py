"""Brings the composed system up once for all of these tests, and always takes it down again."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e.composed import Composed


def why_no_engine() -> str | None:
    if not shutil.which("docker"):
        return "there is no `docker` on the PATH"
    asked = subprocess.run(["docker", "version"], capture_output=True, text=True, check=False)
    return asked.stderr.strip().splitlines()[-1] if asked.returncode else None


@pytest.fixture(scope="session")
def composed() -> Iterator[Composed]:
    """The system as `docker compose up` makes it with nothing set, on free ports."""
    if reason := why_no_engine():
        pytest.exit(f"make e2e needs a Docker engine with Compose: {reason}", returncode=1)
    system = Composed()
    try:
        system.up()
        system.wait_ready()
        yield system
    finally:
        system.down()
