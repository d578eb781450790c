"""The built-in model: no network, no weights, the same answer to the same words every time."""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import cast

import orjson
from kit.ids import new_id
from kit.jsontypes import Json

from agent_runner.core.compaction import SUMMARIZE, text_of
from agent_runner.core.marks import unmark
from agent_runner.core.prompt import is_from_person
from agent_runner.core.types import Delta, Message, ModelRequest, Reply, ToolCall, Usage
from agent_runner.models.operator.matching import SEARCH
from agent_runner.models.operator.planning import Call, Done, next_move
from agent_runner.models.operator.understand import understand
from agent_runner.models.operator.wishes import Talk, Wish
from agent_runner.models.operator.wording import intention, tell

BUILT_IN = "builtin:operator"
_LONG = 500
_PIECE = re.compile(r"\S+\s*(?:\S+\s*){0,2}|\s+")


class OperatorModel:
    """Answers plain requests by calling the tools at hand; a `Model` of the core.

    It keeps nothing: what to do next follows from the request and the results in the conversation.
    """

    id = BUILT_IN

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Reply, None]:
        """See `Model`."""
        asked, _, _ = _asked(request.messages)
        # Rules take milliseconds for what people say, and up to half a second for what is made to hold them up.
        message = await asyncio.to_thread(answer, request) if len(asked) > _LONG else answer(request)
        for piece in _PIECE.findall(message.reasoning):
            yield Delta(piece, "reasoning")
        for piece in _PIECE.findall(str(message.content)):
            yield Delta(piece)
            await asyncio.sleep(0)  # words are sent as they come, not all at the end
        yield Reply(message, BUILT_IN, _usage(request, message), "tool_calls" if message.tool_calls else "stop")


def answer(request: ModelRequest) -> Message:
    """The reply to a conversation: calls, or words."""
    asked, before, since = _asked(request.messages)
    if request.messages and str(request.messages[0].content).startswith(SUMMARIZE):
        return Message("assistant", asked)
    understood = understand(asked, request.tools)
    if isinstance(understood, Talk):
        return Message("assistant", understood.words)
    move = next_move(
        understood,
        _of_wishes(understood, _history(since)),
        [spec.name for spec in request.tools],
        _history(before)[-1:],
    )
    if not isinstance(move, Call):
        return Message("assistant", tell(move))
    calls = [ToolCall(new_id("call"), call.tool, orjson.dumps(call.arguments).decode()) for call in move.calls]
    said = "; ".join(intention(call.tool, cast("Mapping[str, Json]", call.arguments)) for call in move.calls)
    return Message("assistant", "", calls, reasoning=f"I take this as {said}.")


def _asked(messages: Sequence[Message]) -> tuple[str, Sequence[Message], Sequence[Message]]:
    """The latest words of the person, what came before and what came after them."""
    for at in range(len(messages) - 1, -1, -1):
        if is_from_person(messages[at]):
            return text_of(messages[at]), messages[:at], messages[at + 1 :]
    return "", (), messages


def _history(messages: Sequence[Message]) -> list[Done]:
    """The calls made since, in the order asked, with their results."""
    results = {message.tool_call_id: unmark(text_of(message)) for message in messages if message.role == "tool"}
    calls = [call for message in messages for call in message.tool_calls]
    return [Done(call.name, _arguments(call), results[call.id]) for call in calls if call.id in results]


def _of_wishes(wishes: Sequence[Wish], history: Sequence[Done]) -> Sequence[Done]:
    """Without the searches that only brought the tools to light which the wishes are about."""
    wanted = {call.tool for wish in wishes for call in wish.calls}
    return history if SEARCH in wanted else [done for done in history if done.tool != SEARCH]


def _arguments(call: ToolCall) -> Mapping[str, Json]:
    try:
        value: object = orjson.loads(call.arguments)
    except orjson.JSONDecodeError:
        return {}
    return cast("Mapping[str, Json]", value) if isinstance(value, dict) else {}


def _usage(request: ModelRequest, message: Message) -> Usage:
    """As a provider would count: about four characters a token."""
    read = sum(len(text_of(each)) for each in request.messages)
    written = len(text_of(message)) + sum(len(call.arguments) for call in message.tool_calls)
    return Usage(read // 4 + 1, written // 4 + 1)
