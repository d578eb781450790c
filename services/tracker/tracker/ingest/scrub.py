"""Take secrets and personal data out of events before they are stored."""

from collections.abc import Collection
from functools import lru_cache

from kit.jsontypes import Json

from tracker.ingest.secrets import (
    REDACTED,
    is_secret_name,
    without_cards,
    without_emails,
    without_named_secrets,
    without_tokens,
)

MAX_DEPTH = 32
_SHORTEST_SECRET = 13  # of those that stand alone: a card number
_CACHED_NAMES = 4096
_CACHED_TEXTS, _LONGEST_CACHED = 512, 4096  # the same stacks, URLs and users come again and again
_TOO_DEEP = "[nested too deeply]"


class Scrubber:
    """Takes out what it is told to: `secrets` (passwords, tokens, keys, cookies), `cards`, `emails`.

    `secret_names` are further names whose values go, `kept_names` those whose values stay.
    """

    def __init__(
        self, what: Collection[str], secret_names: Collection[str] = (), kept_names: Collection[str] = ()
    ) -> None:
        self._secrets = "secrets" in what
        self._cards = "cards" in what
        self._emails = "emails" in what
        self._secret_names = {name.lower() for name in secret_names}
        self._kept_names = {name.lower() for name in kept_names}
        self._is_secret = lru_cache(_CACHED_NAMES)(self._decide)
        self._cached = lru_cache(_CACHED_TEXTS)(self._scrubbed)

    def text(self, text: str) -> str:
        """A text without what is to be taken out."""
        if len(text) < _SHORTEST_SECRET and text.isalnum():
            return text
        return self._cached(text) if len(text) <= _LONGEST_CACHED else self._scrubbed(text)

    def value(self, value: Json, depth: int = 0) -> Json:
        """A copy of a JSON value; what is nested too deeply is replaced by a word that says so."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool | int | float):
            return value
        if depth >= MAX_DEPTH:
            return _TOO_DEEP
        if isinstance(value, dict):
            return {self.text(key): self._member(key, item, depth + 1) for key, item in value.items()}
        return [self.value(item, depth + 1) for item in value]

    def _scrubbed(self, text: str) -> str:
        if self._secrets:
            text = without_tokens(without_named_secrets(text, self._is_secret, self._secret_names))
        if self._cards:
            text = without_cards(text)
        return without_emails(text) if self._emails else text

    def _member(self, name: str, value: Json, depth: int) -> Json:
        hidden = self._secrets and value is not None and not isinstance(value, bool) and self._is_secret(name)
        return REDACTED if hidden else self.value(value, depth)

    def _decide(self, name: str) -> bool:
        lowered = name.lower()
        if lowered in self._kept_names:
            return False
        return lowered in self._secret_names or is_secret_name(name)
