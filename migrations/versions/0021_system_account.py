"""The account of the service itself, by which background jobs act: it belongs to no body."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KIND = "ck_app_user_kind_known"


def upgrade() -> None:
    op.drop_constraint(op.f(_KIND), "app_user", type_="check")
    op.create_check_constraint(op.f(_KIND), "app_user", "kind in ('person', 'service', 'system')")
    op.alter_column("app_user", "organisation_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_app_user_system_without_body"), "app_user", "(kind = 'system') = (organisation_id is null)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_app_user_system_without_body"), "app_user", type_="check")
    op.alter_column("app_user", "organisation_id", nullable=False)
    op.drop_constraint(op.f(_KIND), "app_user", type_="check")
    op.create_check_constraint(op.f(_KIND), "app_user", "kind in ('person', 'service')")
