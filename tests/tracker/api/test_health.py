"""Health, readiness and metrics."""

import httpx
from fastapi import FastAPI
from tracker.health import HealthBook

from tests.tracker.making import error


async def test_parts_tell_how_they_are(client: httpx.AsyncClient) -> None:
    """Storage and ingest, since when, and how quickly storage answers."""
    parts = (await client.get("/api/v1/health")).json()["components"]
    assert [(part["name"], part["status"]) for part in parts] == [("storage", "ok"), ("ingest", "ok")]
    assert parts[0]["latency_ms"] >= 0
    assert parts[1]["latency_ms"] is None
    assert parts[0]["since"].endswith("Z")


async def test_not_ready_says_why(client: httpx.AsyncClient, app: FastAPI) -> None:
    """503 with the reason while nothing can be stored."""
    assert (await client.get("/readyz")).status_code == 200
    app.state.runtime.not_ready = "the disk is full"
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["detail"]) == (503, "the disk is full")


async def test_metrics_count_events(client: httpx.AsyncClient) -> None:
    """Ingested events by outcome, queue depth, commit sizes."""
    await client.post("/api/v1/events", json={"events": [error(), 5]})
    text = (await client.get("/metrics")).text
    assert 'tracker_events_total{outcome="stored"} 1.0' in text
    assert "tracker_queue_depth" in text
    assert "tracker_commit_events_bucket" in text


def test_since_is_when_the_status_changed() -> None:
    """Looking again changes nothing; another status begins anew."""
    now = [100]
    book = HealthBook(lambda: now[0])
    now[0] = 200
    assert book.seen("storage", "ok", "").since == 100
    assert book.seen("storage", "down", "gone").since == 200
    now[0] = 300
    assert book.seen("storage", "down", "still gone").since == 200
    assert book.seen("storage", "ok", "").since == 300
