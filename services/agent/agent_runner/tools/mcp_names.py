"""Names for the tools of MCP servers that every provider takes: at most 64 letters, digits, `_` and `-`. Pure."""

import hashlib
import re

PREFIX = "mcp__"
_LONGEST = 64
_MARK = 8
_UNFIT = re.compile(r"[^A-Za-z0-9_-]")


def full_name(server: str, tool: str) -> str:
    """`mcp__SERVER__TOOL`.

    The name depends on these two alone, so it is the same whatever other servers there are, and no two share one: where
    characters had to go, or where it could be read in two ways, it ends with a few digits of a hash.
    """
    plain = f"{PREFIX}{_UNFIT.sub('_', server)}__{_UNFIT.sub('_', tool)}"
    clear = plain == f"{PREFIX}{server}__{tool}" and "__" not in server and not server.endswith("_")
    if clear and not tool.startswith("_") and len(plain) <= _LONGEST:
        return plain
    mark = hashlib.sha256(f"{server}\0{tool}".encode()).hexdigest()[:_MARK]
    return f"{plain[: _LONGEST - _MARK - 1]}_{mark}"
