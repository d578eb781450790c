"""The security headers on every answer, from the page's shell to the last refusal."""

import base64
import hashlib
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "require-trusted-types-for 'script'; trusted-types dompurify"
)
_COMMON = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_HEADERS = [*_COMMON, (b"content-security-policy", CSP.encode())]
_NO_STORE = (b"cache-control", b"no-store")
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class SecurityHeaders:
    """Adds them; `no-store` too, where an answer does not say how it may be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] == "/docs":
            await self._app(scope, receive, _docs_sender(send))
            return

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(message, _HEADERS)
            await send(message)

        await self._app(scope, receive, sender)


def docs_csp(page: bytes) -> str:
    """The policy under which the API's browsable page works: its own inline script is named by hash, trusted types are
    not asked for, because what draws the page knows none."""
    hashes = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


def _docs_sender(send: Send) -> Send:
    """Keeps the head back until the page is known."""
    head: Message = {}

    async def sender(message: Message) -> None:
        nonlocal head
        if message["type"] == "http.response.start":
            head = message
            return
        if head:
            csp = docs_csp(message.get("body", b"")).encode()
            _add(head, [*_COMMON, (b"content-security-policy", csp)])
            start, head = head, {}
            await send(start)
        await send(message)

    return sender


def _add(message: Message, added: list[tuple[bytes, bytes]]) -> None:
    headers = message["headers"]
    kept = any(name == b"cache-control" for name, _ in headers)
    message["headers"] = [*headers, *added] if kept else [*headers, *added, _NO_STORE]
