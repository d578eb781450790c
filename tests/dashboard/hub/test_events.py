"""Reading server-sent events."""

import pytest
from dashboard.hub.events import EventParser, Received, TooLong
from hypothesis import given
from hypothesis import strategies as st
from kit.web.sse import ServerEvent

STREAM = (
    b": open\n\n"
    b'id: a-1\nevent: runs\ndata: {"x": 1}\n\n'
    b"event: two lines\r\ndata: one\r\ndata:two\r\n\r\n"
    b"retry: 10\nunknown: x\n\n"
    b"data: \xc3\xa9\n\n"
    b"event: without data\n\n"
)
EVENTS = [Received("runs", '{"x": 1}', "a-1"), Received("two lines", "one\ntwo"), Received("message", "é")]


@given(st.lists(st.integers(1, 20), min_size=1, max_size=200))
def test_events_are_the_same_however_they_are_cut(sizes: list[int]) -> None:
    """Chunks may end anywhere, also within a character."""
    parser, found, rest = EventParser(), list[Received](), STREAM
    for size in sizes:
        found += parser.feed(rest[:size])
        rest = rest[size:]
    found += parser.feed(rest)
    assert found == EVENTS


def test_what_the_kit_sends_is_read() -> None:
    """Both ends speak the same."""
    sent = ServerEvent("agent.runs", {"text": "line\nbreak é", "n": 1}, "e-7").encode()
    assert EventParser().feed(sent) == [Received("agent.runs", '{"text":"line\\nbreak é","n":1}', "e-7")]


def test_endless_event_is_refused() -> None:
    """Who never ends a line, or an event, does not fill our memory."""
    for endless in (b"x" * 1_000_000, b"data: x\n" * 125_000):
        parser = EventParser()
        for _ in range(4):
            assert parser.feed(endless) == []
        with pytest.raises(TooLong):
            parser.feed(endless)


def test_many_events_in_one_chunk_are_no_endless_event() -> None:
    """The limit is on one event."""
    parser = EventParser()
    for _ in range(10):
        assert len(parser.feed(b"data: " + b"x" * 1000 + b"\n\n")) == 1
    assert len(parser.feed((b"data: " + b"x" * 1000 + b"\n\n") * 6000)) == 6000
