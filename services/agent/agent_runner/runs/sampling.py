"""A model's answer for an MCP server that may ask for one."""

from collections.abc import Callable
from contextlib import aclosing

from agent_runner.core.compaction import text_of
from agent_runner.core.ports import Model, ModelFailedError
from agent_runner.core.types import Delta, Message, ModelRequest, Reply
from agent_runner.mcp_manager.ports import SamplingRefusedError
from agent_runner.mcp_manager.types import Sample, SampleRequest

_MOST_TOKENS = 4_096


class ModelSampler:
    """The MCP manager's `Sampler`: asks the model of a role, with no tools and nothing of any conversation."""

    def __init__(self, model: Callable[[], Model]) -> None:
        self._model = model

    async def sample(self, request: SampleRequest) -> Sample:
        """See `Sampler`."""
        said = [
            Message("user" if each["role"] == "user" else "assistant", str(each["content"]))
            for each in request.messages
        ]
        system = [Message("system", request.system)] if request.system else []
        options = {"max_tokens": min(request.max_tokens, _MOST_TOKENS)}
        try:
            reply = await _reply(self._model(), ModelRequest([*system, *said], (), options))
        except ModelFailedError as error:
            raise SamplingRefusedError(f"the model did not answer: {error.failure.detail}") from error
        return Sample(text_of(reply.message), reply.model)


async def _reply(model: Model, request: ModelRequest) -> Reply:
    async with aclosing(model.stream(request)) as parts:
        async for part in parts:
            if not isinstance(part, Delta):
                return part
    raise SamplingRefusedError(f"{model.id} ended its answer before it was whole")
