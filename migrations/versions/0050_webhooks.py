"""The outbox of events for other systems, subscriptions to it, and what became of each event there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _events()
    _subscriptions()
    _deliveries()


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_subscription(table: str, *, key: bool = False) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["webhook_subscription.id"], name=op.f(f"fk_{table}_subscription_id")
        ),
        *([sa.PrimaryKeyConstraint("subscription_id", name=op.f(f"pk_{table}"))] if key else []),
    )


def _events() -> None:
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Uuid(), nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        _at("at"),
        sa.Column("record_type", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("record_state", sa.String(length=24), nullable=False),
        sa.Column("about_case_id", sa.Uuid(), nullable=True),
        sa.Column("signal_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("clock", sa.String(length=60), nullable=True),
        _at("due_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
    )
    op.create_index("ix_webhook_event_place", "webhook_event", ["generation", "xid", "id"])
    op.create_index("ix_webhook_event_at", "webhook_event", ["at"])


def _subscriptions() -> None:
    op.create_table(
        "webhook_subscription",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        _at("created_at"),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("types", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_reason", sa.String(length=24), nullable=True),
        sa.CheckConstraint("cardinality(types) > 0", name=op.f("ck_webhook_subscription_some_type")),
        sa.ForeignKeyConstraint(["account_id"], ["app_user.id"], name=op.f("fk_webhook_subscription_account_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_webhook_subscription_created_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_webhook_subscription_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_subscription")),
    )
    for column in ("account_id", "changed_xid"):
        op.create_index(op.f(f"ix_webhook_subscription_{column}"), "webhook_subscription", [column])
    op.create_table(
        "webhook_secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_of_subscription("webhook_secret"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _at("created_at"),
        _at("expires_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_secret")),
    )
    op.create_index(op.f("ix_webhook_secret_subscription_id"), "webhook_secret", ["subscription_id"])
    op.create_table(
        "webhook_progress",
        *_of_subscription("webhook_progress", key=True),
        sa.Column("generation", sa.Uuid(), nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        _at("resume_at", nullable=True),
        _at("failing_since", nullable=True),
        _at("delivered_at", nullable=True),
        sa.Column("holder", sa.Uuid(), nullable=True),
        _at("leased_until", nullable=True),
    )


def _deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        *_of_subscription("webhook_delivery"),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        _at("at"),
        _at("due_at"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _at("first_tried_at", nullable=True),
        _at("last_tried_at", nullable=True),
        _at("ended_at", nullable=True),
        sa.Column("result", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("subscription_id", "event_id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        "ix_webhook_delivery_due",
        "webhook_delivery",
        ["subscription_id", "due_at"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_webhook_delivery_newest", "webhook_delivery", ["subscription_id", "at", "event_id"])
    op.create_table(
        "webhook_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_of_subscription("webhook_attempt"),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        _at("at"),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(length=32), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempt")),
    )
    op.create_index("ix_webhook_attempt_newest", "webhook_attempt", ["subscription_id", "at", "id"])
