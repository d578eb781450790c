"""Ends the processes of MCP servers whose agent is gone, also those that moved out of their group.

Every server is started with a mark in its environment, which its own children inherit. The agent runs this file as a
program beside it: when its input ends, because the agent died however it did, it kills all that bear the agent's mark.
At its next start an agent does the same with what bears the marks of earlier ones. It reads `/proc`, so on systems
without it servers are left to notice the end of their input. Only the standard library: the program must start quickly.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator

MARK = "BINNACLE_MCP_OWNER"
_ROUNDS = 50


def end_all(wanted: str, but: str = "") -> int:
    """Kill every process whose mark begins with `wanted`, but not those whose mark is `but`; how many there were.

    Looks again until nothing is left, since a process may start another while we look.
    """
    killed: set[int] = set()
    for _ in range(_ROUNDS):
        found = [pid for pid, mark in _marked() if mark.startswith(wanted) and mark != but]
        if not found:
            break
        for pid in found:
            killed.add(pid)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    return len(killed)


def _marked() -> Iterator[tuple[int, str]]:
    """The processes that bear a mark, with it. A zombie's environment is empty: it counts as dead."""
    start = f"{MARK}=".encode()
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else ():  # noqa: PTH112, PTH208 - no pathlib at our start
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as file:  # noqa: PTH123
                variables = file.read().split(b"\0")
        except OSError:  # another user's, or gone
            continue
        for variable in variables:
            if variable.startswith(start):
                yield int(entry), variable[len(start) :].decode(errors="replace")
                break


def _main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # what ends the agent must not end us before it
    while os.read(0, 4096):
        pass
    end_all(sys.argv[1])


if __name__ == "__main__":
    _main()
