"""The first tables: events, issues and what they add up to."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    _create_events()
    _create_issues()
    _create_issue_details()
    _create_counts()


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("release", sa.Text(), nullable=False, comment="empty when the event names none"),
        sa.Column("environment", sa.Text(), nullable=False, comment="empty when the event names none"),
        sa.Column("label", sa.Text(), nullable=False, comment="kind of an error, action or name of the others"),
        sa.Column("ok", sa.Boolean(), nullable=True, comment="handled, or success"),
        sa.Column("level", sa.Text(), nullable=True, comment="of an error"),
        sa.Column("issue_id", sa.Text(), nullable=True, comment="of an error"),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="the whole event as JSON, scrubbed"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("events_by_component", "events", ["type", "component", "ts", "seq"], unique=False)
    op.create_index("events_by_environment", "events", ["type", "environment", "ts", "seq"], unique=False)
    op.create_index("events_by_issue", "events", ["issue_id", "ts", "seq"], unique=False)
    op.create_index("events_by_label", "events", ["type", "label", "ts", "seq"], unique=False)
    op.create_index("events_by_level", "events", ["type", "level", "ts", "seq"], unique=False)
    op.create_index("events_by_release", "events", ["type", "release", "ts", "seq"], unique=False)
    op.create_index("events_by_session", "events", ["session_id", "type", "ts", "seq"], unique=False)
    op.create_index("events_by_success", "events", ["type", "ok", "ts", "seq"], unique=False)
    op.create_index("events_by_time", "events", ["type", "ts", "seq"], unique=False)


def _create_issues() -> None:
    op.create_table(
        "issues",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "fingerprint", sa.Text(), nullable=False, comment="of the first error; all that lead here: fingerprints"
        ),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False, comment="why: JSON [[part, value], …]"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("culprit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("handled", sa.Boolean(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_changed_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("regressed_at", sa.BigInteger(), nullable=True),
        sa.Column("until_ts", sa.BigInteger(), nullable=True, comment="ignored until an event is later than this"),
        sa.Column("until_events", sa.BigInteger(), nullable=True, comment="ignored until this many events in all"),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("sessions", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column(
            "latest_event", sa.LargeBinary(length=16), nullable=False, comment="the event that title and level are from"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("issues_by_events", "issues", ["events", "id"], unique=False)
    op.create_index("issues_by_first_seen", "issues", ["first_seen", "id"], unique=False)
    op.create_index("issues_by_last_seen", "issues", ["last_seen", "id"], unique=False)
    op.create_index("issues_by_sessions", "issues", ["sessions", "id"], unique=False)


def _create_issue_details() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("fingerprint"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_fingerprints_issue_id"), "fingerprints", ["issue_id"], unique=False)
    op.create_table(
        "issue_hours",
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "hour"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "issue_releases",
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "release", "environment"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "issue_sessions",
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "session_id"),
        sqlite_with_rowid=False,
    )


def _create_counts() -> None:
    op.create_table(
        "components",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outcomes",
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("outcome", "reason"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "progress",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="the last event that this was done for"),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollups",
        sa.Column("span", sa.Integer(), nullable=False, comment="hours: 1, or 24 for long ranges"),
        sa.Column("start", sa.Integer(), nullable=False, comment="the first hour"),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False, comment="of these, how many did not succeed"),
        sa.PrimaryKeyConstraint("span", "start", "type", "component", "release", "environment"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False, comment="where several were seen, the last by name"),
        sa.Column("environment", sa.Text(), nullable=False, comment="as release"),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("sessions_by_last_seen", "sessions", ["last_seen", "first_seen"], unique=False)
    op.create_table(
        "visits",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "component"),
        sqlite_with_rowid=False,
    )
    op.create_index("visits_by_component", "visits", ["component", "last_seen", "first_seen"], unique=False)
