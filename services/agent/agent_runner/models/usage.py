"""What is known of each call of a model, for whoever counts."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeAlias

from agent_runner.core.ports import Model, ModelFailedError
from agent_runner.core.types import Delta, Failure, ModelRequest, Reply, Usage


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call: how long it took until the first piece and in all, in milliseconds; its tokens; why it failed.

    `cancelled` ones were ended by us before the answer was whole.
    """

    model: str
    duration_ms: float
    first_ms: float | None
    usage: Usage
    failure: Failure | None
    cancelled: bool


OnCall: TypeAlias = Callable[[ModelCall], None]


class CountedModel:
    """A model that tells of each of its calls."""

    def __init__(self, model: Model, on_call: OnCall) -> None:
        self.id = model.id
        self._model = model
        self._on_call = on_call

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Reply, None]:
        """See `Model`."""
        started = time.monotonic()
        first_ms: float | None = None
        usage, failure, whole = Usage(), None, False
        try:
            async with aclosing(self._model.stream(request)) as parts:
                async for part in parts:
                    first_ms = first_ms if first_ms is not None else _since(started)
                    if isinstance(part, Reply):
                        usage, whole = part.usage, True
                    yield part
        except ModelFailedError as error:
            failure = error.failure
            raise
        finally:
            cancelled = failure is None and not whole
            self._on_call(ModelCall(self.id, _since(started), first_ms, usage, failure, cancelled))


def _since(started: float) -> float:
    return (time.monotonic() - started) * 1000
