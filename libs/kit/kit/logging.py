"""Structured logs on standard error: one JSON object a line, or readable lines on a terminal."""

import json
import logging
import sys
from collections.abc import Callable, Sequence
from typing import TypeAlias

import orjson
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from kit.clock import now_ms, rfc3339
from kit.settings import ServiceSettings

RequestLog: TypeAlias = Callable[[str, str, str, int, float], None]
"""Logs an answered request: its id, method, path, status, and the milliseconds until the answer began."""

_SECRET_KEYS = frozenset({"token", "authorization", "password", "api_key", "cookie", "secret", "code"})
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_logging(service: str, settings: ServiceSettings) -> None:
    """Send structlog's and the standard library's records through one set of processors."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _stamp,
        _mask_secrets,
    ]
    level = _LEVELS[settings.log_level]
    structlog.configure(
        processors=[*shared, *_renderers(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings)],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def request_log() -> RequestLog:
    """What writes the line of each request: where the log is JSON, past structlog's processors.

    Every request pays for its line, and the processors are two thirds of the price. Call it after `configure_logging`.
    """
    log = structlog.get_logger("http")
    is_json = isinstance(structlog.get_config()["processors"][-1], structlog.processors.JSONRenderer)
    if not is_json or not log.is_enabled_for(logging.INFO):
        return lambda id_, method, path, status, ms: log.info(
            "request", request_id=id_, method=method, path=path, status=status, ms=ms
        )
    service = structlog.contextvars.get_contextvars().get("service")
    write = structlog.get_config()["logger_factory"]().info

    def line(id_: str, method: str, path: str, status: int, ms: float) -> None:
        asked: EventDict = {"event": "request", "method": method, "path": path, "status": status, "ms": ms}
        write(_line({**asked, "request_id": id_, "service": service, "level": "info", "timestamp": rfc3339(now_ms())}))

    return line


def _renderers(settings: ServiceSettings) -> Sequence[Processor]:
    as_console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    if as_console:
        return [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                exception_formatter=structlog.dev.plain_traceback,  # never the values of variables: they hold secrets
            )
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_line)]


def _line(event: EventDict, default: Callable[[object], object] = repr) -> str:
    """One line of JSON. Every request writes one, and orjson is five times as fast; what it refuses, `json` takes."""
    try:
        return orjson.dumps(event, default=default).decode()
    except TypeError:  # lone surrogates, numbers of more than 64 bits
        return json.dumps(event, default=default)


def _stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["timestamp"] = rfc3339(now_ms())
    return event


def _mask_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if not _SECRET_KEYS.isdisjoint(event):
        event.update(dict.fromkeys(_SECRET_KEYS & event.keys(), "***"))
    return event
