"""What persons were called earlier, by which numbers they were known, and the list of grounds."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_identity_change_ground",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_identity_change_ground")),
    )
    for table in ("former_name", "sealed_name"):
        names = [sa.Column(name, sa.String(), nullable=True) for name in ("family_name", "given_name", "patronymic")]
        held = [sa.Column("match_key", sa.String(), nullable=False), sa.Column("since", sa.Date(), nullable=True)]
        _create(table, [*names, *held], "match_key")
    number = [
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("mask", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
    ]
    _create("former_iin", number, "number")


def _create(table: str, said: list[sa.Column[object]], found_by: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *said,
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("document", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in (
                ("person_id", "person.id"),
                ("ground", "code_identity_change_ground.code"),
                ("recorded_by_id", "app_user.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for column in ("person_id", found_by):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    for table in ("former_iin", "sealed_name", "former_name"):
        op.drop_table(table)
    op.drop_table("code_identity_change_ground")
