"""A break-glass request that came to nothing loses its words."""

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0036'

WORDS = ('about_sealed', 'reason_sealed')


def upgrade() -> None:
    with op.batch_alter_table('break_glass', schema=None) as batch_op:
        for name in WORDS:
            batch_op.alter_column(name, existing_type=sa.LargeBinary(), nullable=True)


def downgrade() -> None:
    # A request without its words says nothing that an older program could show.
    op.execute("DELETE FROM break_glass WHERE about_sealed IS NULL OR reason_sealed IS NULL")
    with op.batch_alter_table('break_glass', schema=None) as batch_op:
        for name in WORDS:
            batch_op.alter_column(name, existing_type=sa.LargeBinary(), nullable=False)
