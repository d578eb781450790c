"""Pages of lists that are in memory."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from kit.web.pages import PageRequest, cut

T = TypeVar("T")


def page_by_name(
    items: Iterable[T], page: PageRequest, order: str, name: Callable[[T], str]
) -> tuple[list[T], str | None]:
    """The items of one page, sorted by a name that no two share, and the cursor of the next page."""
    after = page.position(order, str)
    following = sorted((item for item in items if after is None or name(item) > str(after[0])), key=name)
    return cut(following, page, order, lambda item: [name(item)])
