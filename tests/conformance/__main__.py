"""`python tests/conformance [ERA] [SCENARIO ...]`: the public MCP conformance suite, client side, through our manager.

The suite starts `client.py` once a scenario and judges what arrives. A scenario counts as passed when the suite says so
and at least one check was made and none failed: the suite itself is content when nothing happens at all.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SUITE = HERE / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
ERAS = {"2025-11-25": 18, "2026-07-28": 32}
OLDEST_NODE = 22
SCENARIO_S = 60
MADE = ("SUCCESS", "FAILURE", "WARNING")
CLIENT = f"timeout {SCENARIO_S} python client.py"  # no path of ours: the suite parts it at blanks


@dataclass(frozen=True)
class Outcome:
    """What came of one scenario; `said` is the suite's output."""

    scenario: str
    passed: bool
    checks: Counter[str]
    said: str


def suite(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the suite's program, with the environment's own Python and Node before the machine's."""
    environment = {**os.environ, "PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"}
    command = ["node", "--no-deprecation", str(SUITE), *words]
    return subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)


def required(era: str) -> list[str]:
    """The client scenarios that the era requires, as the suite lists them."""
    listed = suite("list", "--requirements", era)
    if listed.returncode:
        sys.exit(f"the conformance suite does not run (it needs Node {OLDEST_NODE} or newer):\n{listed.stderr[-2000:]}")
    part = listed.stdout.partition("Client scenarios")[2].partition("\n\n")[0]
    return re.findall(r"^ +- (\S+)$", part, re.MULTILINE)


def run(era: str, scenario: str) -> Outcome:
    """One scenario, as the era speaks."""
    with tempfile.TemporaryDirectory() as results:
        words = ("--command", CLIENT, "--scenario", scenario, "--spec-version", era, "--output-dir", results)
        done = suite("client", *words, "--timeout", str((SCENARIO_S + 5) * 1000))
        found = [check for file in Path(results).rglob("checks.json") for check in json.loads(file.read_text())]
    checks = Counter(check["status"] for check in found)
    made = sum(checks[status] for status in MADE)
    passed = done.returncode == 0 and made == checks["SUCCESS"] > 0
    return Outcome(scenario, passed, checks, done.stdout + done.stderr)


def tell(outcome: Outcome) -> None:
    """One line; of one that failed all that the suite said."""
    made, good = sum(outcome.checks[status] for status in MADE), outcome.checks["SUCCESS"]
    print(f"{'passed' if outcome.passed else 'FAILED'}  {good:3} of {made:3} checks  {outcome.scenario}", flush=True)
    if not outcome.passed:
        print(outcome.said, flush=True)


def run_era(era: str, scenarios: Sequence[str]) -> int:
    """How many passed. As many at once as there are processors: each has its own server and client."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = 0
        for outcome in pool.map(partial(run, era), scenarios):
            tell(outcome)
            passed += outcome.passed
    print(f"== MCP conformance {era}: {passed} of {len(scenarios)} required scenarios passed ==", flush=True)
    return passed


def main(words: Sequence[str]) -> int:
    """1 when a required scenario failed, or when there are not as many as there should be."""
    eras = [word for word in words if word in ERAS] or list(ERAS)
    chosen = [word for word in words if word not in ERAS]
    missing = 0
    for era in eras:
        scenarios = chosen or required(era)
        missing += (len(chosen) or ERAS[era]) - run_era(era, scenarios)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
