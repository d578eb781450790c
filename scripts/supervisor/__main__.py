"""The command line: `run` stays in the foreground, the others talk to it."""

import asyncio
import sys

from scripts.supervisor.config import Refused, load
from scripts.supervisor.control import ask
from scripts.supervisor.run import run, wait_for_the_end

USAGE = "usage: python -m scripts.supervisor run | start NAME | restart [NAME] | stop [NAME]"


def main(words: list[str]) -> None:
    """Ends with exit code 1 and a line for the person when something is refused."""
    try:
        config = load()
        match words:
            case ["run"]:
                asyncio.run(run(config))
            case ["start", name]:
                print(ask(config, "start", name))
            case ["stop"]:
                print(ask(config, "stop", ""))
                wait_for_the_end(config)
            case ["restart" | "stop" as verb, *names] if len(names) < 2:
                print(ask(config, verb, "".join(names)))
            case ["start"]:
                raise Refused("which one? make start S=agent")
            case _:
                raise Refused(USAGE)
    except Refused as refusal:
        sys.exit(f"binnacle: {refusal}")


main(sys.argv[1:])
