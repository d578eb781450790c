"""The readable text of an HTML page: headings, lists and links kept, the rest of the markup gone.

The page is read once from front to end, without ever going back: the standard library's parser and those with a tree
take hours for a page that is made to hold them up.
"""

import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin

_UNREAD = frozenset("canvas head iframe noscript object script select style svg template textarea title".split())  # noqa: SIM905
_BLOCKS = re.compile(
    "address|article|aside|blockquote|body|br|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|header|h[1-6]|hr|"
    "main|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_TAG_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]*)")
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v\n\u00a0]+")
_HEAD = 100_000


def html_to_text(page: str, base_url: str) -> tuple[str, str]:
    """`(title, text)` of a page. Links stand as `words (address)`, made absolute by `base_url`."""
    title = _TITLE.search(page, 0, _HEAD)
    writer = _Writer(base_url)
    for text, tag, inside in _pieces(page):
        writer.write(text)
        if tag.startswith("/"):
            writer.close(tag[1:])
        elif tag:
            writer.open(tag, inside)
    return html.unescape(title[1]).strip() if title else "", writer.text()


def _pieces(page: str) -> Iterator[tuple[str, str, str]]:
    """Text, the tag that follows it (`/p` for an end), and the inside of the tag; what is not read is left out."""
    endless: set[str] = set()
    at = 0
    while (begin := page.find("<", at)) >= 0:
        text = page[at:begin]
        name = _TAG_NAME.match(page, begin + 1)
        if name is None and page[begin + 1 : begin + 2] not in {"!", "?"}:
            at = begin + 1  # a sign, not a tag
            yield f"{text}<", "", ""
            continue
        mark = "-->" if page.startswith("<!--", begin) else ">"
        end = page.find(mark, begin + 1)
        if end < 0:
            yield text, "", ""
            return
        at = end + len(mark)
        tag = name[0].lower() if name else ""
        if tag in _UNREAD and tag not in endless:
            at = _after(page, tag, at) or at
            endless |= {tag} if at == end + len(mark) else set()
        yield text, tag, page[begin:end]
    yield page[at:], "", ""


def _after(page: str, tag: str, at: int) -> int | None:
    """Where the content of a tag that is not read is over; None when it never is."""
    close = re.compile(rf"</{tag}[^>]{{0,200}}>", re.IGNORECASE).search(page, at)
    return close.end() if close else None


class _Writer:
    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._parts: list[str] = []
        self._preformatted = 0
        self._link: tuple[str, int] | None = None

    def write(self, text: str) -> None:
        if text:
            words = html.unescape(text)
            self._parts.append(words if self._preformatted else _SPACES.sub(" ", words))

    def open(self, tag: str, inside: str) -> None:
        if tag == "a":
            href = _HREF.search(inside)
            self._link = (next(filter(None, href.groups()), ""), len(self._parts)) if href else None
        elif re.fullmatch(r"h[1-6]", tag):
            self._parts.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag == "li":
            self._parts.append("\n- ")
        elif tag in {"td", "th"}:
            self._parts.append(" | ")
        elif _BLOCKS.fullmatch(tag):
            self._parts.append("\n")
        self._preformatted += tag == "pre"

    def close(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif _BLOCKS.fullmatch(tag):
            self._preformatted = max(self._preformatted - (tag == "pre"), 0)
            self._parts.append("\n")

    def text(self) -> str:
        lines = "".join(self._parts).split("\n")
        stripped = [line.rstrip() if line.startswith("    ") else line.strip() for line in lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(stripped)).strip()

    def _end_link(self) -> None:
        link, self._link = self._link, None
        if link is not None and any(part.strip() for part in self._parts[link[1] :]):
            address = self._absolute(html.unescape(link[0]).strip())
            self._parts.append(f" ({address})" if address else "")

    def _absolute(self, href: str) -> str | None:
        try:
            address = urljoin(self._base_url, href)
        except ValueError:
            return None
        return address if address.startswith(("http://", "https://")) and href[:1] not in {"#", ""} else None
