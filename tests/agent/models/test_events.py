"""Server-sent events as servers write them."""

import pytest
from agent_runner.models.events import EventReader, EventTooLargeError, decode
from hypothesis import given
from hypothesis import strategies as st
from kit.jsontypes import Json


def read(*pieces: bytes) -> tuple[list[Json], bool]:
    reader = EventReader()
    values = [value for piece in pieces for value in reader.feed(piece)]
    return values + reader.end(), reader.done


@pytest.mark.parametrize(
    ("stream", "values", "done"),
    [
        (b'data: {"a":1}\n\ndata: [DONE]\n\n', [{"a": 1}], True),
        (b'data: {"a":1}\r\n\r\ndata: [DONE]\r\n\r\n', [{"a": 1}], True),
        (b'data:{"a":1}\n\n', [{"a": 1}], False),
        (b'data: {"a":1}\ndata: {"a":2}\n', [{"a": 1}, {"a": 2}], False),
        (b'data: {"a":\ndata: 1}\n\n', [{"a": 1}], False),
        (b': ping\n\nevent: x\nid: 3\ndata: {"a":1}\n\n', [{"a": 1}], False),
        (b'data: {"a":1}', [{"a": 1}], False),
        (b"data: \n\ndata: [DONE]", [], True),
        (b'data: {"a": "\\ud800"}\n', [{"a": "\ufffd"}], False),
        (b'data: {"a": NaN}\n', [{"a": None}], False),
        (b"\n\n\n", [], False),
        (b"", [], False),
    ],
)
def test_values_are_read_as_servers_write_them(stream: bytes, values: list[Json], done: bool) -> None:
    """Line ends, spaces, comments and several lines are understood, also byte by byte."""
    assert read(stream) == (values, done)
    assert read(*(stream[at : at + 1] for at in range(len(stream)))) == (values, done)


def test_a_line_without_end_is_refused() -> None:
    """A server that never ends a line does not fill our memory."""
    reader = EventReader()
    with pytest.raises(EventTooLargeError):
        reader.feed(b"x" * 9_000_000)


@given(st.binary())
def test_any_bytes_are_survived(data: bytes) -> None:
    """No input raises anything but the limit."""
    read(data)


def test_what_is_no_json_is_a_value_error() -> None:
    """Callers have one error to expect."""
    with pytest.raises(ValueError, match="Expecting value"):
        decode(b"<html>")
