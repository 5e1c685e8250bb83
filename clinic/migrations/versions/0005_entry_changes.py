"""Who sees an entry has a history, as it has for a response.

An entry keeps the level that was chosen first. Rows from before keep the one they had, which opens when it did.
"""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    op.create_table(
        "entry_change",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("to", sa.String(length=20), nullable=False),
        sa.Column("at", clinic.extensions.UTCDateTime(timezone=True), nullable=False),
        sa.Column("takes_effect_at", clinic.extensions.UTCDateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", clinic.extensions.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_entry_change_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_entry_change_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_change")),
    )
    with op.batch_alter_table("entry_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_change_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_change_practice_id"), ["practice_id"], unique=False)


def downgrade() -> None:
    # Without its history an entry has the level it ends at. What is still on its way to the partner is kept back.
    changes = sa.table(
        "entry_change",
        *(sa.column(name) for name in ("entry_id", "to", "at", "takes_effect_at", "cancelled_at")),
    )
    entry = sa.table("entry", sa.column("id"), sa.column("visibility"))
    counting = (
        sa.select(changes.c.entry_id, changes.c.to)
        .where(changes.c.cancelled_at.is_(None), changes.c.takes_effect_at <= sa.func.current_timestamp())
        .order_by(changes.c.takes_effect_at)
    )
    for entry_id, to in op.get_bind().execute(counting).all():
        op.execute(sa.update(entry).where(entry.c.id == entry_id).values(visibility=to))
    op.drop_table("entry_change")
