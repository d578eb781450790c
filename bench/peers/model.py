"""A model that answers at once: it asks for the time, then says it. Streaming and not, in OpenAI's format.

It is a bare protocol that sends bytes made beforehand: what a figure shows beyond it is the work of what is measured.
"""

import asyncio
import sys
import time
from collections.abc import Mapping

import orjson

FIRST_WORD_S = 0.05
_WORDS = 20
_WORD_S = 0.02  # fifty words a second, as a quick model has them
_USAGE = {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30}
_ANSWER = {"role": "assistant", "content": "It is noon."}
_CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "current_time", "arguments": "{}"}}],
}


def _completion(kind: str, choices: list[object], usage: object = None) -> bytes:
    body = {"id": "c1", "object": kind, "created": 1, "model": "mock", "choices": choices, "usage": usage}
    return orjson.dumps(body)


def _chunk(delta: object, finish: str | None = None) -> bytes:
    return _completion("chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": finish}])


def _whole(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def _part(*events: bytes) -> bytes:
    """One chunk of a streamed body, with an event for each value."""
    data = b"".join(b"data: %s\n\n" % event for event in events)
    return b"%x\r\n%s\r\n" % (len(data), data)


def _streamed(message: Mapping[str, object], finish: str) -> bytes:
    calls = message.get("tool_calls")
    said = {"tool_calls": [{"index": 0, **calls[0]}]} if isinstance(calls, list) else {"content": message["content"]}
    usage = _completion("chat.completion.chunk", [], _USAGE)
    return _HEAD + _part(_chunk({"role": "assistant", **said}), _chunk({}, finish), usage, b"[DONE]") + _END


def _answered(message: Mapping[str, object], finish: str) -> bytes:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return _whole(_completion("chat.completion", [choice], _USAGE))


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_END = b"0\r\n\r\n"
_MODELS = _whole(orjson.dumps({"object": "list", "data": [{"id": "mock", "object": "model"}]}))
_WHOLE = {False: _answered(_CALL, "tool_calls"), True: _answered(_ANSWER, "stop")}
_STREAMED = {False: _streamed(_CALL, "tool_calls"), True: _streamed(_ANSWER, "stop")}
_WORD = _part(_chunk({"content": "word "}))
_LAST = _part(_chunk({}, "stop"), b"[DONE]") + _END


class Model(asyncio.Protocol):
    """One connection. `say` as the person's last words has it stream; anything else is two turns with one tool."""

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request once it is whole."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, rest = self._received.partition(b"\r\n\r\n")
            length = _length(head)
            if len(rest) < length:
                return
            self._received = rest[length:]
            self._answer(rest[:length])

    def _answer(self, body: bytes) -> None:
        if not body:
            self._transport.write(_MODELS)
            return
        request = orjson.loads(body)
        messages = request["messages"]
        if [message for message in messages if message["role"] == "user"][-1]["content"] == "say":
            asyncio.get_running_loop().call_later(FIRST_WORD_S, self._first_word)
            return
        answers = _STREAMED if request.get("stream") else _WHOLE
        self._transport.write(answers[messages[-1]["role"] == "tool"])

    def _first_word(self) -> None:
        """It bears the moment when it was sent: all processes of a machine share the monotonic clock."""
        self._transport.write(_HEAD + _part(_chunk({"content": f"sent={time.monotonic():.6f} "})))
        self._go_on(_WORDS)

    def _go_on(self, left: int) -> None:
        if self._transport.is_closing():
            return
        if not left:
            self._transport.write(_LAST)
            return
        asyncio.get_running_loop().call_later(_WORD_S, self._next_word, left)

    def _next_word(self, left: int) -> None:
        self._transport.write(_WORD)
        self._go_on(left - 1)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def main() -> None:
    """Serve until ended."""
    server = await asyncio.get_running_loop().create_server(Model, "127.0.0.1", int(sys.argv[1]), backlog=200)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
