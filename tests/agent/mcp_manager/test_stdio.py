"""Lines from pieces."""

import pytest
from agent_runner.mcp_manager.stdio import LineSplitter, StreamBrokenError


def test_lines_are_put_together_from_pieces() -> None:
    """However they are cut; both kinds of line end."""
    splitter = LineSplitter(100)
    fed = [splitter.feed(piece) for piece in (b"on", b"e\r\ntwo\n\nthr", b"ee", b"\n", b"rest")]
    assert fed == [[], [b"one", b"two", b""], [], [b"three"], []]


def test_line_without_an_end_is_given_up() -> None:
    """At the limit, whatever comes after."""
    splitter = LineSplitter(10)
    splitter.feed(b"x" * 10)
    with pytest.raises(StreamBrokenError, match="longer than"):
        splitter.feed(b"x")
