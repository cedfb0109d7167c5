"""Answers to children: the wish, the answers and their words, what became of them, and stops."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

LISTS = ("answer_failure", "answer_means", "answer_reader", "answer_receipt", "answer_refusal")
UNDER_WAY = sa.text("state in ('waiting', 'ready', 'held')")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _keys(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [target.replace("__", ".")], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def upgrade() -> None:
    for name in LISTS:
        op.create_table(
            f"code_{name}",
            sa.Column("code", sa.Text(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("list_version", sa.Integer(), nullable=False),
            sa.Column("valid_from", sa.Date(), nullable=True),
            sa.Column("valid_until", sa.Date(), nullable=True),
            sa.Column("label_kk", sa.Text(), nullable=True),
            sa.Column("label_ru", sa.Text(), nullable=True),
            sa.Column("label_en", sa.Text(), nullable=True),
            sa.PrimaryKeyConstraint("code", name=op.f(f"pk_code_{name}")),
        )
    _wish()
    _answer()
    _parts()


def _wish() -> None:
    op.create_table(
        "answer_wish",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _moment("told_at"),
        sa.Column("wanted", sa.Boolean(), nullable=True),
        sa.Column("refused_because", sa.String(), nullable=True),
        sa.Column("means", sa.String(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("reads", sa.String(), nullable=False),
        sa.Column("safe_times", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("in_session", sa.Boolean(), nullable=False),
        sa.CheckConstraint("language in ('kk', 'ru')", name=op.f("ck_answer_wish_language_answered_in")),
        *_keys(
            "answer_wish",
            contact_id="contact.id",
            sender_id="app_user.id",
            refused_because="code_answer_refusal.code",
            means="code_answer_means.code",
            reads="code_answer_reader.code",
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_answer_wish")),
    )


def _answer() -> None:
    table = "contact_answer"
    op.create_table(
        table,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=True),
        sa.Column("template_version", sa.Integer(), nullable=True),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("wish_revision", sa.Integer(), nullable=False),
        sa.Column("bars", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _moment("due_at", nullable=True),
        _moment("prepared_at"),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=False),
        _moment("announced_at", nullable=True),
        _moment("fetched_at", nullable=True),
        _moment("ended_at", nullable=True),
        _moment("withdrawn_at", nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(template is null) = (template_version is null)", name=op.f("ck_contact_answer_template_with_version")
        ),
        sa.CheckConstraint(
            "(withdrawn_at is null) = (withdrawn_by_id is null)", name=op.f("ck_contact_answer_withdrawn_by_somebody")
        ),
        *_keys(
            table,
            contact_id="contact.id",
            signal_id="signal.id",
            means="code_answer_means.code",
            prepared_by_id="app_user.id",
            withdrawn_by_id="app_user.id",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_answer")),
    )
    for column in ("changed_xid", "contact_id", "signal_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.create_index("uq_contact_answer_under_way", table, ["contact_id"], unique=True, postgresql_where=UNDER_WAY)
    op.create_index("ix_contact_answer_due", table, ["due_at", "id"], unique=False, postgresql_where=UNDER_WAY)


def _parts() -> None:
    op.create_table(
        "answer_text",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        *_keys("answer_text", answer_id="contact_answer.id", signal_id="signal.id"),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_answer_text")),
    )
    op.create_table(
        "answer_receipt",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        _moment("occurred_at"),
        _moment("received_at"),
        sa.CheckConstraint(
            "(kind = 'not_delivered') = (failure is not null)", name=op.f("ck_answer_receipt_failure_with_kind")
        ),
        *_keys(
            "answer_receipt",
            answer_id="contact_answer.id",
            signal_id="signal.id",
            kind="code_answer_receipt.code",
            failure="code_answer_failure.code",
        ),
        sa.PrimaryKeyConstraint("answer_id", "receipt_id", name=op.f("pk_answer_receipt")),
    )
    op.create_table(
        "answer_stop",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _moment("set_at"),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        _moment("lifted_at", nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(lifted_at is null) = (lift_reason is null)", name=op.f("ck_answer_stop_lifted_whole")),
        *_keys("answer_stop", signal_id="signal.id", set_by_id="app_user.id", lifted_by_id="app_user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_stop")),
    )
    op.create_index(op.f("ix_answer_stop_changed_xid"), "answer_stop", ["changed_xid"], unique=False)
    standing = sa.text("lifted_at is null")
    op.create_index("uq_answer_stop_standing", "answer_stop", ["signal_id"], unique=True, postgresql_where=standing)
    for table in ("answer_text", "answer_receipt", "answer_stop"):
        op.create_index(op.f(f"ix_{table}_signal_id"), table, ["signal_id"], unique=False)


def downgrade() -> None:
    for table in ("answer_stop", "answer_receipt", "answer_text", "contact_answer", "answer_wish"):
        op.drop_table(table)
    for name in LISTS:
        op.drop_table(f"code_{name}")
