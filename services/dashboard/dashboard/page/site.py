"""The files of the built page, from memory, compressed once."""

import gzip
import hashlib
import mimetypes
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import PlainTextResponse, Response

_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"
_COMPRESSED_KINDS = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
_WORTH_BYTES = 500
_NOT_BUILT = "The page has not been built. Run `make setup` in Binnacle's folder, then load this again.\n"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the same compressed where that helps, and what to say of it."""

    stamp: tuple[int, int]
    body: bytes
    gzipped: bytes | None
    headers: Mapping[str, str]

    def respond(self, accept_encoding: str, if_none_match: str) -> Response:
        """The answer to one request."""
        if self.headers["ETag"] in if_none_match:
            return Response(status_code=304, headers=_without_type(self.headers))
        if self.gzipped is not None and "gzip" in accept_encoding:
            return Response(self.gzipped, headers={**self.headers, "Content-Encoding": "gzip"})
        return Response(self.body, headers=dict(self.headers))


class Site:
    """Finds the file of a path. A file that changes on disk (the page was built anew) is read again."""

    def __init__(self, folder: Path, root_path: str) -> None:
        self._folder = folder
        self._root_path = root_path
        self._read: dict[str, Asset] = {}

    def respond(self, path: str, *, accept_encoding: str, if_none_match: str) -> Response | None:
        """The shell for a page's path, a file for a file's, None where there is none."""
        name = path.strip("/")
        if "." not in name.rpartition("/")[2]:
            shell = self._asset("index.html")
            return shell.respond(accept_encoding, if_none_match) if shell else _not_built()
        asset = self._asset(name)
        return asset.respond(accept_encoding, if_none_match) if asset else None

    def _asset(self, name: str) -> Asset | None:
        file = self._folder / name
        if "\0" in name or not file.resolve().is_relative_to(self._folder.resolve()):
            return None
        try:
            stat = os.stat(file)  # noqa: PTH116 - a third of the time of Path.stat, on every request
            stamp = (stat.st_mtime_ns, stat.st_size)
            known = self._read.get(name)
            if known is None or known.stamp != stamp:
                known = self._read[name] = self._load(name, file.read_bytes(), stamp)
        except OSError:
            return None
        return known

    def _load(self, name: str, body: bytes, stamp: tuple[int, int]) -> Asset:
        if name == "index.html" and self._root_path:
            body = rooted(body, self._root_path)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind == "application/javascript"
        headers = {
            "Content-Type": f"{kind}; charset=utf-8" if text else kind,
            "Cache-Control": _IMMUTABLE if name.startswith("assets/") else _REVALIDATE,
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
            "Vary": "Accept-Encoding",
        }
        small = (
            gzip.compress(body, mtime=0) if kind.startswith(_COMPRESSED_KINDS) and len(body) > _WORTH_BYTES else None
        )
        return Asset(stamp, body, small, headers)


def rooted(shell: bytes, root_path: str) -> bytes:
    """The shell as seen under a reverse proxy's path; `data-root` on the document tells the page."""
    root = root_path.encode()
    moved = shell.replace(b'"/assets/', b'"' + root + b"/assets/")
    return moved.replace(b"<html", b'<html data-root="' + root + b'"', 1)


def _not_built() -> Response:
    return PlainTextResponse(_NOT_BUILT, status_code=503, headers={"Retry-After": "60"})


def _without_type(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Content-Type"}
