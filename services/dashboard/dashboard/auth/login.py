"""Logging in, by password or by one-time code."""

import time
from collections.abc import Callable

import structlog
from kit.clock import Clock

from dashboard.auth.limiter import FailureLimiter
from dashboard.auth.passwords import Passwords
from dashboard.auth.sessions import digest
from dashboard.errors import BadCredentials, TooManyAttempts
from dashboard.storage.sessions import Role, SessionStore

_log = structlog.get_logger("auth")


class Login:
    """Checks what a person gives. Failures are limited; a right code is taken even then.

    A code has 192 bits, so that letting it through helps nobody to guess, and it makes sure that whoever has a shell
    on this machine can always get in, however hard somebody else hammers on the door.
    """

    def __init__(
        self,
        passwords: Passwords,
        store: SessionStore,
        clock: Clock,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._passwords = passwords
        self._store = store
        self._clock = clock
        self._steady = steady
        self._limiter = FailureLimiter()

    def by_password(self, password: str, address: str) -> Role:
        """The role that the password opens. Raises `BadCredentials`, `TooManyAttempts`."""
        self._may_try(address)
        role = self._passwords.role_of(password)
        if role is None:
            raise self._failure(address, "that is not the password")
        return role

    async def by_code(self, code: str, address: str) -> Role:
        """Uses up the code. Raises `BadCredentials`, `TooManyAttempts`."""
        if await self._store.use_code(digest(code), self._clock()):
            return "admin"
        self._may_try(address)
        raise self._failure(address, "this code was used already, is older than 10 minutes, or never was one")

    def _may_try(self, address: str) -> None:
        wait_s = self._limiter.wait_s(address, self._steady())
        if wait_s:
            raise TooManyAttempts(f"too many failed logins; try again in {wait_s} s", retry_after_s=wait_s)

    def _failure(self, address: str, detail: str) -> BadCredentials:
        self._limiter.failed(address, self._steady())
        _log.warning("login_failed", address=address)
        return BadCredentials(detail)
