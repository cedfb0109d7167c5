"""Two persons for what lets an account come in or see more; start codes in two halves; notices of accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from casemgmt.db.base import Xid8

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "account_change",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("nationwide", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("to_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("scopes", ARRAY(sa.Text()), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("first_digest", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        _moment("requested_at"),
        _moment("expires_at"),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        _moment("decided_at", nullable=True),
        sa.CheckConstraint(
            "kind in ('role', 'start', 'machine', 'identity', 'body', 'activation', 'scopes')",
            name=op.f("ck_account_change_kind_known"),
        ),
        sa.CheckConstraint(
            "(kind = 'role') = (role is not null) and (kind = 'body') = (to_organisation_id is not null)"
            " and (kind = 'identity') = (issuer is not null) and (issuer is null) = (subject is null)"
            " and (kind = 'machine') = (days is not null) and (kind = 'scopes' or scopes is null)"
            " and (kind in ('start', 'machine')) = (first_digest is not null)",
            name=op.f("ck_account_change_says_what_it_is"),
        ),
        sa.CheckConstraint(
            "requested_by_id <> user_id and decided_by_id <> user_id", name=op.f("ck_account_change_not_for_oneself")
        ),
        sa.CheckConstraint("decided_by_id <> requested_by_id", name=op.f("ck_account_change_two_persons")),
        sa.CheckConstraint(
            "(state in ('granted', 'declined')) = (decided_by_id is not null)"
            " and (decided_by_id is null) = (decided_at is null)",
            name=op.f("ck_account_change_decided_by_somebody"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_account_change_{column}"))
            for column, target in (
                ("user_id", "app_user.id"),
                ("organisation_id", "organisation.id"),
                ("to_organisation_id", "organisation.id"),
                ("requested_by_id", "app_user.id"),
                ("decided_by_id", "app_user.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
    )
    op.create_index(op.f("ix_account_change_changed_xid"), "account_change", ["changed_xid"])
    op.create_index(op.f("ix_account_change_user_id"), "account_change", ["user_id"])
    op.create_index("ix_account_change_requested", "account_change", ["requested_at", "id"])
    op.create_index("ix_account_change_body", "account_change", ["organisation_id", "requested_at", "id"])
    op.create_index(
        "uq_account_change_open",
        "account_change",
        ["user_id", "kind", "role", "subject"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "start_code",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        _moment("made_at"),
        _moment("expires_at"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_start_code_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_start_code")),
    )
    op.create_table(
        "account_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        _moment("at"),
        _moment("read_at", nullable=True),
        sa.ForeignKeyConstraint(["reader_id"], ["app_user.id"], name=op.f("fk_account_notice_reader_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_account_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_notice")),
    )
    op.create_index("ix_account_notice_reader", "account_notice", ["reader_id", "at", "id"])
    op.create_index(op.f("ix_account_notice_user_id"), "account_notice", ["user_id"])
    _second_person()
    op.add_column("role_grant", sa.Column("nationwide", sa.Boolean(), nullable=False, server_default="true"))
    op.alter_column("role_grant", "nationwide", server_default=None)
    # Kept answers of before had fingerprints without a key, from which a short body could be guessed. A request that is
    # repeated across this step is refused; it is never done twice.
    op.execute("UPDATE idempotency_key SET fingerprint = ''")


def _second_person() -> None:
    for table, first in (("user_role", "granted_by_id"), ("identity_link", "linked_by_id")):
        op.add_column(table, sa.Column("approved_by_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_approved_by_id"), table, "app_user", ["approved_by_id"], ["id"])
        op.create_check_constraint(
            op.f(f"ck_{table}_second_person"), table, f"approved_by_id <> user_id and approved_by_id <> {first}"
        )
    op.add_column("client_secret", sa.Column("approved_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_client_secret_approved_by_id"), "client_secret", "app_user", ["approved_by_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_client_secret_second_person"), "client_secret", "approved_by_id <> created_by_id"
    )


def downgrade() -> None:
    op.drop_column("role_grant", "nationwide")
    for table in ("user_role", "identity_link", "client_secret"):
        op.drop_column(table, "approved_by_id")
    op.drop_table("account_notice")
    op.drop_table("start_code")
    op.drop_table("account_change")
