"""A half sign-in may begin with a link in a mail."""

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'


def upgrade() -> None:
    with op.batch_alter_table('half_sign_in', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mailed', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    # Without the mark the token in a mail would count as a pass-phrase that was given.
    op.execute("DELETE FROM half_sign_in WHERE mailed")
    with op.batch_alter_table('half_sign_in', schema=None) as batch_op:
        batch_op.drop_column('mailed')
