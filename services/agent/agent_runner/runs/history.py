"""Conversations: what a session has said so far, and what a run adds to it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from agent_runner.core.compaction import text_of
from agent_runner.core.types import FinalOutput, HandBack, Message, Outcome
from agent_runner.storage.records import RunBody, Transcript

_TITLE_CHARS = 60


def conversation(bodies: Sequence[RunBody]) -> list[Message]:
    """What was said in the runs of a session, in order. Of a run that was interrupted the question remains."""
    messages: list[Message] = []
    for body in bodies:
        if body.transcript is None:
            messages.extend(without_system(body.request.messages))
        elif body.transcript.whole:
            messages = list(body.transcript.messages)
        else:
            messages.extend(body.transcript.messages)
    return messages


def continues(messages: Sequence[Message]) -> bool:
    """A client that sends only new messages wants the session's history before them; one with answers has it."""
    return all(message.role != "assistant" for message in messages)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a run begins with: `before` is not its own (system messages, history), `asked` is."""

    before: Sequence[Message]
    asked: Sequence[Message]

    @property
    def messages(self) -> list[Message]:
        """All of it, as the model gets it."""
        return [*self.before, *self.asked]


def opening(system: Sequence[Message], history: Sequence[Message], asked: Sequence[Message]) -> Opening:
    """System messages first, then the session's history, then what is asked now."""
    said = [*history, *without_system(asked)]
    kept = _answered(said)
    theirs = [message for message in asked if message.role == "system"]
    before = [message for at, message in kept if at < len(history)]
    return Opening([*system, *theirs, *before], [message for at, message in kept if at >= len(history)])


def transcript(began: Opening, ended: Sequence[Message]) -> Transcript:
    """What a run adds to its session; where the beginning was compacted on the way, the whole replaces it."""
    beginning = began.messages
    if list(ended[: len(beginning)]) == beginning:
        return Transcript(ended[len(began.before) :])
    return Transcript(without_system(ended), whole=True)


def concluded(messages: Sequence[Message], outcome: Outcome | None) -> list[Message]:
    """The conversation as the next run may take it up: calls without results are only those handed back."""
    if isinstance(outcome, HandBack) and messages:
        return [*answered(messages[:-1]), outcome.message]
    return answered(messages)


def answered(messages: Sequence[Message]) -> list[Message]:
    """Without calls that have no result, and results that have no call: providers refuse both."""
    return [message for _, message in _answered(messages)]


def without_system(messages: Sequence[Message]) -> list[Message]:
    """Without system messages: each run makes its own."""
    return [message for message in messages if message.role != "system"]


def title_of(messages: Sequence[Message]) -> str:
    """The first words of what was asked last."""
    text = " ".join(asked_text(messages).split())
    if len(text) <= _TITLE_CHARS:
        return text or "Untitled"
    return text[:_TITLE_CHARS].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def asked_text(messages: Sequence[Message]) -> str:
    """The words of the person's last message."""
    said = next((message for message in reversed(messages) if message.role == "user"), None)
    return text_of(said) if said else ""


def output_of(outcome: Outcome | None) -> str | None:
    """The final words of a run."""
    if isinstance(outcome, FinalOutput | HandBack):
        return text_of(outcome.message) or None
    return None


def _answered(messages: Sequence[Message]) -> list[tuple[int, Message]]:
    kept: list[tuple[int, Message]] = []
    open_calls: set[str] = set()
    for at, message in enumerate(messages):
        if message.role == "tool":
            if message.tool_call_id in open_calls:
                kept.append((at, message))
            continue
        found = _with_answered_calls(message, messages[at + 1 :]) if message.tool_calls else message
        open_calls = {call.id for call in found.tool_calls} if found else set()
        if found is not None:
            kept.append((at, found))
    return kept


def _with_answered_calls(message: Message, following: Sequence[Message]) -> Message | None:
    results = {result.tool_call_id for result in takewhile(lambda each: each.role == "tool", following)}
    calls = [call for call in message.tool_calls if call.id in results]
    if len(calls) == len(message.tool_calls):
        return message
    return replace(message, tool_calls=calls) if calls or message.content else None
