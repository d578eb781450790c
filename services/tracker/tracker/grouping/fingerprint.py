"""Which errors are the same: the key that makes an issue of them, and the reasons for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, NamedTuple, TypeAlias

from tracker.grouping.frames import Frame, frames_of
from tracker.grouping.templates import template_of

Algorithm: TypeAlias = Literal["client", "stack", "message"]
VERSION = 1
"""Goes up with every change that moves errors between groups."""

DEFAULT = "{{ default }}"
"""In a client's fingerprint: what we would have grouped by."""

_TYPE = re.compile(
    r"(?:Uncaught )?(?:\(in promise\) )?"
    r"(?P<type>(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|Fault))(?::\s*|\s*$)"
)
_LONGEST_TYPE = 300
_CACHED, _LONGEST_CACHED = 512, 4096
_ENGINE_TYPES = frozenset({"TypeError", "ReferenceError", "RangeError", "SyntaxError", "InternalError"})


@dataclass(frozen=True, slots=True)
class ErrorFacts:
    """Of an error, what grouping looks at."""

    kind: str
    component: str
    message: str
    stack: str | None = None
    fingerprint: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that the errors of a group have in common."""

    part: str
    value: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """An error's place: errors with the same fingerprint are one issue."""

    fingerprint: str
    algorithm: Algorithm
    parts: tuple[Part, ...]
    version: int = VERSION


class Grouped(NamedTuple):
    """An error's group, and where it happened: the innermost function of our own, else the component."""

    grouping: Grouping
    culprit: str


def group(error: ErrorFacts) -> Grouped:
    """Group by the client's fingerprint if there is one, else by type and stack, else by component and message."""
    typed = _TYPE.match(error.message, 0, _LONGEST_TYPE)
    type_, text = (typed["type"], error.message[typed.end() :]) if typed else ("", error.message)
    facts = _Facts(error.kind, error.component, type_, template_of(text), error.stack or "", error.fingerprint)
    return _cached(facts) if len(facts.stack) <= _LONGEST_CACHED else _group(facts)


class _Facts(NamedTuple):
    """What is left of an error without its variables: mostly it is one that was seen a moment ago."""

    kind: str
    component: str
    type: str
    message: str
    stack: str
    fingerprint: tuple[str, ...]


def _group(facts: _Facts) -> Grouped:
    frames = frames_of(facts.stack)
    culprit = _where(frames[0]) if frames else facts.component
    if facts.fingerprint:
        return Grouped(_grouping("client", _of_client(facts, frames)), culprit)
    return Grouped(_grouping("stack" if frames else "message", _own(facts, frames)), culprit)


_cached = lru_cache(_CACHED)(_group)


def _of_client(facts: _Facts, frames: Sequence[Frame]) -> list[Part]:
    parts: list[Part] = []
    for value in facts.fingerprint:
        parts += _own(facts, frames) if value == DEFAULT else [Part("fingerprint", value)]
    return parts


def _own(facts: _Facts, frames: Sequence[Frame]) -> list[Part]:
    type_ = facts.type or _type_in(facts.stack)
    said = [Part("type", type_)] if type_ else [Part("kind", facts.kind)]
    if not frames:
        return [*said, Part("component", facts.component), Part("message", facts.message)]
    said += [Part("frame", str(frame)) for frame in frames]
    if type_ in _ENGINE_TYPES:
        return said  # each browser words these its own way: the place says more
    return [*said, Part("message", facts.message)]


def _type_in(stack: str) -> str:
    """The exception's type where the message does not begin with it: in the stack's first or last line."""
    for line in (stack.partition("\n")[0], stack.rstrip().rpartition("\n")[2]):
        if found := _TYPE.match(line, 0, _LONGEST_TYPE):
            return found["type"]
    return ""


def _where(frame: Frame) -> str:
    return f"{frame.function} in {frame.file}" if frame.function else frame.file


def _grouping(algorithm: Algorithm, parts: Sequence[Part]) -> Grouping:
    text = "\x1e".join(f"{one.part}\x1f{one.value}" for one in parts)
    digest = blake2b(f"{VERSION}\x1e{algorithm}\x1e{text}".encode(), digest_size=16)
    return Grouping(digest.hexdigest(), algorithm, tuple(parts))
