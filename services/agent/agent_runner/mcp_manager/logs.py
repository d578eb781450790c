"""The last lines that a server wrote: bounded, however much it writes, and without the secrets it was given."""

import re
from collections import deque
from collections.abc import Iterable, Sequence

from kit.clock import now_ms
from kit.text import clean_text

from agent_runner.mcp_manager.types import LogLine, LogSource

MAX_LINES = 200
MAX_LINE = 1_000
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_SHORTEST_SECRET = 6  # shorter ones would blot out ordinary words


class Redactor:
    """Takes known secrets out of text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: list[str] = []
        self.learn(*secrets)

    def learn(self, *secrets: str) -> None:
        """More of them, such as a token that was got meanwhile."""
        known = {*self._secrets, *(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)}
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text with every secret as `***`."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


class LogTail:
    """Keeps the last `MAX_LINES` lines."""

    def __init__(self) -> None:
        self._lines: deque[LogLine] = deque(maxlen=MAX_LINES)
        self.redact = Redactor()

    def add(self, source: LogSource, text: str) -> None:
        """One line."""
        plain = clean_text(_ESCAPES.sub("", self.redact(text))).strip()
        if plain:
            cut = plain if len(plain) <= MAX_LINE else plain[:MAX_LINE] + " …"
            self._lines.append(LogLine(now_ms(), source, cut))

    def lines(self) -> Sequence[LogLine]:
        """Oldest first."""
        return tuple(self._lines)

    def last_words(self) -> str | None:
        """The last line of standard error."""
        return next((line.text for line in reversed(self._lines) if line.source == "stderr"), None)
