"""The secret store: one file of mode 600 in the agent's own data folder."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
from kit.problems import StorageUnavailable


class SecretFile:
    """A `SecretStore` on disk.

    A change is written beside, brought to the disk and then renamed into place, so that a crash leaves the old or the
    new whole. One process uses the file; changes are made one after another.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = asyncio.Lock()
        self._values: dict[str, str] | None = None

    def get(self, key: str) -> str | None:
        """The secret; None when there is none of that key. Raises `StorageUnavailable`."""
        return self._loaded().get(key)

    def keys(self, prefix: str) -> Sequence[str]:
        """The keys that begin so. Raises `StorageUnavailable`."""
        return [key for key in self._loaded() if key.startswith(prefix)]

    async def change(
        self, changes: Mapping[str, str | None], *, expected: Mapping[str, str | None] | None = None
    ) -> bool:
        """Put these, and delete those that are None, all or nothing. Raises `StorageUnavailable`.

        False, and nothing is changed, where something `expected` is not what there is by then.
        """
        async with self._lock:
            stored = self._loaded()
            if any(stored.get(key) != value for key, value in (expected or {}).items()):
                return False
            merged = {**stored, **changes}
            values = {key: value for key, value in merged.items() if value is not None}
            if values != stored:
                await asyncio.to_thread(self._write, values)
                self._values = values
            return True

    def _loaded(self) -> dict[str, str]:
        if self._values is None:
            self._values = self._read()
        return self._values

    def _read(self) -> dict[str, str]:
        try:
            stored = orjson.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StorageUnavailable(f"the secrets in {self._path} cannot be read: {error}") from error
        return {str(key): str(value) for key, value in stored.items()}

    def _write(self, values: Mapping[str, str]) -> None:
        beside = self._path.with_name(f".{self._path.name}.{secrets.token_hex(6)}")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(orjson.dumps(values))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
            _sync(self._path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise StorageUnavailable(f"the secrets cannot be written: {error.strerror}") from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
