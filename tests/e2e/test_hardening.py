"""What the containers may not do, asked of the running ones."""

import json
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.e2e.composed import SERVICES, Composed, until

LOOK = """
import json, os, pathlib
status = dict(line.split(":\\t", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
def writable(path):
    try:
        pathlib.Path(path).write_text("x")
        return True
    except OSError:
        return False
print(json.dumps({
    "uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups(),
    "effective": int(status["CapEff"], 16), "bounding": int(status["CapBnd"], 16), "no_new": status["NoNewPrivs"],
    "written": [path for path in ("/x", "/etc/x", "/opt/binnacle/x", "/usr/local/bin/x") if writable(path)],
    "data": writable("/data/.e2e"), "tmp": writable("/tmp/.e2e"),
}))
"""

MAKE_TOKEN = """
from kit.settings import ServiceSettings
from kit.token import service_token
print(service_token(ServiceSettings.load()))
"""
LOOK_AROUND = """
from importlib.util import find_spec
print([name for name in ("agent_runner", "tracker", "dashboard", "pip", "hatchling") if find_spec(name)])
"""


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_no_rights_to_lose(composed: Composed, name: str) -> None:
    """An unprivileged user, no capability to be had, and nothing to write to but its data and /tmp."""
    seen = json.loads(composed.python_in(name, LOOK))
    assert (seen["uid"], seen["gid"]) == (10001, 10001)
    assert set(seen["groups"]) <= {10001}
    assert (seen["effective"], seen["bounding"], seen["no_new"]) == (0, 0, "1")
    assert (seen["written"], seen["data"], seen["tmp"]) == ([], True, True)


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_reached_from_this_machine_only(composed: Composed, name: str) -> None:
    """Each published port is bound to loopback, and comes back after a crash or a restart of the engine."""
    told = composed.inspect(name)
    published = [
        binding["HostIp"] for bindings in told["NetworkSettings"]["Ports"].values() for binding in bindings or []
    ]
    assert published == ["127.0.0.1"]
    assert told["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    assert told["HostConfig"]["Init"] is True


def test_token_volume_holds_one_token_for_all(composed: Composed) -> None:
    """Whoever came first made it; only the services' user can read it."""
    tokens = {composed.run_in(name, "cat", "/run/binnacle/token") for name in SERVICES}
    assert len(tokens) == 1
    assert {composed.run_in(name, "stat", "-c", "%a %u", "/run/binnacle/token") for name in SERVICES} == {"600 10001"}
    assert {composed.run_in(name, "stat", "-c", "%a %u", "/run/binnacle") for name in SERVICES} == {"700 10001"}
    assert {composed.run_in(name, "ls", "-A", "/run/binnacle") for name in SERVICES} == {"token"}


def test_services_agree_on_fresh_token_volumes(composed: Composed) -> None:
    """Started at the same moment on an empty volume, all read the same whole token, every time."""
    images = [composed.inspect(name)["Image"] for name in SERVICES]

    def token_of(volume: str, image: str) -> str:
        words = ["run", "--rm", "--volume", f"{volume}:/run/binnacle", image, "python", "-c", MAKE_TOKEN]
        return subprocess.run(["docker", *words], capture_output=True, text=True, check=True).stdout.strip()

    for _ in range(3):
        volume = f"{composed.project}-{uuid.uuid4().hex[:6]}"
        try:
            with ThreadPoolExecutor(3) as pool:
                tokens = set(pool.map(lambda image, name=volume: token_of(name, image), images))
            assert len(tokens) == 1
            assert len(tokens.pop()) >= 32
        finally:
            subprocess.run(["docker", "volume", "rm", "--force", volume], capture_output=True, check=True)


def test_agent_starts_what_npx_and_uvx_fetch(composed: Composed) -> None:
    """Node and uv are in the image, and what they fetch has a place that outlives a restart."""
    assert composed.run_in("agent", "npx", "--version")
    assert composed.run_in("agent", "uvx", "--version")
    assert composed.run_in("agent", "npx", "--yes", "semver", "1.2.3") == "1.2.3"
    assert "hello" in composed.run_in("agent", "uvx", "--quiet", "--from", "cowsay", "cowsay", "-t", "hello")
    assert {"npm", "uv"} <= set(composed.run_in("agent", "ls", "/cache").split())


@pytest.mark.parametrize("name", SERVICES)
def test_image_carries_no_source_of_another_service(composed: Composed, name: str) -> None:
    """Each image holds the kit and its own service, compiled, and nothing to install or build with."""
    own = {"agent": "agent_runner"}.get(name, name)
    assert composed.python_in(name, LOOK_AROUND) == f"['{own}']"
    compiled = f"import {own}.config as module, pathlib; print(pathlib.Path(module.__cached__).exists())"
    assert composed.python_in(name, compiled) == "True"


def test_an_mcp_server_reaches_neither_the_token_nor_the_data(composed: Composed) -> None:
    """A program of strangers, started by the agent: what it may not read is refused to it, the rest works."""
    files = "/run/binnacle/token /data/agent/agent.db /etc/hostname"
    script = f"for file in {files}; do cat $file >/dev/null && echo $file; done"
    definition = {"name": "curious", "transport": "stdio", "command": "sh", "args": ["-c", f"({script}) >&2; sleep 1"]}
    with composed.client("agent") as agent:
        agent.post("/api/v1/mcp/servers", json=definition).raise_for_status()
        try:
            until(lambda: "/etc/hostname" in tail(agent), "it has looked around")
            assert tail(agent).count("Permission denied") >= 2
            assert "/run/binnacle/token\n" not in tail(agent)
        finally:
            agent.delete("/api/v1/mcp/servers/curious").raise_for_status()


def tail(agent: httpx.Client) -> str:
    """What that server wrote, a line each."""
    lines = agent.get("/api/v1/mcp/servers/curious/log").raise_for_status().json()["items"]
    return "".join(f"{line['text']}\n" for line in lines)
