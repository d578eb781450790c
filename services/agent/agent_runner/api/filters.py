"""Query parameters that several lists share."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Query
from kit.clock import parse_rfc3339
from kit.problems import Invalid
from kit.text import clean_text

Several = Annotated[str | None, Query(max_length=2_000, description="One value, or several separated by commas.")]
Search = Annotated[str | None, Query(max_length=200, description="Words to look for, in any case.")]
Moment = Annotated[str | None, Query(max_length=40, description="RFC 3339 time.")]


def several(text: str | None) -> list[str]:
    """`a,b` → both; nothing → none."""
    return [clean_text(part.strip()) for part in (text or "").split(",") if part.strip()]


def several_of(name: str, text: str | None, allowed: Collection[str]) -> list[str]:
    """As `several`, each one of the words allowed. Raises `Invalid`."""
    values = several(text)
    for value in values:
        if value not in allowed:
            raise Invalid(f"{name}: {value!r} is none of {', '.join(sorted(allowed))}")
    return values


def moment(name: str, text: str | None) -> int | None:
    """A time in milliseconds since 1970. Raises `Invalid`."""
    if not text:
        return None
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise Invalid(f"{name}: {clean_text(text)!r} is no RFC 3339 time such as 2026-11-23T10:00:00Z") from None
