"""When the pass-phrase was last given again within a sign-in, for what asks for it afresh."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column(
        "sign_in",
        sa.Column("confirmed_at", clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_column("confirmed_at")
