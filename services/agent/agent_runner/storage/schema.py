"""The agent's tables. Times are milliseconds since 1970, JSON is text; migrations make what stands here."""

from typing import Any

import orjson
import sqlalchemy as sa
from kit.jsontypes import Json

metadata = sa.MetaData()


class JsonText(sa.TypeDecorator[Json]):
    """A JSON value as text: the same bytes on SQLite and PostgreSQL, encoded by orjson."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To the database."""
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Json:  # noqa: ARG002
        """From the database."""
        return None if value is None else orjson.loads(value)


runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("session_id", sa.Text),
    sa.Column("parent_run_id", sa.Text),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("started_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("input_tokens", sa.BigInteger, nullable=False),
    sa.Column("output_tokens", sa.BigInteger, nullable=False),
    sa.Column("step_count", sa.Integer, nullable=False),
    sa.Column("error_code", sa.Text),
    sa.Column("error_detail", sa.Text),
    sa.Column("metadata", JsonText, nullable=False),
    sa.Column("search", sa.Text, nullable=False),  # the beginning of what was asked, casefolded
    sa.Index("runs_by_time", "created_at", "id"),
    sa.Index("runs_by_status", "status", "created_at", "id"),
    sa.Index("runs_by_session", "session_id", "created_at", "id"),
)

# Apart from `runs`: lists never read these, and they are large.
run_bodies = sa.Table(
    "run_bodies",
    metadata,
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("request", JsonText, nullable=False),
    sa.Column("output", sa.Text),
    sa.Column("transcript", JsonText),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("ts", sa.BigInteger, nullable=False),
    sa.Column("data", JsonText, nullable=False),
    sqlite_with_rowid=False,
)

results = sa.Table(
    "results",
    metadata,
    sa.Column("ref", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Index("results_by_run", "run_id"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("pinned", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
    sa.Index("sessions_by_time", "updated_at", "id"),
)

approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE")),  # null: of a direct call
    sa.Column("session_id", sa.Text),
    sa.Column("call_id", sa.Text, nullable=False),
    sa.Column("tool", sa.Text, nullable=False),
    sa.Column("arguments", JsonText, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("decided_at", sa.BigInteger),
    sa.Column("decision", sa.Text),
    sa.Column("decision_reason", sa.Text),
    sa.Column("kind", sa.Text, nullable=False, server_default="tool"),
    sa.Column("schema", JsonText),
    sa.Column("content", JsonText),
    sa.Column("fingerprint", sa.Text),
    sa.Index("approvals_by_status", "status", "created_at", "id"),
    sa.Index("approvals_by_time", "created_at", "id"),
    sa.Index("approvals_by_run", "run_id"),
)

permissions = sa.Table(
    "permissions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("pattern", sa.Text, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("session_id", sa.Text),  # null: for all sessions
    sa.Column("approval_id", sa.Text),  # null: a rule someone wrote, no remembered decision
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("fingerprint", sa.Text),  # null: holds whatever the definition of the tool
    sa.Index("permissions_by_time", "created_at", "id"),
)

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("method", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("body_hash", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index("receipts_by_time", "created_at"),
)

mcp_servers = sa.Table(
    "mcp_servers",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("definition", JsonText, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)

# Apart from the definitions: servers of the configuration file have a row here, and none there.
mcp_states = sa.Table(
    "mcp_states",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("enabled", sa.Boolean),  # null: as the definition says
    sa.Column("breaker", JsonText),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)

attachments = sa.Table(
    "attachments",
    metadata,
    sa.Column("ref", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE")),  # null: of a direct call
    sa.Column("mime_type", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index("attachments_by_run", "run_id", "created_at"),
)

# The audit trail outlives the runs that it tells of.
tool_calls = sa.Table(
    "tool_calls",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text),  # null: a direct call
    sa.Column("session_id", sa.Text),
    sa.Column("step", sa.Integer),
    sa.Column("call_id", sa.Text, nullable=False),
    sa.Column("tool", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text),
    sa.Column("arguments", JsonText, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("rule_id", sa.Text),
    sa.Column("approval_id", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("error_code", sa.Text),
    sa.Column("error_detail", sa.Text),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("duration_ms", sa.Float),
    sa.Column("request_id", sa.Text),
    sa.Index("tool_calls_by_status", "status"),
    sa.Index("tool_calls_by_time", "started_at", "id"),
    sa.Index("tool_calls_by_run", "run_id", "started_at", "id"),
    sa.Index("tool_calls_by_tool", "tool", "started_at", "id"),
)

tool_stats = sa.Table(
    "tool_stats",
    metadata,
    sa.Column("tool", sa.Text, primary_key=True),
    sa.Column("calls", sa.BigInteger, nullable=False),
    sa.Column("failures", sa.BigInteger, nullable=False),
    sa.Column("durations", JsonText, nullable=False),  # of the newest calls, in milliseconds
    sa.Column("last_called_at", sa.BigInteger, nullable=False),
)
