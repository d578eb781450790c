"""What the end of a run means for the client that waits for it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from agent_runner.core.compaction import text_of
from agent_runner.core.types import Delta, Failure, FinalOutput, HandBack, Message, Outcome, Stopped, Usage
from agent_runner.storage.records import RunRecord

_STATUS = {
    "context_length": 400,
    "model_refused": 400,
    "model_unknown": 404,
    "model_busy": 429,
    "quota_exhausted": 429,
    "model_timeout": 504,
    "cancelled": 409,
    "interrupted": 503,
    "storage_unavailable": 503,
    "overloaded": 429,
    "internal_error": 500,
}
_LIMITS = frozenset({"max_steps", "max_tokens", "max_time", "repeated_failure"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client is told, and why it ends there. `added` is what a stream has not said yet."""

    message: Message
    finish_reason: str
    usage: Usage
    added: Sequence[Delta] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """There is no answer: the HTTP status, and why."""

    status: int
    failure: Failure


Result: TypeAlias = Answer | Refusal


def result_of(run: RunRecord, outcome: Outcome | None, finish_reason: str, unasked: Sequence[str]) -> Result:
    """The answer of a run that has ended, or why there is none.

    `unasked` are tools that were denied for want of someone to ask: the answer names them. A run that met a limit has
    an answer too, which says so, with OpenAI's word for a cut answer.
    """
    if isinstance(outcome, HandBack):
        return Answer(outcome.message, "tool_calls", run.usage)
    if isinstance(outcome, FinalOutput) and run.status == "succeeded":
        return _noted(Answer(outcome.message, finish_reason, run.usage), _note(unasked))
    if isinstance(outcome, Stopped) and outcome.reason in _LIMITS:
        return _noted(Answer(Message("assistant"), "length", run.usage), f"({outcome.detail})")
    return _refusal(run)


def _refusal(run: RunRecord) -> Refusal:
    failure = run.error or Failure("cancelled", f"the run was cancelled: {run.reason}")
    return Refusal(_STATUS.get(failure.code, 502), failure)


def _noted(answer: Answer, note: str) -> Answer:
    if not note:
        return answer
    text = text_of(answer.message)
    added = f"\n\n{note}" if text else note
    return replace(answer, message=replace(answer.message, content=text + added), added=[Delta(added)])


def _note(unasked: Sequence[str]) -> str:
    if not unasked:
        return ""
    names = ", ".join(f"`{name}`" for name in unasked)
    return (
        f"Not done, because nobody could be asked: {names}. "
        "Send the header `X-Approval: wait` to decide while the run waits, or allow it with a permission."
    )
