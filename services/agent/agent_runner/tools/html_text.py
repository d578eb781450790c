"""The readable text of an HTML page: headings, lists and links kept, the rest of the markup gone."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

_SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "canvas", "object", "select", "head"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_SPACES = re.compile(r"[ \t\r\f\v\n\u00a0]+")


def html_to_text(html: str, base_url: str) -> tuple[str, str]:
    """`(title, text)` of a page. Links stand as `words (address)`, made absolute by `base_url`."""
    reader = _Reader(base_url)
    reader.feed(html)
    reader.close()
    return reader.title.strip(), reader.text()


class _Reader(HTMLParser):
    def __init__(self, base_url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._base_url = base_url
        self._parts: list[str] = []
        self._skipped: list[str] = []
        self._in_title = False
        self._preformatted = 0
        self._link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title" and not self.title:
            self._in_title = True
        elif tag in _SKIPPED:
            self._skipped.append(tag)
        elif self._skipped:
            return
        elif tag == "a":
            self._begin_link(dict(attrs).get("href"))
        else:
            self._layout(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag in self._skipped:  # an inner one that was never closed ends with it
            del self._skipped[self._skipped.index(tag) :]
        elif self._skipped:
            return
        elif tag == "a":
            self._end_link()
        elif tag == "pre":
            self._preformatted = max(self._preformatted - 1, 0)
            self._break()
        elif tag in _BLOCKS or tag in _HEADINGS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._skipped:
            self._parts.append(data if self._preformatted else _SPACES.sub(" ", data))

    def text(self) -> str:
        lines = [
            line.rstrip() if line.startswith("    ") else line.strip() for line in "".join(self._parts).split("\n")
        ]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def _layout(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._parts.append(f"\n\n{_HEADINGS[tag]}")
        elif tag == "li":
            self._parts.append("\n- ")
        elif tag in {"td", "th"}:
            self._parts.append(" | ")
        elif tag in _BLOCKS:
            self._break()
        if tag == "pre":
            self._preformatted += 1

    def _break(self) -> None:
        self._parts.append("\n")

    def _begin_link(self, href: str | None) -> None:
        self._link = (href.strip(), len(self._parts)) if href else None

    def _end_link(self) -> None:
        link, self._link = self._link, None
        if link is None:
            return
        href, start = link
        words = "".join(self._parts[start:]).strip()
        if words and (address := self._absolute(href)):
            self._parts.append(f" ({address})")

    def _absolute(self, href: str) -> str | None:
        try:
            address = urljoin(self._base_url, href)
        except ValueError:
            return None
        return address if address.startswith(("http://", "https://")) and not href.startswith("#") else None
