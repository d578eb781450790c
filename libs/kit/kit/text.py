"""Make any decoded JSON value safe to store in either database and to send out again."""

import math
import re
from collections.abc import Mapping, Sequence

from kit.jsontypes import Json
from kit.problems import Problem

MAX_DEPTH = 64
_UNSAFE = re.compile("[\x00\ud800-\udfff]")


class TooDeep(Problem):
    """A JSON value is nested deeper than `MAX_DEPTH`."""

    status = 400
    code = "too_deep"


def clean_text(text: str) -> str:
    """Replace NUL (PostgreSQL refuses it) and lone surrogates (UTF-8 has none) by U+FFFD."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def clean(value: Json, depth: int = 0) -> Json:
    """A copy with every text cleaned and NaN or infinite numbers as null. Raises `TooDeep`."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    if depth >= MAX_DEPTH:
        raise TooDeep(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, Mapping):
        return {clean_text(key): clean(item, depth + 1) for key, item in value.items()}
    return [clean(item, depth + 1) for item in _items(value)]


def _items(value: Sequence[Json]) -> Sequence[Json]:
    return value
