"""What all tests share."""

import logging

import structlog


def pytest_configure() -> None:
    """Keep structlog's default of pretty tracebacks with local variables out of the tests: they take seconds each."""
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
    )
