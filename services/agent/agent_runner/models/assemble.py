"""Make deltas and one reply of the pieces in which a provider answers, streamed or in one."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from kit.jsontypes import Json, JsonObject

from agent_runner.core.types import Delta, Message, Reply, Usage
from agent_runner.models.calls import CallAssembler
from agent_runner.models.thinking import ThoughtSplitter, part_thoughts


class ReplyAssembler:
    """Chunks in, deltas out; at the end the `reply`.

    `begun` once a word or a call has come; `complete` once the provider said that it is finished.
    """

    def __init__(self, model: str) -> None:
        self.begun = False
        self.complete = False
        self._model = model
        self._splitter = ThoughtSplitter()
        self._calls = CallAssembler()
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._usage = Usage()
        self._finish_reason = "stop"

    def feed(self, chunk: Json) -> list[Delta]:
        """The deltas of one chunk. What is not understood is passed over."""
        if not isinstance(chunk, Mapping):
            return []
        body = cast("JsonObject", chunk)
        self._count(body)
        choices = body.get("choices")
        if not isinstance(choices, Sequence) or isinstance(choices, str):
            return []
        deltas = [delta for choice in choices if isinstance(choice, Mapping) for delta in self._choice(choice)]
        return self._noted(deltas)

    def end(self) -> list[Delta]:
        """The deltas that were held back."""
        return self._noted(self._splitter.end())

    def reply(self) -> Reply:
        """The whole answer as it stands."""
        text, thoughts = "".join(self._texts), "".join(self._thoughts)
        if not thoughts:
            thoughts, text = part_thoughts(text)
        message = Message("assistant", text, tuple(self._calls.calls()), reasoning=thoughts)
        return Reply(message, self._model, self._usage, self._finish_reason)

    def _choice(self, choice: JsonObject) -> list[Delta]:
        if isinstance(reason := choice.get("finish_reason"), str) and reason:
            self._finish_reason, self.complete = reason, True
        said = choice.get("delta") or choice.get("message")
        if not isinstance(said, Mapping):
            return self._splitter.feed(_text(choice.get("text")))
        said = cast("JsonObject", said)
        if self._calls.feed(said.get("tool_calls")) or self._calls.feed(said.get("function_call")):
            self.begun = True
        thoughts = _text(said.get("reasoning_content")) or _text(said.get("reasoning"))
        words = self._splitter.feed(_text(said.get("content")) or _text(said.get("refusal")))
        return [Delta(thoughts, "reasoning"), *words] if thoughts else words

    def _noted(self, deltas: list[Delta]) -> list[Delta]:
        for delta in deltas:
            self.begun = True
            (self._texts if delta.kind == "text" else self._thoughts).append(delta.text)
        return deltas

    def _count(self, body: JsonObject) -> None:
        usage = body.get("usage")
        if isinstance(usage, Mapping):
            counted = cast("JsonObject", usage)
            self._usage = Usage(_number(counted, "prompt_tokens"), _number(counted, "completion_tokens"))


def _text(value: Json) -> str:
    """Text, also where it comes as a list of parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return "".join(_part(part) for part in value)
    return ""


def _part(part: Json) -> str:
    if not isinstance(part, Mapping):
        return ""
    text = cast("JsonObject", part).get("text")
    return text if isinstance(text, str) else ""


def _number(usage: JsonObject, key: Literal["prompt_tokens", "completion_tokens"]) -> int:
    value = usage.get(key)
    return value if isinstance(value, int) and value > 0 else 0
