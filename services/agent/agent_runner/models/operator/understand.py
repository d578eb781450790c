"""From a person's words to steps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent_runner.core.types import ToolSpec
from agent_runner.models.operator import about
from agent_runner.models.operator.matching import match_tool, read_call
from agent_runner.models.operator.phrases import read_phrase
from agent_runner.models.operator.wishes import Talk, Understood, Wanted, Wish
from agent_runner.models.operator.words import breaks, key_words, tidy

_MAX_STEPS = 12
_MOST_CLAUSES = 150


class _TooMuchError(Exception):
    """More could be a step than is worth trying."""


def understand(text: str, tools: Sequence[ToolSpec]) -> Understood:
    """The steps of a request, or the words that answer it. The same words and tools give the same steps."""
    if words := about.small_talk(text, tools) or about.small_talk(tidy(text), tools):
        return Talk(words)
    try:
        steps = _Reading(tools).steps(text)
    except _TooMuchError:
        return Talk(about.too_much(_MAX_STEPS))
    if not steps:
        return _looked_for(text, tools) or Talk(about.not_understood(tools))
    if talk := next((step for step in steps if isinstance(step, Talk)), None):
        return talk
    if len(steps) > _MAX_STEPS:
        return Talk(about.too_much(_MAX_STEPS))
    return [step for step in steps if isinstance(step, Wish)]


class _Reading:
    """Cuts one request into steps; each clause is tried once, and only so many of them."""

    def __init__(self, tools: Sequence[ToolSpec]) -> None:
        self._tools = tools
        self._steps: dict[str, list[Wish | Talk]] = {}
        self._clauses: dict[str, Wish | Talk | None] = {}

    def steps(self, text: str) -> list[Wish | Talk]:
        """One step for each clause, cut where both what is before and what is after can be understood."""
        if text not in self._steps:
            self._steps[text] = self._cut(text)
        return self._steps[text]

    def _cut(self, text: str) -> list[Wish | Talk]:
        for before, after in breaks(text):
            first = self._step(before)
            if not isinstance(first, Wish):
                continue
            rest = self.steps(after)
            if rest and _is_certain(first, rest[0]):
                return [first, *rest]
        whole = self._step(text)
        return [whole] if whole else []

    def _step(self, text: str) -> Wish | Talk | None:
        clause = tidy(text)
        if clause not in self._clauses:
            if len(self._clauses) == _MOST_CLAUSES:
                raise _TooMuchError
            self._clauses[clause] = _read(clause, self._tools) if clause else None
        return self._clauses[clause]


def _read(clause: str, tools: Sequence[ToolSpec]) -> Wish | Talk | None:
    if called := read_call(clause, tools):
        return called
    wish = read_phrase(clause)
    if wish is None:
        return match_tool(clause, tools)
    return _on_hand(wish, tools) or match_tool(clause, tools) or Talk(about.no_tool(wish.calls[0].tool))


def _looked_for(text: str, tools: Sequence[ToolSpec]) -> Sequence[Wish] | None:
    """A question that no rule answers: perhaps the files do, so look for its words in them."""
    search = _name("search_files", tools)
    words = key_words(text) if search else []
    calls = [Wanted(search, {"text": word, "max_results": 20}) for word in words if search]
    return [Wish(text.strip(), calls, question=True)] if calls else None


def _on_hand(wish: Wish, tools: Sequence[ToolSpec]) -> Wish | None:
    """The wish with the names of the tools at hand; one of an MCP server serves as well as a built-in one."""
    names = {call.tool: _name(call.tool, tools) for call in wish.calls}
    calls = [Wanted(name, call.arguments) for call in wish.calls if (name := names[call.tool]) is not None]
    return replace(wish, calls=calls) if len(calls) == len(wish.calls) else None


def _name(wanted: str, tools: Sequence[ToolSpec]) -> str | None:
    names = [spec.name for spec in tools]
    return wanted if wanted in names else next((name for name in names if name.endswith(f"__{wanted}")), None)


def _is_certain(first: Wish, after: Wish | Talk) -> bool:
    """Words to be written may hold an "and" of their own: there only a clause that names a file counts as a step."""
    content = first.calls[0].arguments.get("content")
    if isinstance(after, Talk):
        return False
    if not isinstance(content, str) or not content or not first.words.endswith(content):
        return True
    return any(_names_file(call.arguments) for call in after.calls)


def _names_file(arguments: Mapping[str, object]) -> bool:
    values = [value for key, value in arguments.items() if key in {"path", "source", "target", "url"}]
    return any(not isinstance(value, str) or "." in value or "/" in value for value in values)
