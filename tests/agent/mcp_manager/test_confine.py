"""What a confined process can still do, and what it cannot, asked of real ones."""

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from agent_runner.mcp_manager import confine
from agent_runner.mcp_manager.processes import Nursery

WRAPPED = """
import subprocess, sys
from pathlib import Path
from agent_runner.mcp_manager.confine import confine
confine([Path(one) for one in sys.argv[2:]])
sys.exit(subprocess.run(["sh", "-c", sys.argv[1]]).returncode)
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with a token and the agent's data, which are denied, and a workspace beside them."""
    for name, text in (("run/token", "secret"), ("data/agent/agent.db", "rows"), ("data/workspace/notes", "milk")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "elsewhere").mkdir()
    return tmp_path.resolve()


def run(house: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A shell command of a process that is kept from the token and the agent's data."""
    denied = [str(house / "run"), str(house / "data/agent")]
    return subprocess.run(
        [sys.executable, "-c", WRAPPED, command, *denied], cwd=house, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "command",
    [
        "cat run/token",
        "cat data/agent/agent.db",
        "ln -s ../../run/token data/workspace/link && cat data/workspace/link",
        "ln run/token data/workspace/token && cat data/workspace/token",
        "mv run/token data/workspace/token && cat data/workspace/token",
        "mv run data/workspace/run && cat data/workspace/run/token",
        "rm run/token",
        "echo mine > run/token",
        "cat /proc/self/cwd/run/token",
        f"{shlex.quote(sys.executable)} -c 'open(\"run/token\").read()'",
    ],
)
def test_what_is_denied_is_out_of_reach(house: Path, command: str) -> None:
    """By no name, no link, no move, and not for what the process starts."""
    tried = run(house, command)
    assert tried.returncode != 0
    assert "secret" not in tried.stdout + (house / "data/workspace/notes").read_text()
    assert (house / "run/token").read_text() == "secret"


@pytest.mark.parametrize(
    "command",
    [
        "cat data/workspace/notes",
        "echo hi > data/workspace/new && cat data/workspace/new && rm data/workspace/new",
        "mkdir -p data/workspace/a && echo x > data/workspace/x && mv data/workspace/x data/workspace/a/x",
        "echo x > /dev/null && head -c 3 /dev/urandom > data/workspace/random",
        "echo x > elsewhere/x && cat elsewhere/x && rm elsewhere/x",
        "sh -c 'cat /proc/self/status' | grep -q 'NoNewPrivs:.1'",
    ],
)
def test_all_else_works_as_before(house: Path, command: str) -> None:
    """Reading, writing, moving and starting programs, everywhere else."""
    done = run(house, command)
    assert done.returncode == 0, done.stderr


def test_a_busy_folder_on_the_way_to_what_is_denied_speaks_against_it(tmp_path: Path) -> None:
    """What programs make in their home folder later would stay closed to them: better not confined, and said so."""
    home = tmp_path / "home"
    assert confine.can_confine([tmp_path / "run"], [home])
    assert not confine.can_confine([tmp_path / "run", home / "binnacle/data"], [home])
    assert confine.can_confine([home], [home])


async def test_a_servers_process_is_confined_and_works(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps its arguments, its variables and its pipes, and does not get at what is private."""
    monkeypatch.setattr(tempfile, "tempdir", str(house / "elsewhere"))
    environment = {"HOME": str(house / "elsewhere"), "PATH": "/usr/bin:/bin"}
    nursery = Nursery(house / "data/agent", environment, [house / "run/token", house / "data/agent"])
    assert nursery.confined
    script = 'read line; echo "$1 $GIVEN $line"; cat run/token'
    env = nursery.environment_for({"GIVEN": "variable"})
    child = await nursery.start("sh", ["-c", script, "sh", "an argument"], env, str(house))
    child.stdin.write(b"and input\n")
    said, complained = await child.stdout.read(), await child.stderr.read()
    await child.end(1)
    await nursery.aclose()
    assert said == b"an argument variable and input\n"
    assert b"denied" in complained.lower()


def test_without_a_clear_way_nothing_is_confined(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `make run` in somebody's home folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(house / "elsewhere"))
    assert not Nursery(house / "data/agent", {"HOME": str(house)}, [house / "run/token"]).confined
