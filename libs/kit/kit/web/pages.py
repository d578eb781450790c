"""Lists: a limit, an opaque cursor, and one shape of answer for all of them."""

import base64
import binascii
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeAlias, TypeVar, cast

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel

from kit.problems import BadCursor

T = TypeVar("T")
_LONGEST = 4_000  # a cursor may hold a name
Key: TypeAlias = str | int | float


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How much of a list is asked for, and from where."""

    limit: int
    cursor: str | None

    def position(self, order: str, *types: type[Key]) -> tuple[Key, ...] | None:
        """The sort keys of the last item of the page before, or None at the start.

        `order` names the list and its order, so that a cursor of another list is refused. Raises `BadCursor`.
        """
        return None if self.cursor is None else _decode(self.cursor, order, types)


def _page_request(
    limit: Annotated[int, Query(ge=1, le=500, description="How many items at most.")] = 50,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
) -> PageRequest:
    return PageRequest(limit, cursor)


PageQuery = Annotated[PageRequest, Depends(_page_request)]


def cut(
    rows: Sequence[T], request: PageRequest, order: str, keys: Callable[[T], Sequence[Key]]
) -> tuple[list[T], str | None]:
    """Of `limit + 1` rows fetched: those of this page, and the cursor of the next one where there is one."""
    page = list(rows[: request.limit])
    more = len(rows) > request.limit
    return page, _encode(order, keys(page[-1])) if more else None


def _encode(order: str, keys: Sequence[Key]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([order, *keys])).decode().rstrip("=")


def _decode(cursor: str, order: str, types: Sequence[type[Key]]) -> tuple[Key, ...]:
    refused = BadCursor("the cursor is not one that this list gave out; ask again without it")
    if len(cursor) > _LONGEST:
        raise refused
    try:
        found: object = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        raise refused from None
    keys = cast("list[Key]", found)[1:] if isinstance(found, list) else []
    if len(keys) != len(types) or cast("list[object]", found)[0] != order:
        raise refused
    if not all(_fits(key, wanted) for key, wanted in zip(keys, types, strict=True)):
        raise refused
    return tuple(keys)


def _fits(key: object, wanted: type[Key]) -> bool:
    if wanted is str:
        return isinstance(key, str)
    if isinstance(key, bool) or not isinstance(key, int | float):
        return False
    whole = wanted is float or isinstance(key, int)
    return whole and math.isfinite(key) and abs(key) < 2**63
