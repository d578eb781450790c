"""The tables, for both databases. Times are milliseconds since 1970, hours are hours since 1970.

The events are the truth. Every number that an insight or a list shows is a fold over them that is kept as they arrive,
so that reading it costs the same however many there are; `progress` says how far the fold has come.
"""

import sqlalchemy as sa

metadata = sa.MetaData()


def _index(name: str, *columns: str, where: str) -> sa.Index:
    """An index of the rows that have something there: the others cost nothing when they are written."""
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


_seq = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # only INTEGER PRIMARY KEY is SQLite's row id

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", _seq, primary_key=True),
    sa.Column("id", sa.LargeBinary(16), nullable=False, unique=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("ts", sa.BigInteger, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("component", sa.Text, nullable=False),
    sa.Column("session_id", sa.Text),
    sa.Column("release", sa.Text, nullable=False, comment="empty when the event names none"),
    sa.Column("environment", sa.Text, nullable=False, comment="empty when the event names none"),
    sa.Column("label", sa.Text, nullable=False, comment="kind of an error, action or name of the others"),
    sa.Column("ok", sa.Boolean, comment="handled, or success"),
    sa.Column("level", sa.Text, comment="of an error"),
    sa.Column("issue_id", sa.Text, comment="of an error"),
    sa.Column("body", sa.LargeBinary, nullable=False, comment="the whole event as JSON, scrubbed"),
    sa.Index("events_by_time", "type", "ts", "seq"),
    sa.Index("events_by_component", "type", "component", "ts", "seq"),
    sa.Index("events_by_label", "type", "label", "ts", "seq"),
    _index("events_by_release", "type", "release", "ts", "seq", where="release <> ''"),
    _index("events_by_environment", "type", "environment", "ts", "seq", where="environment <> ''"),
    _index("events_by_level", "type", "level", "ts", "seq", where="level <> ''"),
    _index("events_by_success", "type", "ok", "ts", "seq", where="ok IS NOT NULL"),
    _index("events_by_session", "session_id", "type", "ts", "seq", where="session_id IS NOT NULL"),
    _index("events_by_issue", "issue_id", "ts", "seq", where="issue_id IS NOT NULL"),
    sqlite_autoincrement=True,  # a row's number is never given out again: `progress` counts on it
)

progress = sa.Table(
    "progress",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False, comment="the last event that this was done for"),
    sqlite_with_rowid=False,
)

issues = sa.Table(
    "issues",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False, comment="of the first error; all that lead here: fingerprints"),
    sa.Column("algorithm", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("parts", sa.Text, nullable=False, comment="why: JSON [[part, value], …]"),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("culprit", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("component", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("handled", sa.Boolean),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("state_changed_at", sa.BigInteger),
    sa.Column("resolved_at", sa.BigInteger),
    sa.Column("regressed_at", sa.BigInteger),
    sa.Column("until_ts", sa.BigInteger, comment="ignored until an event is later than this"),
    sa.Column("until_events", sa.BigInteger, comment="ignored until this many events in all"),
    sa.Column("events", sa.BigInteger, nullable=False),
    sa.Column("sessions", sa.BigInteger, nullable=False),
    sa.Column("first_seen", sa.BigInteger, nullable=False),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    sa.Column("latest_event", sa.LargeBinary(16), nullable=False, comment="the event that title and level are from"),
    sa.Column("resolved_in", sa.Text, comment="the release that is said to have the fix"),
    sa.Index("issues_by_last_seen", "last_seen", "id"),
    sa.Index("issues_by_first_seen", "first_seen", "id"),
    sa.Index("issues_by_events", "events", "id"),
    sa.Index("issues_by_sessions", "sessions", "id"),
    sa.Index("issues_by_state", "state", "last_seen", "id"),
)

fingerprints = sa.Table(
    "fingerprints",
    metadata,
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("issue_id", sa.Text, sa.ForeignKey("issues.id", ondelete="CASCADE"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

issue_sessions = sa.Table(
    "issue_sessions",
    metadata,
    sa.Column("issue_id", sa.Text, sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("session_id", sa.Text, primary_key=True),
    sqlite_with_rowid=False,
)

issue_releases = sa.Table(
    "issue_releases",
    metadata,
    sa.Column("issue_id", sa.Text, sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("release", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("events", sa.BigInteger, nullable=False),
    sa.Column("first_seen", sa.BigInteger, nullable=False),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

issue_hours = sa.Table(
    "issue_hours",
    metadata,
    sa.Column("issue_id", sa.Text, sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("hour", sa.Integer, primary_key=True),
    sa.Column("events", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

rollups = sa.Table(
    "rollups",
    metadata,
    sa.Column("span", sa.Integer, primary_key=True, comment="hours: 1, or 24 for long ranges"),
    sa.Column("start", sa.Integer, primary_key=True, comment="the first hour"),
    sa.Column("type", sa.Text, primary_key=True),
    sa.Column("component", sa.Text, primary_key=True),
    sa.Column("release", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("events", sa.BigInteger, nullable=False),
    sa.Column("failures", sa.BigInteger, nullable=False, comment="of these, how many did not succeed"),
    sqlite_with_rowid=False,
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("release", sa.Text, nullable=False, comment="where several were seen, the last by name"),
    sa.Column("environment", sa.Text, nullable=False, comment="as release"),
    sa.Column("first_seen", sa.BigInteger, nullable=False),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    sa.Index("sessions_by_last_seen", "last_seen", "first_seen"),
    sqlite_with_rowid=False,
)

visits = sa.Table(
    "visits",
    metadata,
    sa.Column("session_id", sa.Text, primary_key=True),
    sa.Column("component", sa.Text, primary_key=True),
    sa.Column("first_seen", sa.BigInteger, nullable=False),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    sa.Index("visits_by_component", "component", "last_seen", "first_seen"),
    sqlite_with_rowid=False,
)

components = sa.Table(
    "components",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("first_seen", sa.BigInteger, nullable=False, comment="this is what puts releases in order"),
    sqlite_with_rowid=False,
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    sa.Column("outcome", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
