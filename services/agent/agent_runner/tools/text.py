"""Bytes of a file as text, and back again without loss."""

import codecs
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kit.problems import Conflict, Invalid, Problem

_PROBE = 8_192


class NotText(Conflict):
    """A file whose content is no text."""

    code = "not_text"


class TextNotFound(Conflict):
    """The text to replace is not there, or there more than once."""

    code = "text_not_found"


class InvalidText(Invalid):
    """Text that cannot be written."""

    code = "invalid_text"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and the encoding that gives the same bytes again."""

    text: str
    encoding: str


def decode(data: bytes, name: str) -> Decoded:
    """Decode by the byte order mark, as UTF-8, or byte by byte (Latin-1). Raises `NotText` for binary data."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        return Decoded(data.decode(encoding, errors="replace"), encoding)
    if b"\0" in data[:_PROBE]:
        raise NotText(f"{name} is not text: {len(data)} bytes that begin with {data[:8].hex(' ')}")
    try:
        return Decoded(data.decode(), "utf-8")
    except UnicodeDecodeError:
        return Decoded(data.decode("latin-1"), "latin-1")


def encode(text: str, encoding: str = "utf-8") -> bytes:
    """The bytes of a text. Raises `InvalidText` for what the encoding has no bytes for."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        bad = text[error.start : error.end]
        raise InvalidText(f"the text contains {bad!r}, which {encoding} cannot hold") from None


def replacing(name: str, old: str, new: str, *, everywhere: bool) -> Callable[[bytes], bytes]:
    """An edit for `Workspace.change`: `old`, which must be there once unless `everywhere`, becomes `new`."""

    def edit(data: bytes) -> bytes:
        decoded = decode(data, name)
        found, by = _as_in(decoded.text, old, new)
        count = decoded.text.count(found) if found else 0
        if problem := _cannot_replace(name, count, everywhere=everywhere):
            raise problem
        return encode(decoded.text.replace(found, by), decoded.encoding)

    return edit


def _as_in(text: str, old: str, new: str) -> tuple[str, str]:
    """Old and new with the line ends of the text, where that makes the old one fit."""
    if old in text or "\r\n" not in text:
        return old, new
    return _crlf(old), _crlf(new)


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _cannot_replace(name: str, count: int, *, everywhere: bool) -> Problem | None:
    if count == 0:
        return TextNotFound(
            f"the old text is not in {name}; read the file and give it exactly, with spaces and line ends"
        )
    if count > 1 and not everywhere:
        return TextNotFound(f"the old text is in {name} {count} times; give more of it, or set everywhere")
    return None


def lines_of(text: str, first: int, last: int | None) -> tuple[str, int]:
    """Lines `first` to `last` (from 1, both included) with their line ends, and how many lines there are in all."""
    lines: Sequence[str] = text.splitlines(keepends=True)
    return "".join(lines[first - 1 : last]), len(lines)
