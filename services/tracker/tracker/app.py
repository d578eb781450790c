"""Put the tracker together: the one place that builds things."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from kit.clock import now_ms
from kit.database import Database
from kit.jsontypes import JsonObject
from kit.service import background
from kit.token import service_token
from kit.web.app import Runtime, create_service_app
from kit.web.middleware import BodyLimits
from kit.web.sse import Broadcast
from starlette.middleware import Middleware

from tracker import __version__
from tracker.api import events, health, insights, issues, outcomes, records, stream
from tracker.api.deps import Services
from tracker.api.views import issue_item
from tracker.config import TrackerSettings
from tracker.health import HealthBook
from tracker.ingest.budget import Budget
from tracker.ingest.decode import MAX_BYTES
from tracker.ingest.metrics import IngestMetrics
from tracker.ingest.prepare import Preparer
from tracker.ingest.scrub import Scrubber
from tracker.ingest.store import EventStore
from tracker.ingest.writer import EventWriter
from tracker.issues.announce import Announcer, Load
from tracker.issues.states import Change
from tracker.issues.store import by_ids
from tracker.storage.open import open_database

_DESCRIPTION = "Takes errors, interactions, vitals and timings, keeps them, groups the errors into issues and counts."
_BODY_BUDGET = 48 << 20
_BETWEEN_PROBES_S = 1.0


def create_app(settings: TrackerSettings) -> FastAPI:
    """The tracker's application. Raises `SettingsError` for a setting or data folder that cannot be used."""
    database = open_database(settings.own_dir("tracker"))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        store = EventStore(database.writer)
        await asyncio.to_thread(store.recover)
        services = _services(app, settings, database, store)
        app.state.services = services

        async def watch_storage() -> None:
            await _watch_storage(services.writer, app.state.runtime)

        async with background(services.announcer.tell_news, services.announcer.tell_updates, watch_storage):
            app.state.runtime.not_ready = None
            yield
            await services.writer.aclose()
        await database.aclose()

    return create_service_app(
        title="Binnacle tracker",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        routers=[module.router for module in (events, issues, records, insights, outcomes, health, stream)],
        allowed_hosts=("tracker", *settings.allowed_hosts),
        token=service_token(settings),
        limits=BodyLimits(by_path={events.EVENTS_PATH: MAX_BYTES}),
        middleware=[Middleware(events.IngestFirst)],
    )


def _services(app: FastAPI, settings: TrackerSettings, database: Database, store: EventStore) -> Services:
    broadcast = Broadcast()
    announcer = Announcer(broadcast, _issue_reader(database))
    loop = asyncio.get_running_loop()

    def on_change(changes: Mapping[str, Change]) -> None:
        loop.call_soon_threadsafe(announcer.note, changes)

    metrics = IngestMetrics(app.state.runtime.metrics.registry)
    scrubber = Scrubber(settings.scrub, settings.scrub_keys, settings.scrub_keep)
    return Services(
        database=database,
        writer=EventWriter(store, metrics, on_change),
        preparer=Preparer(scrubber, settings.filters),
        budget=Budget(_BODY_BUDGET),
        broadcast=broadcast,
        announcer=announcer,
        health=HealthBook(now_ms),
        clock=now_ms,
    )


async def _watch_storage(writer: EventWriter, runtime: Runtime) -> None:
    """Say so while nothing can be stored, and find out when it can be again."""
    while True:
        await asyncio.sleep(_BETWEEN_PROBES_S)
        await writer.probe()
        runtime.not_ready = writer.trouble


def _issue_reader(database: Database) -> Load:
    async def read(ids: Sequence[str]) -> Sequence[JsonObject]:
        found = await database.read(lambda connection: by_ids(connection, ids))
        return [issue_item(one).model_dump(mode="json") for one in found]

    return read
