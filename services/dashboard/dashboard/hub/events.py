"""Reads server-sent events from bytes as they come. Pure."""

from dataclasses import dataclass

_MAX_EVENT = 4 << 20


@dataclass(frozen=True, slots=True)
class Received:
    """One event: its type, its data as text, and its id where it has one."""

    event: str
    data: str
    id: str | None = None


class TooLong(ValueError):
    """An event over 4 MiB: whoever sends it is not one of ours."""


class EventParser:
    """Feed it chunks cut anywhere; it gives the events that are complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._event = ""
        self._id: str | None = None
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Received]:
        """The events that `chunk` completes. Raises `TooLong`."""
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        self._size += len(chunk)
        found = [event for line in lines if (event := self._line(line.removesuffix(b"\r"))) is not None]
        if self._size > _MAX_EVENT:
            raise TooLong("an event is over 4 MiB")
        return found

    def _line(self, line: bytes) -> Received | None:
        if not line:
            return self._dispatch()
        name, _, value = line.decode("utf-8", "replace").partition(":")
        self._field(name, value.removeprefix(" "))
        return None

    def _field(self, name: str, value: str) -> None:
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value

    def _dispatch(self) -> Received | None:
        done = Received(self._event or "message", "\n".join(self._data), self._id) if self._data else None
        self._event, self._id, self._data, self._size = "", None, [], len(self._rest)
        return done
