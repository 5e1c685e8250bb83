"""The worker writes down for how many couples it could not do its work."""

import sqlalchemy as sa
from alembic import op

revision = '0043'
down_revision = '0042'


def upgrade() -> None:
    op.add_column('worker_beat', sa.Column('failed', sa.Integer(), nullable=False, server_default='0'))


def downgrade() -> None:
    op.drop_column('worker_beat', 'failed')
