"""How `make start|restart|stop` reach the `make run` in the other terminal: one line over a socket in the data folder.

The answer is lines for the person, the last of them `ok` or `error: …`. Nobody but the user who runs it can open the
folder.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from scripts.supervisor.config import Config, Refused

Handler = Callable[[str, str], Awaitable[str]]
"""Gets the verb and the service's name ("" for all) and returns what to tell. Raises `Refused`."""


def socket_path(config: Config) -> str:
    """As short as it can be said: a socket's path may have about 100 characters only."""
    path = config.run_dir / "control"
    return min(str(path), os.path.relpath(path), key=len)


def forget_socket(config: Config) -> None:
    Path(socket_path(config)).unlink(missing_ok=True)


async def serve(config: Config, handle: Handler) -> asyncio.Server:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        verb, _, name = (await reader.readline()).decode(errors="replace").strip().partition(" ")
        try:
            reply = f"{await handle(verb, name)}\nok\n"
        except Refused as refusal:
            reply = f"error: {refusal}\n"
        writer.write(reply.encode())
        await writer.drain()
        writer.close()

    forget_socket(config)  # of one that was killed: the lock says that none is running
    return await asyncio.start_unix_server(answer, socket_path(config))


def ask(config: Config, verb: str, name: str) -> str:
    """What the running supervisor answers. Raises `Refused` when there is none or it says no."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(socket_path(config))
        except OSError:
            raise Refused(f"nothing is running on the data folder {config.data_dir}: make run") from None
        connection.sendall(f"{verb} {name}\n".encode())
        *said, verdict = connection.makefile().read().splitlines() or [""]
    if verdict != "ok":
        raise Refused(verdict.removeprefix("error: ") or "it ended before it answered")
    return "\n".join(said)
