"""A response that was taken back says so, and its author carries on where they left off: at its end."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "response",
        sa.Column("taken_back_at", clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_column("taken_back_at")
