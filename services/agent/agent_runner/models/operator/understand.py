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


def understand(text: str, tools: Sequence[ToolSpec]) -> Understood:
    """The steps of a request, or the words that answer it. The same words and tools give the same steps."""
    if words := about.small_talk(text, tools) or about.small_talk(tidy(text), tools):
        return Talk(words)
    steps = _steps(text, tools)
    if not steps:
        return _looked_for(text, tools) or Talk(about.not_understood(tools))
    if talk := next((step for step in steps if isinstance(step, Talk)), None):
        return talk
    if len(steps) > _MAX_STEPS:
        return Talk(f"These are {len(steps)} steps; I take at most {_MAX_STEPS} at a time.")
    return [step for step in steps if isinstance(step, Wish)]


def _looked_for(text: str, tools: Sequence[ToolSpec]) -> Sequence[Wish] | None:
    """A question that no rule answers: perhaps the files do, so look for its words in them."""
    search = _name("search_files", tools)
    words = key_words(text) if search else []
    calls = [Wanted(search, {"text": word, "max_results": 20}) for word in words if search]
    return [Wish(text.strip(), calls, question=True)] if calls else None


def _steps(text: str, tools: Sequence[ToolSpec]) -> list[Wish | Talk]:
    """One step for each clause, cut where both what is before and what is after can be understood."""
    for before, after in breaks(text):
        first = _step(before, tools)
        if not isinstance(first, Wish):
            continue
        rest = _steps(after, tools)
        if rest and _is_certain(first, rest[0]):
            return [first, *rest]
    whole = _step(text, tools)
    return [whole] if whole else []


def _step(text: str, tools: Sequence[ToolSpec]) -> Wish | Talk | None:
    clause = tidy(text)
    if not clause:
        return None
    if called := read_call(clause, tools):
        return called
    wish = read_phrase(clause)
    if wish is None:
        return match_tool(clause, tools)
    return _on_hand(wish, tools) or match_tool(clause, tools) or Talk(about.no_tool(wish.calls[0].tool))


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
