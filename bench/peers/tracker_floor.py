"""The floor for the tracker: an endpoint that only parses, queues and commits the same rows, with the same fsync."""

import gc
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import orjson
import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response
from kit.batch import Batcher
from kit.database import Database, sqlite_url

_metadata = sa.MetaData()
_events = sa.Table(
    "events",
    _metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("type", sa.Text),
    sa.Column("ts", sa.Text),
    sa.Column("body", sa.LargeBinary),
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One writer, committing what has queued up."""
    database = Database(sqlite_url(os.environ["FLOOR_DB"]), durability="FULL")  # type: ignore[arg-type]
    _metadata.create_all(database.writer)

    def commit(batches: Sequence[list[dict[str, object]]]) -> Sequence[int]:
        with database.writer.begin() as connection:
            connection.execute(_events.insert().prefix_with("OR IGNORE"), [row for batch in batches for row in batch])
        return [len(batch) for batch in batches]

    app.state.batcher = Batcher(commit, name="floor")
    gc.collect()
    gc.freeze()  # as every service of ours does at its start
    gc.set_threshold(50_000, 20, 20)
    yield
    await app.state.batcher.aclose()
    await database.aclose()


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def ready() -> dict[str, str]:
    """For the start."""
    return {"status": "ok"}


@app.post("/api/v1/events")
async def ingest(request: Request) -> Response:
    """202 once the rows are on disk."""
    events = orjson.loads(await request.body())["events"]
    rows = [{"id": e["id"], "type": e["type"], "ts": e["ts"], "body": orjson.dumps(e)} for e in events]
    accepted = await request.app.state.batcher.submit(rows)
    return Response(orjson.dumps({"accepted": accepted}), 202, media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
