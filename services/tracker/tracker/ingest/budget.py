"""How many bytes of request bodies may be in memory at once."""

from types import TracebackType
from typing import Self

from kit.problems import Overloaded


class Budget:
    """Keeps memory bounded however many large bodies arrive at once; belongs to the event loop's thread."""

    def __init__(self, total: int) -> None:
        self._left = total

    def take(self, count: int) -> None:
        """Take some of it. Raises `Overloaded`."""
        if count > self._left:
            raise Overloaded("too many large requests at once; try again shortly")
        self._left -= count

    def give_back(self, count: int) -> None:
        """What was taken is free again."""
        self._left += count


class Held:
    """What one request holds of the budget; given back when its `with` ends."""

    __slots__ = ("_budget", "bytes")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._budget.give_back(self.bytes)

    def add(self, count: int) -> None:
        """Hold more. Raises `Overloaded` when the budget has no room for it."""
        self._budget.take(count)
        self.bytes += count
