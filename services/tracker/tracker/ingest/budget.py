"""How many bytes of request bodies may be in memory at once."""

from collections.abc import Generator
from contextlib import contextmanager

from kit.problems import Overloaded


class Held:
    """What one request holds of the budget."""

    def __init__(self, budget: "Budget") -> None:
        self._budget = budget
        self.bytes = 0

    def add(self, count: int) -> None:
        """Hold more. Raises `Overloaded` when the budget has no room for it."""
        self._budget.take(count)
        self.bytes += count


class Budget:
    """Keeps memory bounded however many large bodies arrive at once; belongs to the event loop's thread."""

    def __init__(self, total: int) -> None:
        self._left = total

    def take(self, count: int) -> None:
        """Take some of it. Raises `Overloaded`."""
        if count > self._left:
            raise Overloaded("too many large requests at once; try again shortly")
        self._left -= count

    @contextmanager
    def hold(self) -> Generator[Held]:
        """What is taken inside is given back at the end."""
        held = Held(self)
        try:
            yield held
        finally:
            self._left += held.bytes
