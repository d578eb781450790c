"""Every tool call with who decided on it, statistics, attachments; questions of servers; what was allowed exactly."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make and change the tables."""
    _make_calls()
    _make_stats()
    _make_attachments()
    op.add_column("permissions", sa.Column("fingerprint", sa.Text()))
    with op.batch_alter_table("approvals") as table:
        table.alter_column("run_id", existing_type=sa.Text(), nullable=True)
        table.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default="tool"))
        table.add_column(sa.Column("schema", sa.Text()))
        table.add_column(sa.Column("content", sa.Text()))
        table.add_column(sa.Column("fingerprint", sa.Text()))


def _make_calls() -> None:
    op.create_table(
        "tool_calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text()),
        sa.Column("session_id", sa.Text()),
        sa.Column("step", sa.Integer()),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text()),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text()),
        sa.Column("approval_id", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text()),
        sa.Column("error_detail", sa.Text()),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.Float()),
        sa.Column("request_id", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("tool_calls_by_status", "tool_calls", ["status"])
    op.create_index("tool_calls_by_time", "tool_calls", ["started_at", "id"])
    op.create_index("tool_calls_by_run", "tool_calls", ["run_id", "started_at", "id"])
    op.create_index("tool_calls_by_tool", "tool_calls", ["tool", "started_at", "id"])


def _make_stats() -> None:
    op.create_table(
        "tool_stats",
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("durations", sa.Text(), nullable=False),
        sa.Column("last_called_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tool"),
    )


def _make_attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text()),
        sa.Column("mime_type", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ref"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
    )
    op.create_index("attachments_by_run", "attachments", ["run_id", "created_at"])
