"""Groups of requests on disk: exactly once, always adding up, also after a crash in between."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit.jsontypes import Json
from kit.problems import StorageUnavailable
from tracker.ingest import pace
from tracker.ingest import store as ingest_store
from tracker.ingest.parse import Parsed
from tracker.ingest.prepare import Batch, Preparer
from tracker.ingest.scrub import Scrubber
from tracker.ingest.store import Command, EventStore, Written
from tracker.insights.rollups import increments
from tracker.issues.states import FOR_GOOD, decided
from tracker.issues.store import IssueFilter, change, search
from tracker.records.store import clear, clear_all, ledger
from tracker.storage.open import open_database
from tracker.storage.schema import metadata

from tests.tracker.making import NOW, error, interaction, rfc

NOTHING = Command(lambda _: None)
CLOCK_FIELDS = {"received_at"}


def batch(preparer: Preparer, *events: Json) -> Batch:
    return preparer.batch(Parsed(events), NOW)


def content(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every table but the bookkeeping, without the numbers of rows."""
    tables = [table for table in metadata.sorted_tables if table.name != "progress"]
    with engine.connect() as connection:
        return {
            table.name: sorted(
                (tuple(row) for row in connection.execute(sa.select(*(c for c in table.c if c.name != "seq")))),
                key=repr,
            )
            for table in tables
        }


def count(engine: sa.Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(metadata.tables[table])) or 0


def test_an_id_is_stored_once(engine: sa.Engine, preparer: Preparer) -> None:
    """Twice in a request, twice in a group, twice over groups, before and after the fold: it counts once."""
    store = EventStore(engine)
    first, second, third = error(), error(), interaction()
    group = [batch(preparer, first, second, first), batch(preparer, second, third)]
    assert store.commit(group).outcomes == [Written(2, 1), Written(1, 1)]
    assert store.commit([batch(preparer, third, error())]).outcomes == [Written(1, 1)]
    store.commit([NOTHING])
    assert store.commit([batch(preparer, first, second, third), NOTHING]).outcomes[0] == Written(0, 3)
    assert count(engine, "events") == 4
    with engine.connect() as connection:
        assert sum(number for outcome, _, number in ledger(connection) if outcome == "stored") == 4
        (issue,) = search(connection, IssueFilter(), "last_seen", None, 10)
    assert issue.issue.events == 3


def test_an_id_used_again_for_something_else_changes_nothing(engine: sa.Engine, preparer: Preparer) -> None:
    """The first one stands."""
    store = EventStore(engine)
    sent = error(message="first")
    store.commit([batch(preparer, sent), NOTHING])
    before = content(engine)
    assert store.commit([batch(preparer, {**sent, "message": "second"}), NOTHING]).outcomes[0] == Written(0, 1)
    after = content(engine)
    assert {name: rows for name, rows in after.items() if name != "outcomes"} == {
        name: rows for name, rows in before.items() if name != "outcomes"
    }


def test_a_command_sees_everything_before_it(engine: sa.Engine, preparer: Preparer) -> None:
    """Stored and folded, and in the same transaction."""
    store = EventStore(engine)
    store.commit([batch(preparer, error())])
    committed = store.commit(
        [
            batch(preparer, error()),
            Command(lambda c: search(c, IssueFilter(), "events", None, 1)),
            batch(preparer, error()),
        ]
    )
    (listed,) = committed.outcomes[1]  # type: ignore[misc]
    assert listed.issue.events == 2
    assert committed.folded is False


