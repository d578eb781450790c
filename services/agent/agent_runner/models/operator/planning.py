"""What to do next: the calls of the first step that has no results yet, or nothing more. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from kit.jsontypes import Json

from agent_runner.core.marks import Marked
from agent_runner.models.operator.wishes import Ref, Value, Wanted, Wish

_MOST_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Done:
    """A call that was made, and what came of it."""

    tool: str
    arguments: Mapping[str, Json]
    result: Marked

    @property
    def failed(self) -> bool:
        """It did not do what it was asked to."""
        return self.result.code is not None


@dataclass(frozen=True, slots=True)
class Step:
    """A wish, the calls made for it, and words on why it ended early; `hint` is a search for what was not there."""

    wish: Wish
    done: Sequence[Done]
    trouble: str = ""
    hint: Done | None = None

    @property
    def failed(self) -> bool:
        """The steps after it are not taken."""
        return bool(self.trouble) or any(done.failed for done in self.done)


@dataclass(frozen=True, slots=True)
class Call:
    """Make these calls, together."""

    calls: Sequence[Wanted]


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing more to do; `left` were not taken, because one before them failed."""

    steps: Sequence[Step]
    left: Sequence[Wish]


Move: TypeAlias = Call | Finish


def next_move(
    wishes: Sequence[Wish], history: Sequence[Done], tools: Sequence[str], earlier: Sequence[Done] = ()
) -> Move:
    """Go through the wishes along the results that are there already. Each result is used once, so this ends.

    `earlier` is what the request before this one brought: its first words may refer to that.
    """
    steps: list[Step] = []
    left = list(history)
    for at, wish in enumerate(wishes):
        calls = bind(wish, steps[-1].done if steps else earlier)
        if isinstance(calls, str):
            return Finish([*steps, Step(wish, (), calls)], wishes[at + 1 :])
        if len(left) < len(calls):
            return Call(calls)
        step = Step(wish, [left.pop(0) for _ in calls])
        if second := another_try(step, tools):
            if not left:
                return Call([second])
            step = _with(step, left.pop(0))
        steps.append(step)
        if step.failed:
            return Finish(steps, wishes[at + 1 :])
    return Finish(steps, ())


def bind(wish: Wish, before: Sequence[Done]) -> Sequence[Wanted] | str:
    """The calls of a wish with its references replaced; words on what is missing when that cannot be done."""
    calls: list[Wanted] = []
    for call in wish.calls:
        bound: list[dict[str, Json]] = [{}]
        for key, value in call.arguments.items():
            values = _values(value, before)
            if isinstance(values, str):
                return values
            bound = [{**each, key: one} for each in bound for one in values]
        calls += [Wanted(call.tool, arguments) for arguments in bound[:_MOST_AT_ONCE]]
    return calls


def another_try(step: Step, tools: Sequence[str]) -> Wanted | None:
    """The call that may still help after a failure: the other way to look at a path, or a search for its name."""
    if len(step.done) != 1 or not step.failed:
        return None
    (done,) = step.done
    path = done.arguments.get("path")
    if not isinstance(path, str):
        return None
    match done.result.code:
        case "not_a_folder" if done.tool == "list_files" and "read_file" in tools:
            return Wanted("read_file", {"path": path})
        case "not_a_file" if done.tool == "read_file" and "list_files" in tools:
            return Wanted("list_files", {"path": path})
        case "file_not_found" if done.tool in {"read_file", "list_files", "file_info"} and "find_files" in tools:
            return Wanted("find_files", {"pattern": _stem(path)})
        case _:
            return None


def items_of(done: Done) -> list[str]:
    """The paths that a call found, in order, each once; folders are left out where there are files."""
    lines = [line for line in done.result.text.splitlines() if line.strip() and not line.startswith("[")]
    if done.tool.endswith("search_files"):
        return list(dict.fromkeys(line.split(":", 1)[0] for line in lines))
    if done.tool.endswith("list_files"):
        folder = str(done.arguments.get("path", ".")).strip("/")
        names = [line.partition(" (")[0] for line in lines]
        lines = [name if folder in {".", ""} else f"{folder}/{name}" for name in names]
    files = [line for line in lines if not line.endswith("/")]
    return files or [line.rstrip("/") for line in lines]


def _values(value: Value, done: Sequence[Done]) -> Sequence[Json] | str:
    if not isinstance(value, Ref):
        return [value]
    if not done:
        return "I do not know what that refers to: there is nothing before it."
    if value.what == "text":
        return _text(done)
    items = list(_path(done)) or [item for each in done for item in items_of(each)]
    if not items:
        return "Nothing was found, so there is nothing to go on with."
    if value.what == "items":
        return items
    index = value.index if value.what == "item" else 0
    return [items[index]] if -len(items) <= index < len(items) else f"Only {len(items)} were found."


def _text(done: Sequence[Done]) -> Sequence[Json] | str:
    if any(each.result.cut for each in done):
        return "The text is too long to be passed on; copy the file instead."
    return ["\n".join(each.result.text for each in done)]


def _path(done: Sequence[Done]) -> Sequence[str]:
    """What a call was about: the file it wrote or read, not the folder it looked in."""
    if len(done) != 1 or done[0].tool.endswith(("list_files", "find_files", "search_files")):
        return ()
    path = done[0].arguments.get("target", done[0].arguments.get("path"))
    return [path] if isinstance(path, str) else ()


def _with(step: Step, second: Done) -> Step:
    if second.tool == "find_files":
        return replace(step, hint=second)
    return replace(step, done=[second])


def _stem(path: str) -> str:
    name = path.rstrip("/").rpartition("/")[2]
    return name.partition(".")[0] or name
