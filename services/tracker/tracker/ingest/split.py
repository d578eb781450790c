"""Take the arrays of a JSON object apart without parsing what is in them, however deep that is."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

import orjson

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)


class NotSplittable(ValueError):
    """The text is no JSON object, or its brackets do not match."""


def split_object(text: bytes, most: int) -> Mapping[str, list[bytes]]:
    """Of each member that is an array, the text of its items, of the first `most`.

    `{"a": [1, {"b": 2}], "c": 3}` → `{"a": [b"1", b'{"b": 2}']}`. What is in the items is not checked. Raises
    `NotSplittable`.
    """
    found: dict[str, list[bytes]] = {}
    for member in _parts(text.strip(), b"{"):
        name, _, value = member.partition(b":")
        if value.lstrip().startswith(b"["):
            found[_name(name)] = list(islice(_parts(value.strip(), b"["), most))
    return found


def _parts(text: bytes, opening: bytes) -> Iterator[bytes]:
    """What stands between the commas of an object or array, outermost level only."""
    if not text.startswith(opening):
        raise NotSplittable("it is not an object")
    depth, start = 0, 1
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in {b"[", b"{"}:
            depth += 1
        elif mark in {b"]", b"}"}:
            depth -= 1
        if depth == 0 or (depth == 1 and mark == b","):
            part = text[start : token.start()]
            if part.strip() or mark == b",":
                yield part
            start = token.end()
        if depth == 0:
            break
    if depth or text[start:].strip():
        raise NotSplittable("its brackets do not match")


def _name(text: bytes) -> str:
    try:
        name: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        name = None
    if not isinstance(name, str):
        raise NotSplittable("a member has no name")
    return name
