"""Load on loopback, bounded in time: wrk for throughput, one patient client for latency."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
_EVENTS = Path(__file__).with_name("lua") / "events.lua"


class MissingToolError(Exception):
    """A program that the bench drives is not installed."""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: answers a second, latency in seconds, and how many answers were no 2xx or 3xx."""

    per_second: float
    p50: float
    p99: float
    errors: int


def need(program: str, package: str) -> str:
    """The path of a program. Raises `MissingToolError` that names the package."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise MissingToolError(f"{program} is missing; on Debian: apt-get install {package}")
    return found


def wrk(
    url: str, *, connections: int, seconds: float, headers: Mapping[str, str] | None = None, batch: int | None = None
) -> Load:
    """Load one address with GETs, or with POSTs of `batch` new events each."""
    command = [need("wrk", "wrk"), "-t2", f"-c{connections}", f"-d{seconds:g}s", "--latency", "--timeout", "10s"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if batch is not None:
        command += ["-s", str(_EVENTS)]
    arguments = [] if batch is None else ["--", str(batch)]
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [*command, url, *arguments], check=True, capture_output=True, text=True, cwd=folder, timeout=120
        )
    return _parse(run.stdout)


def _parse(text: str) -> Load:
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    errors = int(refused[1]) if refused else 0
    errors += sum(int(count) for count in broken.groups()) if broken else 0
    return Load(float(rate[1]) if rate else 0.0, _latency(text, "50%"), _latency(text, "99%"), errors)


def _latency(text: str, percentile: str) -> float:
    found = re.search(rf"^\s*{percentile}\s+([\d.]+)(us|ms|s|m)\s*$", text, re.MULTILINE)
    return float(found[1]) * _UNITS[found[2]] if found else 0.0
