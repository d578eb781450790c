"""Put a streamed answer's tool calls together from their pieces, however a server numbers them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import orjson
from kit.ids import new_id
from kit.jsontypes import Json, JsonObject

from agent_runner.core.types import ToolCall

_OURS = frozenset({"index", "id", "type", "function"})


@dataclass(slots=True)
class _Call:
    index: int | None
    id: str
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])
    extra: dict[str, Json] = field(default_factory=dict[str, Json])

    def is_whole(self) -> bool:
        return isinstance(_object("".join(self.arguments)), dict)


class CallAssembler:
    """Pieces in, calls out, in the order they began.

    Servers number pieces by `index`, some leave it out, some give 0 to every call; some name each call's `id` in its
    first piece only, some in all, some never. `arguments` come as pieces of text, or as an object.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def feed(self, pieces: Json) -> bool:
        """Take the `tool_calls` of a delta or a message; True when there was a piece among them."""
        found = [pieces] if isinstance(pieces, Mapping) else pieces
        if isinstance(found, str) or not isinstance(found, Sequence):
            return False
        taken = [self._take(cast("JsonObject", piece)) for piece in found if isinstance(piece, Mapping)]
        return bool(taken)

    def calls(self) -> list[ToolCall]:
        """The calls as they stand; each has an id of its own."""
        seen: set[str] = set()
        return [_finished(call, seen) for call in self._calls if call.name]

    def _take(self, piece: JsonObject) -> None:
        function = piece.get("function")
        said = cast("JsonObject", function) if isinstance(function, Mapping) else piece
        name, arguments = _text(said.get("name")), said.get("arguments")
        call = self._find(piece, name, arguments) or self._begin(piece)
        call.name = call.name or name
        call.id = call.id or _text(piece.get("id"))
        call.extra |= {key: value for key, value in piece.items() if key not in _OURS and function is not None}
        if isinstance(arguments, str):
            call.arguments.append(arguments)
        elif arguments is not None:
            call.arguments = [orjson.dumps(arguments).decode()]

    def _begin(self, piece: JsonObject) -> _Call:
        self._calls.append(_Call(_index(piece), _text(piece.get("id"))))
        return self._calls[-1]

    def _find(self, piece: JsonObject, name: str, arguments: Json) -> _Call | None:
        """The call that a piece goes on with; None when it begins one."""
        index, id_ = _index(piece), _text(piece.get("id"))
        same_index = [call for call in self._calls if index is None or call.index == index]
        known = next((call for call in reversed(same_index) if id_ and call.id == id_), None)
        if known is not None or not same_index:
            return known
        last = same_index[-1]
        if id_ and last.id:
            return None
        if not name:
            return last
        goes_on = name == last.name and not (arguments and last.is_whole())
        return last if goes_on and index is not None else None


def _finished(call: _Call, seen: set[str]) -> ToolCall:
    id_ = call.id if call.id and call.id not in seen else new_id("call")
    seen.add(id_)
    return ToolCall(id_, call.name, "".join(call.arguments), call.extra or None)


def _index(piece: JsonObject) -> int | None:
    index = piece.get("index")
    return index if isinstance(index, int) else None


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _object(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
