"""Read a clause by the phrase book: which tool it asks for, with which arguments."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from agent_runner.models.operator.phrasebook import BOOK, Entry
from agent_runner.models.operator.wishes import Value, Wanted, Wish
from agent_runner.models.operator.words import (
    CONTENT_REFERENCE,
    QUOTED,
    REFERENCE,
    content_or_reference,
    path_or_reference,
    unquoted,
)

_TYPES = {
    "csv": "*.csv",
    "html": "*.html",
    "javascript": "*.js",
    "json": "*.json",
    "log": "*.log",
    "markdown": "*.md",
    "pdf": "*.pdf",
    "python": "*.py",
    "text": "*.txt",
    "yaml": "*.y*ml",
}
_NAME = r"[^\s,]*[^\s,:]"
_FILE = rf"{REFERENCE}|{QUOTED}|[^\s,]*\.\w{{1,10}}|[^\s,]+/{_NAME}|readme|license|makefile|dockerfile|changelog"
_PATH = rf"(?:the|this|my) (?:workspace|root)(?: folder)?|workspace|here|{REFERENCE}|{QUOTED}|{_NAME}"
_PLACES = {
    "file": rf"(?P<path>{_FILE})",
    "files": rf"(?P<path>(?:{_FILE})(?:(?:,?\s+and\s+|,\s*)(?:{_FILE}))*)",
    "glob": r"(?P<pattern>[^\s]*[*?][^\s]*)",
    "path": rf"(?P<path>{_PATH})",
    "pattern": rf"(?P<pattern>{QUOTED}|{_NAME})",
    "quoted": rf"(?P<text>{QUOTED})",
    "range": r"(?P<first_line>\d{1,9})(?:\s*(?:-|–|to|until|through)\s*(?P<last_line>\d{1,9}))?",
    "rest": r"(?P<content>.+)",
    "source": rf"(?P<source>{REFERENCE}|{QUOTED}|{_NAME})",
    "target": rf"(?P<target>{QUOTED}|{_NAME})",
    "url": r"(?P<url>https?://[^\s,]+|www\.[^\s,]+|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|de|eu|edu|gov)(?:/\S*)?)",
    "word": r"\w+",
    "words": rf"(?P<content>{QUOTED}|.+?)",
    "everywhere": r"(?P<everywhere>everywhere)",
    "last_line": r"(?P<last_line>\d{1,9})",
    "its_text": rf"(?P<content>(?!it\b){CONTENT_REFERENCE})",
    "type": rf"(?P<type>{'|'.join(_TYPES)}|(?!(?:the|all|any|my|every|new|some)\b)\w{{1,5}})",
    **{name: rf"(?P<{name}>{QUOTED}|.+?)" for name in ("new_text", "old_text", "text", "zone")},
}
_SHORTHAND = {
    "all": "[the|my|this|that|a|an|all|all the|all my|any|some|every]",
    "delete": "(delete|remove|rm|erase)",
    "fetch": "(fetch|get|download|load|visit|curl|browse|open|read|show {me}|go to)",
    "entries": "(file|files|folder|folders|directories|content|contents|entries|documents|everything)",
    "holding": "[and] (with|containing|saying|that says|that contains|write|put|fill it with)",
    "in_folder": "[(in|inside|of|from|under|within) [the|my] [folder|directory] {path} [folder|directory]]",
    "llm": "[real|better] [language] (model|models|llm|ollama|openai|provider)",
    "list": "(list|show {me}|display|see|give {me}|get|find|search for|look for|locate|which|what)",
    "me": "[me|us]",
    "ones": "(file|files|lines|ones)",
    "said": "[the (word|words|text)] {text}",
    "search": "(search|look|grep|scan)",
    "the_text": "[the] (text|content|contents|word|words|line)",
    "there": "[are] [available|there|do i have|do we have|do you have|do you see]",
    "what": "(what|what's|whats|what is)",
    "mention": "(mention|mentions|mentioning|contain|contains|containing|have|has|include|includes|say|says|with)",
    "show": "(show|read|open|print|display|cat|view|see|type|give|get|load|list)",
    "summarize": "(summarize|summarise|explain|describe)",
}
_LONG = 4_000
_PART = re.compile(r"[()\[\]|]|\{\w+\}|[^\s()\[\]|{}]+")


def read_phrase(clause: str) -> Wish | None:
    """The wish that a tidied clause expresses, when a phrase of the book fits it."""
    for entry in BOOK:
        for pattern in _patterns(entry):
            if len(clause) > _LONG and not pattern.endswith("{rest}"):
                continue  # a pattern with an open end takes long text; others would search it over and over
            if found := compiled(pattern).fullmatch(f" {clause}"):
                return _wish(clause, entry, {key: value for key, value in found.groupdict().items() if value})
    return None


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the book as a regular expression, for a clause with a space before it. Made when first needed."""
    for _ in range(2):  # a shorthand may hold another
        pattern = re.sub(r"\{(\w+)\}", lambda found: _SHORTHAND.get(found[1], found[0]), pattern)
    return re.compile("".join(_expressions(pattern)), re.IGNORECASE | re.DOTALL)


def _expressions(pattern: str) -> Iterator[str]:
    closing = {")": ")", "]": ")?"}
    for part in _PART.findall(pattern):
        if part in "([":
            yield "(?:"
        elif part in closing:
            yield closing[part]
        elif part == "|":
            yield "|"
        elif part.startswith("{"):
            yield rf"\s+{_PLACES[part[1:-1]]}[,:]?"
        else:
            yield rf"\s+{re.escape(part)}[,:]?"


def _patterns(entry: Entry) -> Sequence[str]:
    return [line.strip() for line in entry.patterns.splitlines() if line.strip()]


def _wish(clause: str, entry: Entry, groups: dict[str, str]) -> Wish:
    if type_ := groups.pop("type", "").lower():
        groups["pattern" if entry.tool == "find_files" else "files"] = _TYPES.get(type_, f"*.{type_}")
    if entry.tool == "search_files" and re.search(r"[*?]", groups.get("path", "")):
        groups["files"] = groups.pop("path")
    if "first_line" in groups:
        groups.setdefault("last_line", groups["first_line"])
    shared: dict[str, Value] = {key: _value(key, value) for key, value in groups.items()}
    shared.update(entry.fixed)
    several = _several(groups.get("path", "")) if entry.tool in {"read_file", "delete_file"} else []
    calls = [Wanted(entry.tool, {**shared, "path": path_or_reference(path)}) for path in several]
    return Wish(clause, calls or [Wanted(entry.tool, shared)], entry.note)


def _several(paths: str) -> list[str]:
    return re.findall(rf"(?:{REFERENCE})(?=,|\s+and\s|$)|{QUOTED}|(?<![^\s,])(?!and\b)[^\s,]+", paths, re.IGNORECASE)


def _value(argument: str, text: str) -> Value:
    if argument in {"path", "source", "target"}:
        return path_or_reference(text)
    if argument == "content":
        return content_or_reference(text)
    if argument in {"first_line", "last_line"}:
        return int(text)
    if argument == "everywhere":
        return True
    if argument == "url":
        return text if text.startswith(("http://", "https://")) else f"https://{text}"
    return unquoted(text)
