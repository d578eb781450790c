"""Encodings of a body: what comes out is what went in, and never more than the limit."""

import gzip
import zlib

import pytest
import zstandard
from kit.problems import TooLarge
from tracker.errors import UnreadableBody, UnsupportedMediaType
from tracker.ingest.decode import decode

TEXT = b'{"events": []}' * 100


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)),
        (" GZIP ", gzip.compress(TEXT, mtime=0)),
        ("x-gzip", gzip.compress(TEXT, mtime=0)),
        ("gzip", gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0)),
        ("zstd", zstandard.compress(TEXT)),
        ("zstd", zstandard.ZstdCompressor(write_content_size=False).compress(TEXT)),
        ("zstd", zstandard.compress(TEXT[:100]) + zstandard.compress(TEXT[100:])),
    ],
)
def test_what_went_in_comes_out(encoding: str, body: bytes) -> None:
    """In one piece or in several, with or without a declared size."""
    assert decode(body, encoding) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_stopped_at_the_limit(encoding: str) -> None:
    """What would unpack to more than the limit is refused, whatever it declares."""
    huge = bytes(20 << 20)
    bombs = [gzip.compress(huge, mtime=0)] if encoding == "gzip" else [zstandard.compress(huge), endless(huge)]
    for bomb in bombs:
        assert len(bomb) < 100_000
        with pytest.raises(TooLarge):
            decode(bomb, encoding)


def endless(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=False).compress(content)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_exactly_the_limit_is_taken(encoding: str) -> None:
    """The limit itself is inside, one byte more is not."""
    compress = gzip.compress if encoding == "gzip" else zstandard.compress
    assert decode(compress(bytes(100)), encoding, limit=100) == bytes(100)
    with pytest.raises(TooLarge):
        decode(compress(bytes(101)), encoding, limit=100)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"plain text"),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-4]),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"rest"),
        ("gzip", zlib.compress(TEXT)),
        ("zstd", b"plain text"),
        ("zstd", zstandard.compress(TEXT)[:-4]),
        ("zstd", zstandard.compress(TEXT) + b"rest"),
    ],
)
def test_broken_and_cut_off_is_refused(encoding: str, body: bytes) -> None:
    """Half a body is never taken for a whole one."""
    with pytest.raises(UnreadableBody):
        decode(body, encoding)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_body_of_very_many_parts_is_refused(encoding: str) -> None:
    """Members and frames may follow each other, but not by the hundred thousand, which would take minutes."""
    compress = gzip.compress if encoding == "gzip" else zstandard.compress
    assert decode(compress(b"ab") * 100, encoding) == b"ab" * 100
    with pytest.raises(UnreadableBody, match="parts"):
        decode(compress(b"") * 100_000, encoding)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, zstd", "nonsense"])
def test_other_encodings_are_named(encoding: str) -> None:
    """The answer says which encodings there are."""
    with pytest.raises(UnsupportedMediaType, match="gzip or zstd"):
        decode(TEXT, encoding)
