"""When each host's worker last finished a round, and what it left waiting."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0036'
down_revision = '0035'


def upgrade() -> None:
    op.create_table(
        'worker_beat',
        sa.Column('host', sa.String(length=64), nullable=False),
        sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
        sa.Column('mails_waiting', sa.Integer(), nullable=False),
        sa.Column('oldest_due_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('host', name=op.f('pk_worker_beat')),
    )


def downgrade() -> None:
    op.drop_table('worker_beat')
