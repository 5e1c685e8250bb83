"""When each host's worker last finished a round."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0038'
down_revision = '0033'


def upgrade() -> None:
    op.create_table(
        'worker_beat',
        sa.Column('host', sa.String(length=64), nullable=False),
        sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('host', name=op.f('pk_worker_beat')),
    )


def downgrade() -> None:
    op.drop_table('worker_beat')
