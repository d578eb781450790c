"""Run a service in the foreground: settings, logs, socket, server, and a clean end."""

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import NoReturn, TypeVar

import structlog
import uvicorn
from fastapi import FastAPI

from kit.logging import configure_logging
from kit.settings import ServiceSettings, SettingsError
from kit.web.protocol import Http

S = TypeVar("S", bound=ServiceSettings)
_GC_THRESHOLD = 50_000  # the collector makes the tail: p99 fell from 34 to 5.6 ms with this and the freeze
_GRACE_S = 1
_LAST_S = 1.8


class _Server(uvicorn.Server):
    """Tells open streams to end before it waits for them, or they would hold the process; and ends it in any case."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GC_THRESHOLD, 20, 20)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        assert isinstance(app, FastAPI)
        app.state.runtime.stopping.set()
        _end_at_the_latest()
        await super().shutdown(sockets)


def run_service(
    name: str, load: Callable[[], S], port: Callable[[S], tuple[str, int]], create_app: Callable[[S], FastAPI]
) -> NoReturn:
    """Run until a signal. `port` gives the port's variable and number.

    A setting that cannot be used ends the process with one line on standard error and exit code 2.
    """
    try:
        settings = load()
        configure_logging(name, settings)
        variable, number = port(settings)
        listening = _bind(settings.host, number, variable)
        app = create_app(settings)
    except SettingsError as error:
        sys.exit(_complain(name, error))
    config = uvicorn.Config(
        app,
        http=Http,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the dashboard reads them itself, from proxies that it was told to trust
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=75,
    )
    structlog.get_logger(name).info("started", url=f"http://{settings.host}:{number}")
    _Server(config).run(sockets=[listening])
    sys.exit(0)


def _end_at_the_latest() -> None:
    """End the process in time, also when a locked or failing disk holds it: what was promised is on disk already."""
    timer = threading.Timer(_LAST_S, os._exit, [128 + signal.SIGTERM])
    timer.daemon = True
    timer.start()


def _complain(name: str, error: SettingsError) -> int:
    sys.stderr.write(f"{name}: {error}\n")
    return 2


def _bind(host: str, port: int, variable: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        reason = error.strerror or str(error)
        raise SettingsError(variable, f"cannot listen on {host}:{port} ({reason}); set it to a free port") from error
    return listening


@asynccontextmanager
async def background(*jobs: Callable[[], Coroutine[object, object, None]]) -> AsyncGenerator[None]:
    """Run endless jobs beside the service and cancel them at its end.

    When one fails in a way it does not know, the process ends (exit code 1) and whoever runs it starts it again.
    """
    tasks: Sequence[asyncio.Task[None]] = [asyncio.create_task(_guarded(job)) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _guarded(job: Callable[[], Coroutine[object, object, None]]) -> None:
    try:
        await job()
    except Exception as error:  # noqa: BLE001 - the edge of the worker: recorded, then the process ends
        structlog.get_logger("worker").critical("worker_failed", job=job.__qualname__, exc_info=error)
        sys.stderr.flush()
        os._exit(1)
