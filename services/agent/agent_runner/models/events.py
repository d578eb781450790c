"""Read the server-sent events of a streamed answer, tolerant of what servers make of the format."""

import json

import orjson
from kit.jsontypes import Json
from kit.text import clean

_MAX_EVENT = 8 * 1_048_576


class EventTooLargeError(ValueError):
    """A line without end: no answer of a model."""


class EventReader:
    """Bytes in, JSON values out. `done` is set once the stream said `[DONE]`.

    Each `data:` line is a value of its own; one that is none yet is put before the next, as the format's own rule for
    several lines says. Comments, event names and empty lines mean nothing here.
    """

    def __init__(self) -> None:
        self.done = False
        self._buffer = b""
        self._open = b""

    def feed(self, data: bytes) -> list[Json]:
        """The values that these bytes complete. Raises `EventTooLargeError`."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        if len(self._buffer) > _MAX_EVENT:
            raise EventTooLargeError(f"more than {_MAX_EVENT} bytes without the end of a line")
        return self._read(lines)

    def end(self) -> list[Json]:
        """What is left when the stream ends without a last line break."""
        last, self._buffer = self._buffer, b""
        return self._read([last])

    def _read(self, lines: list[bytes]) -> list[Json]:
        values: list[Json] = []
        for line in lines:
            if not line.startswith(b"data:"):
                continue
            data = line[5:].strip()
            if data == b"[DONE]":
                self.done = True
            elif data:
                self._take(data, values)
        return values

    def _take(self, data: bytes, values: list[Json]) -> None:
        whole = self._open + b"\n" + data if self._open else data
        try:
            values.append(decode(whole))
            self._open = b""
        except ValueError:
            self._open = whole if len(whole) < _MAX_EVENT else b""


def decode(data: bytes) -> Json:
    """A JSON value, also with the lone surrogates and NaN that some servers write. Raises `ValueError`."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return clean(json.loads(data.decode(errors="replace")))
