"""What the terminal shows: each line with the name of who says it."""

import asyncio
import sys
from collections.abc import AsyncIterator

WIDTH = len("dashboard")
COLOURS = {"agent": "36", "tracker": "35", "dashboard": "34", "binnacle": "1"}
LONGEST_LINE = 64 * 1024


def say(who: str, text: str) -> None:
    """Print `text` behind the name; a terminal that has gone away is no reason to stop the services."""
    name = f"{who:<{WIDTH}}"
    if sys.stdout.isatty():
        name = f"\x1b[{COLOURS.get(who, '0')}m{name}\x1b[0m"
    try:
        print(f"{name} | {text}", flush=True)
    except OSError:
        sys.stdout = sys.stderr = None


def banner(text: str) -> None:
    say("binnacle", "")
    for line in text.splitlines():
        say("binnacle", f"  {line}")
    say("binnacle", "")


async def lines(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    """The lines of a stream; one that does not end is handed on in pieces."""
    rest = b""
    while chunk := await reader.read(LONGEST_LINE):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace").rstrip("\r")
        if len(rest) > LONGEST_LINE:
            yield rest.decode(errors="replace")
            rest = b""
    if rest:
        yield rest.decode(errors="replace")
