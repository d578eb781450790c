"""Callers that go on calling while services come and go, and remember what they were promised."""

import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

import httpx


def error_event(event_id: str) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"id": event_id, "type": "error", "ts": now, "kind": "unknown", "component": "e2e", "message": "planted"}


class Caller(threading.Thread):
    """Calls again and again until it is stopped; keeps what failed."""

    def __init__(self, call: Callable[[], None], pause_s: float = 0.05) -> None:
        super().__init__(daemon=True)
        self.calls = 0
        self.failures: list[str] = []
        self._call, self._pause = call, pause_s
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            self.calls += 1
            try:
                self._call()
            except (httpx.HTTPError, AssertionError) as error:
                self.failures.append(f"{type(error).__name__}: {error}")
            time.sleep(self._pause)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(timeout=30)


class Reporting:
    """Posts small batches of errors; `promised` are the ids of those that were answered 202."""

    def __init__(self, client: httpx.Client, path: str) -> None:
        self.promised: set[str] = set()
        self._client, self._path = client, path

    def __call__(self) -> None:
        ids = [str(uuid.uuid4()) for _ in range(5)]
        answer = self._client.post(self._path, json={"events": [error_event(one) for one in ids]}, timeout=5)
        assert answer.status_code == 202, answer.text
        self.promised |= set(ids)


def stored_ids(tracker: httpx.Client) -> list[str]:
    """The id of each error that the tracker has, as often as it has it."""
    ids: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "500", "component": "e2e"} | ({"cursor": cursor} if cursor else {})
        page = tracker.get("/api/v1/errors", params=query).raise_for_status().json()
        ids += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return ids
