"""The order of releases, in which one an issue is resolved, issues by state; indexes of what events do have."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_FROM_ROLLUPS = """
    INSERT INTO releases (name, first_seen)
    SELECT release, min(start) * 3600000 FROM rollups WHERE span = 1 AND release <> '' GROUP BY release
"""

_PARTIAL = {
    "events_by_release": (["type", "release", "ts", "seq"], "release <> ''"),
    "events_by_environment": (["type", "environment", "ts", "seq"], "environment <> ''"),
    "events_by_level": (["type", "level", "ts", "seq"], "level <> ''"),
    "events_by_success": (["type", "ok", "ts", "seq"], "ok IS NOT NULL"),
    "events_by_session": (["session_id", "type", "ts", "seq"], "session_id IS NOT NULL"),
    "events_by_issue": (["issue_id", "ts", "seq"], "issue_id IS NOT NULL"),
}


def upgrade() -> None:
    """Add them; of releases seen so far the hour is known."""
    for name, (columns, where) in _PARTIAL.items():
        op.drop_index(name, "events")
        op.create_index(name, "events", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        "releases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False, comment="this is what puts releases in order"),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.execute(_FROM_ROLLUPS)
    op.add_column(
        "issues", sa.Column("resolved_in", sa.Text(), nullable=True, comment="the release that is said to have the fix")
    )
    op.create_index("issues_by_state", "issues", ["state", "last_seen", "id"], unique=False)
