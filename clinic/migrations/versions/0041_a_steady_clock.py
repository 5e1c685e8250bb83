"""The worker writes down since when its clock runs on without a jump."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0041'
down_revision = '0040'


def upgrade() -> None:
    op.add_column('worker_beat', sa.Column('steady_since', clinic.extensions.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('worker_beat', 'steady_since')
