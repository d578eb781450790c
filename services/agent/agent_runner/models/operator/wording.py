"""What came of the steps, in readable markdown. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from kit.jsontypes import Json

from agent_runner.models.operator import about
from agent_runner.models.operator.planning import Done, Finish, Step, items_of

_LONGEST = 6_000
_MOST_LINES = 100
_PAGE_LINES = 200
_MOST_MATCHES = 15
_LANGUAGES = {"css": "css", "html": "html", "js": "js", "json": "json", "md": "markdown", "py": "python", "sh": "sh"}


def tell(finish: Finish) -> str:
    """The answer to a request."""
    told = [_step(step) for step in finish.steps]
    if finish.left:
        words = "; ".join(f"“{_shortened(wish.words, 80)}”" for wish in finish.left)
        told.append(f"I stopped there and did not: {words}.")
    return "\n\n".join(told)


def intention(tool: str, arguments: Mapping[str, Json]) -> str:
    """A call in a few words, said before it is made."""
    said = ", ".join(f"{key}: {_shortened(str(value), 80)}" for key, value in arguments.items())
    return f"`{tool}` ({said})" if said else f"`{tool}`"


def _step(step: Step) -> str:
    if step.wish.question and not step.failed:
        return _looked_for(step)
    parts = [step.wish.note] if step.wish.note and not step.failed else []
    parts += [_failure(done) if done.failed else _success(done) for done in step.done]
    parts += [step.trouble] if step.trouble else []
    if step.hint is not None and (items := items_of(step.hint)):
        parts.append("Did you mean:\n\n" + _bullets(f"`{item}`" for item in items[:10]))
    return "\n\n".join(parts)


def _looked_for(step: Step) -> str:
    """The lines that have most of the words of a question come first."""
    words = [str(done.arguments.get("text", "")) for done in step.done]
    lines = dict.fromkeys(line for done in step.done for line in _lines(done)[0])
    if not lines:
        return about.no_answer(words)
    best = sorted(lines, key=lambda line: -sum(word.casefold() in line.casefold() for word in words))[:_MOST_MATCHES]
    said = ", ".join(f"“{word}”" for word in words)
    return f"I cannot answer questions, but this is what the files say on {said}:\n\n{_bullets(map(_match, best))}"


def _failure(done: Done) -> str:
    reason = re.sub(r"^(?:Error \(\w+\)|Not done): ", "", done.result.text).rstrip(".")
    if done.result.code == "denied":
        return f"`{done.tool}` was not allowed, so nothing was done: {reason}."
    advice = _ADVICE.get(done.result.code or "", "")
    return f"`{done.tool}` did not work: {reason}.{advice}"


_ADVICE = {
    "folder_not_empty": " To delete it with all that it holds, say: delete it with everything in it.",
    "file_exists": " Say another name, or delete the old one first.",
    "unknown_tool": " Say “which tools do you have” to see all.",
}


def _success(done: Done) -> str:
    tell_of = _TELLERS.get(done.tool.rpartition("__")[2])
    return tell_of(done) if tell_of else _other(done)


def _listing(done: Done) -> str:
    lines, notes = _lines(done)
    where = _place(done)
    if not lines:
        return f"{where} is empty."
    return f"{where} holds {_count(len(lines), 'item')}:\n\n{_bullets(_entry(line) for line in lines)}{notes}"


def _reading(done: Done) -> str:
    path = str(done.arguments.get("path", ""))
    if not done.result.text:
        return f"`{path}` is empty."
    first, last = done.arguments.get("first_line"), done.arguments.get("last_line")
    lines = f", lines {first or 1} to {last or first}" if first or last else ""
    return f"`{path}`{lines}:\n\n{_fenced(done.result.text, _language(path))}"


def _finding(done: Done) -> str:
    lines, notes = _lines(done)
    pattern = str(done.arguments.get("pattern", ""))
    if not lines:
        return f"There is nothing named `{pattern}`."
    return f"Found {len(lines)} named `{pattern}`:\n\n{_bullets(f'`{line}`' for line in lines)}{notes}"


def _searching(done: Done) -> str:
    lines, notes = _lines(done)
    text = str(done.arguments.get("text", ""))
    if not lines:
        return f"“{text}” is in none of the files."
    where = f"{_count(len(items_of(done)), 'file')}, {_count(len(lines), 'line')}"
    return f"“{text}” is in {where}:\n\n{_bullets(_match(line) for line in lines)}{notes}"


def _time(done: Done) -> str:
    found = re.fullmatch(r"(\w+), (\d{4}-\d\d-\d\d) (\d\d:\d\d):\d\d \((.+)\)", done.result.text.strip())
    return f"It is **{found[3]}** on {found[1]}, {found[2]} ({found[4]})." if found else _other(done)


def _page(done: Done) -> str:
    head, _, body = done.result.text.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    title = fields.get("title") or fields.get("url", "the page")
    quoted = "\n".join(f"> {line}" for line in _shortened(body, _LONGEST).splitlines())
    return (
        f"**{title}** ({fields.get('url', '')}, status {fields.get('status', 'unknown')})\n\n{quoted or 'It is empty.'}"
    )


def _doing(done: Done) -> str:
    text = done.result.text.strip().rstrip(".")
    return f"Done: {text}."


def _other(done: Done) -> str:
    text = done.result.text
    if not text.strip():
        return f"`{done.tool}` is done; it said nothing."
    if "\n" not in text and len(text) < 200:
        return f"`{done.tool}`: {text}"
    return f"`{done.tool}`:\n\n{_fenced(text, 'json' if text.lstrip()[:1] in {'{', '['} else '')}"


_TELLERS: Mapping[str, Callable[[Done], str]] = {
    "list_files": _listing,
    "read_file": _reading,
    "find_files": _finding,
    "search_files": _searching,
    "current_time": _time,
    "fetch_url": _page,
    **dict.fromkeys(
        ["write_file", "append_file", "edit_file", "make_folder", "move_file", "copy_file", "delete_file"], _doing
    ),
}


def _lines(done: Done) -> tuple[Sequence[str], str]:
    """The lines of a result, and the remarks that follow them in brackets."""
    lines = [line for line in done.result.text.splitlines() if line.strip()]
    found = [line for line in lines if not line.startswith("[")]
    remarks = [line.strip("[]") for line in lines if line.startswith("[") and ("more" in line or "left" in line)]
    if done.result.cut:
        remarks.append("the list was cut")
    if len(found) > _MOST_LINES:
        remarks.append(f"{len(found) - _MOST_LINES} more are not shown")
    return found[:_MOST_LINES], "".join(f"\n\n({remark})" for remark in remarks)


def _place(done: Done) -> str:
    path = str(done.arguments.get("path", "."))
    return "The workspace" if path in {".", ""} else f"The folder `{path}`"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _entry(line: str) -> str:
    name, bracket, rest = line.partition(" (")
    return f"`{name}`{bracket}{rest}"


def _match(line: str) -> str:
    path, number, text = [*line.split(":", 2), "", ""][:3]
    return f"`{path}` line {number}: {text.strip()}" if number.isdigit() else line


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _fenced(text: str, language: str) -> str:
    """A code block that no fence within the text can end."""
    longest = max((len(ticks) for ticks in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    shown = "".join(text.splitlines(keepends=True)[:_PAGE_LINES])[:_LONGEST]
    rest = f"\n\n({len(text) - len(shown)} more characters are not shown.)" if len(shown) < len(text) else ""
    return f"{fence}{language}\n{shown.rstrip(chr(10))}\n{fence}{rest}"


def _language(path: str) -> str:
    return _LANGUAGES.get(path.rpartition(".")[2].lower(), "")


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]} … ({len(text) - limit} characters more)"
