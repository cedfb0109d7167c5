"""A place in a mobile group opens its signals: two persons give it."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_KINDS = "'role', 'start', 'machine', 'identity', 'body', 'activation', 'scopes'"


def _what_it_is(group: str) -> str:
    return (
        "(kind = 'role') = (role is not null) and (kind = 'body') = (to_organisation_id is not null)"
        " and (kind = 'identity') = (issuer is not null) and (issuer is null) = (subject is null)"
        " and (kind = 'machine') = (days is not null) and (kind = 'scopes' or scopes is null)"
        " and (kind in ('start', 'machine')) = (first_digest is not null)" + group
    )


def _hold(kinds: str, group: str) -> None:
    for name, condition in (("kind_known", f"kind in ({kinds})"), ("says_what_it_is", _what_it_is(group))):
        op.drop_constraint(op.f(f"ck_account_change_{name}"), "account_change")
        op.create_check_constraint(op.f(f"ck_account_change_{name}"), "account_change", condition)


def upgrade() -> None:
    op.add_column("account_change", sa.Column("group_id", sa.Uuid(), nullable=True))
    op.add_column("account_change", sa.Column("sector", sa.String(), nullable=True))
    op.add_column("account_change", sa.Column("is_lead", sa.Boolean(), nullable=True))
    op.create_foreign_key(op.f("fk_account_change_group_id"), "account_change", "mobile_group", ["group_id"], ["id"])
    op.create_foreign_key(op.f("fk_account_change_sector"), "account_change", "code_sector", ["sector"], ["code"])
    _hold(
        f"{_KINDS}, 'group'",
        " and (kind = 'group') = (group_id is not null) and (group_id is null) = (sector is null)"
        " and (group_id is null) = (is_lead is null)",
    )
    op.drop_index("uq_account_change_open", "account_change")
    op.create_index(
        "uq_account_change_open",
        "account_change",
        ["user_id", "kind", "role", "subject", "group_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    _hold(_KINDS, "")
    op.drop_index("uq_account_change_open", "account_change")
    op.create_index(
        "uq_account_change_open",
        "account_change",
        ["user_id", "kind", "role", "subject"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        postgresql_nulls_not_distinct=True,
    )
    for column in ("is_lead", "sector", "group_id"):
        op.drop_column("account_change", column)
