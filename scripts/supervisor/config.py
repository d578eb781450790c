"""What is run, and where: the only place here that reads the environment."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ANY_ADDRESS = {"0.0.0.0", "::", ""}


class Refused(Exception):
    """The start is refused, or must end; the message is for the person at the terminal."""


@dataclass(frozen=True)
class Service:
    """One of the three: `python -m module`, listening on `port`, which `variable` sets."""

    name: str
    module: str
    port: int
    variable: str


@dataclass(frozen=True)
class Config:
    """`host` is what the services bind, `reach` the address under which this machine reaches them."""

    host: str
    reach: str
    data_dir: Path
    services: tuple[Service, ...]

    @property
    def run_dir(self) -> Path:
        return self.data_dir / "run"

    @property
    def environment(self) -> dict[str, str]:
        """What each service gets: our own environment, and where it finds the others unless that says so already."""
        found = ("agent", "tracker")
        urls = {f"{name.upper()}_URL": f"http://{self.reach}:{self.named(name).port}" for name in found}
        readable = {"BINNACLE_LOG_FORMAT": "console", "PYTHONUNBUFFERED": "1"}
        return urls | readable | os.environ

    def command(self, service: Service, *words: str) -> tuple[str, ...]:
        return (sys.executable, "-m", service.module, *words)

    def named(self, name: str) -> Service:
        for service in self.services:
            if service.name == name:
                return service
        raise Refused(f"there is no service {name!r}: S= is one of {', '.join(s.name for s in self.services)}")


def load() -> Config:
    """Read the environment. Raises `Refused` with the variable at fault."""
    host = os.environ.get("BINNACLE_HOST") or "127.0.0.1"
    local = "127.0.0.1" if host in ANY_ADDRESS else host
    return Config(
        host=host,
        reach=f"[{local}]" if ":" in local else local,
        data_dir=ROOT / (os.environ.get("BINNACLE_DATA_DIR") or ".data"),
        services=(
            Service("tracker", "tracker", port("TRACKER_PORT", 8082), "TRACKER_PORT"),
            Service("agent", "agent_runner", port("AGENT_PORT", 8081), "AGENT_PORT"),
            Service("dashboard", "dashboard", port("DASHBOARD_PORT", 8080), "DASHBOARD_PORT"),
        ),
    )


def port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Refused(f"{variable}: {text!r} is no port number; set it to one from 1 to 65535")
    return int(text)
