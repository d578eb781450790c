"""Undo a body's Content-Encoding, with a bound on what comes out."""

import zlib
from collections.abc import Sequence

import zstandard
from kit.problems import TooLarge

from tracker.errors import UnreadableBody, UnsupportedMediaType

MAX_BYTES = 10 << 20
"""The largest body, as sent and as decoded."""

_MOST_PARTS = 100  # members or frames: what is left is copied after each, so many of them would take quadratic time
_GZIP = 16 + zlib.MAX_WBITS
_ZSTD_WINDOW = 8 << 20  # what RFC 8878 asks every decoder to support: a frame cannot make us hold more
_IDENTITY = frozenset({"", "identity"})


def decode(body: bytes, encoding: str, limit: int = MAX_BYTES) -> bytes:
    """The body as it was before `encoding` (`identity`, `gzip` or `zstd`).

    Raises `TooLarge` once more than `limit` bytes come out, `UnreadableBody` for what is broken or cut off, and
    `UnsupportedMediaType` for any other encoding.
    """
    name = encoding.strip().lower()
    if name in _IDENTITY:
        return body
    if name in {"gzip", "x-gzip"}:
        decoded = _gunzip(body, limit)
    elif name == "zstd":
        decoded = _unzstd(body, limit)
    else:
        raise UnsupportedMediaType(f"Content-Encoding {name[:50]!r} is not known; send identity, gzip or zstd")
    if len(decoded) > limit:
        raise TooLarge(f"the decoded body is over the limit of {limit} bytes")
    return decoded


def _gunzip(body: bytes, limit: int) -> bytes:
    """All members, up to one byte over the limit."""
    out: list[bytes] = []
    room, rest = limit + 1, body
    while rest and room:
        _check_parts(out)
        member = zlib.decompressobj(_GZIP)
        try:
            out.append(member.decompress(rest, room))
        except zlib.error as error:
            raise UnreadableBody(f"the body is not gzip: {error}") from None
        room -= len(out[-1])
        if room and not member.eof:
            raise UnreadableBody("the gzip body is cut off")
        rest = member.unused_data
    return b"".join(out)


def _unzstd(body: bytes, limit: int) -> bytes:
    """All frames, or one byte over the limit.

    Only a stream reader is bounded, and only a decompress object says whether a frame is whole: so first the one, then,
    when it is known to be small enough, the other.
    """
    try:
        with zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(
            body, read_across_frames=True
        ) as it:
            bounded = it.read(limit + 1)
        return bounded if len(bounded) > limit else _whole_frames(body)
    except zstandard.ZstdError as error:
        raise UnreadableBody(f"the body is not zstd: {error}") from None


def _whole_frames(body: bytes) -> bytes:
    out: list[bytes] = []
    rest = body
    while rest:
        _check_parts(out)
        frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        out.append(frame.decompress(rest))
        if not frame.eof:
            raise UnreadableBody("the zstd body is cut off")
        rest = frame.unused_data
    return b"".join(out)


def _check_parts(done: Sequence[bytes]) -> None:
    if len(done) >= _MOST_PARTS:
        raise UnreadableBody(f"the body is compressed in more than {_MOST_PARTS} parts")
