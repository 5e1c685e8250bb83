"""What got in the way of an exercise, and what a wish to talk is about."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'


def upgrade() -> None:
    with op.batch_alter_table('outcome', schema=None) as batch_op:
        batch_op.alter_column('tried', existing_type=sa.String(length=10), nullable=True)
        batch_op.add_column(sa.Column('barriers', sa.String(length=200), server_default='', nullable=False))
        batch_op.add_column(sa.Column('barrier_words_sealed', sa.LargeBinary(), nullable=True))
    with op.batch_alter_table('talk_request', schema=None) as batch_op:
        batch_op.add_column(sa.Column('about_sealed', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('talk_request', schema=None) as batch_op:
        batch_op.drop_column('about_sealed')
    op.execute("DELETE FROM outcome WHERE tried IS NULL")
    with op.batch_alter_table('outcome', schema=None) as batch_op:
        batch_op.drop_column('barrier_words_sealed')
        batch_op.drop_column('barriers')
        batch_op.alter_column('tried', existing_type=sa.String(length=10), nullable=False)
