"""How often events are folded into issues and numbers."""

import time
from collections.abc import Callable

MOST_PENDING = 2_000
_SHORTEST_S, _LONGEST_S = 0.1, 1.0
_SHARE = 10


class FoldPace:
    """At once when there is time, under load seldom enough to take no more than a tenth of it; a second at the most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = clock()
        self.pause_s = _SHORTEST_S
        """How long what is not folded may wait just now."""

    def is_due(self, pending: int) -> bool:
        """Whether it is time for another fold."""
        return pending >= MOST_PENDING or self._clock() >= self._next

    def folded(self, seconds: float) -> None:
        """Note how long the last fold took."""
        self.pause_s = min(_LONGEST_S, max(_SHORTEST_S, seconds * _SHARE))
        self._next = self._clock() + self.pause_s