def test_under_load_the_fold_waits_and_catches_up(
    engine: sa.Engine, preparer: Preparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not folded yet is by the next command at the latest, or once much is waiting."""
    monkeypatch.setattr(pace, "MOST_PENDING", 10)
    store = EventStore(engine)
    assert store.commit([batch(preparer, error())]).folded
    assert not store.commit([batch(preparer, *(error() for _ in range(9)))]).folded
    assert store.commit([batch(preparer, error())]).folded
    assert count(engine, "issues") == 1


def test_a_crash_before_the_fold_loses_nothing(engine: sa.Engine, preparer: Preparer) -> None:
    """The next process goes on where the fold was, and ends where it would have."""
    events = [error(message=f"boom {'abc'[n % 3]}", session_id=f"s{n % 4}") for n in range(30)]
    crashed = EventStore(engine)
    crashed.commit([batch(preparer, *events[:5])])
    crashed.commit([batch(preparer, *events[5:])])
    after_crash = EventStore(engine)
    after_crash.recover()
    recovered = content(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM progress"))
        clear_all(connection)
        connection.execute(sa.text("DELETE FROM outcomes"))
    whole = EventStore(engine)
    whole.commit([batch(preparer, *events), NOTHING])
    assert content(engine) == recovered


def test_recovery_goes_in_steps(engine: sa.Engine, preparer: Preparer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a long way is caught up with, in bounded memory."""
    store = EventStore(engine)
    store.commit([NOTHING])
    store.pace._next = float("inf")
    store.commit([batch(preparer, *(error() for _ in range(25)))])
    monkeypatch.setattr(ingest_store, "_UNFOLDED", ingest_store._UNFOLDED.limit(10))
    EventStore(engine).recover()
    with engine.connect() as connection:
        (issue,) = search(connection, IssueFilter(), "events", None, 10)
    assert issue.issue.events == 25


def test_an_event_that_cannot_be_folded_holds_nothing_up(
    engine: sa.Engine, preparer: Preparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect of ours with one event costs the others nothing."""
    honest = increments

    def stumbling(events: Sequence[object]) -> object:
        if any(b"poison" in event.body for event in events):  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return honest(events)  # type: ignore[arg-type]

    monkeypatch.setattr(ingest_store, "increments", stumbling)
    store = EventStore(engine)
    store.commit([batch(preparer, error(), error(message="poison"), error(), interaction()), NOTHING])
    assert count(engine, "events") == 4
    with engine.connect() as connection:
        (issue,) = search(connection, IssueFilter(), "events", None, 10)
    assert issue.issue.events == 2


def test_when_the_database_refuses_nothing_is_kept(engine: sa.Engine, preparer: Preparer, tmp_path: Path) -> None:
    """A group that failed leaves no trace, and the same group goes in once the trouble is over."""
    store = EventStore(engine)
    with engine.begin() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    group = [batch(preparer, *(error(context={"n": "x" * 5_000}) for _ in range(100)))]
    with pytest.raises(StorageUnavailable):
        store.commit(group)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert count(engine, "events") == 0
    assert store.commit([*group, NOTHING]).outcomes[0] == Written(100, 0)
    assert count(engine, "issues") == 1


def test_deleting_a_type_takes_its_numbers_along(engine: sa.Engine, preparer: Preparer) -> None:
    """What was made of the events goes with them, and nothing else; rows that come later are counted afresh."""
    store = EventStore(engine)
    store.commit([batch(preparer, error(session_id="a"), interaction(session_id="b", component="page")), NOTHING])
    (_, cleared) = store.commit([NOTHING, Command(lambda c: clear(c, "error"))]).outcomes
    assert (cleared.errors, cleared.issues, cleared.interactions) == (1, 1, 0)  # type: ignore[attr-defined]
    found = content(engine)
    assert [len(found[name]) for name in ("events", "issues", "fingerprints", "rollups", "sessions", "components")] == [
        *(1, 0, 0, 2, 1, 1),
    ]
    store.commit([batch(preparer, error()), NOTHING])
    assert count(engine, "issues") == 1


def fresh(folder: Path) -> sa.Engine:
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    return open_database(folder).writer


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    errors=st.lists(
        st.tuples(st.integers(-5, 5), st.sampled_from("ab"), st.sampled_from("xyz")), min_size=1, max_size=12
    ),
    resolve=st.booleans(),
    chance=st.randoms(use_true_random=False),
)
def test_order_batches_and_restarts_never_change_the_result(
    tmp_path: Path, errors: list[tuple[int, str, str]], resolve: bool, chance: random.Random
) -> None:
    """The same events, shuffled, cut into other batches, with restarts between: the same tables."""
    preparer = Preparer(Scrubber(()), ())
    known = error(message="boom a", ts=rfc(NOW - 100_000))
    sent = [error(message=f"boom {m}", session_id=s, ts=rfc(NOW + t * 1000)) for t, m, s in errors]
    results: list[dict[str, list[tuple[object, ...]]]] = []
    for name, shuffled in (("at_once", False), ("piecemeal", True)):
        engine = fresh(tmp_path / name)
        store = EventStore(engine)
        store.commit([batch(preparer, known), NOTHING])
        if resolve:
            with engine.begin() as connection:
                (listed,) = search(connection, IssueFilter(), "events", None, 1)
                change(connection, listed.issue.id, lambda issue: decided(issue, "resolved", FOR_GOOD, NOW))
        waiting = list(sent)
        if shuffled:
            chance.shuffle(waiting)
        while waiting:
            size = chance.randint(1, len(waiting)) if shuffled else len(waiting)
            store.commit([batch(preparer, *waiting[:size])])
            del waiting[:size]
            if shuffled and chance.random() < 0.5:
                store = EventStore(engine)
                store.recover()
        store.commit([NOTHING])
        results.append(content(engine))
        engine.dispose()
    assert results[0] == results[1]
