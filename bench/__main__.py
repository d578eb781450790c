"""`python -m bench [SECTION…] [--seconds N]`: measure, and print each figure beside its peer and bar."""

import argparse
import os
import platform
import sys

from bench import agent, mcp, page, proxy, tracker
from bench.load import MissingToolError

_SECTIONS = {"agent": agent.run, "tracker": tracker.run, "proxy": proxy.run, "page": page.run, "mcp": mcp.run}


def main() -> int:
    """Run the sections asked for; 1 when a program that they need is missing."""
    parser = argparse.ArgumentParser(prog="make bench", description="Binnacle against the bars of its design.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(_SECTIONS)}; all without")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each load lasts (default 8)")
    arguments = parser.parse_args()
    unknown = set(arguments.sections) - set(_SECTIONS)
    if unknown:
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; compare the ratios, machines are noisy")
    try:
        for name in arguments.sections or _SECTIONS:
            _SECTIONS[name](arguments.seconds)
    except MissingToolError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
