"""The built-in model: no network, no weights, the same answer to the same words every time."""

from collections.abc import AsyncGenerator

from agent_runner.core.types import Delta, Message, ModelRequest, Reply, Usage

BUILT_IN = "builtin:operator"


class OperatorModel:
    """Answers plain requests by calling the tools at hand; a `Model` of the core."""

    id = BUILT_IN

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Reply, None]:
        """See `Model`."""
        words = f"I am Binnacle's built-in operator, with {len(request.tools)} tools."
        for word in words.split(" "):
            yield Delta(word + " ")
        yield Reply(Message("assistant", words), BUILT_IN, Usage(1, 1))
