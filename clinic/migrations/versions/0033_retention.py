"""How long a practice keeps a closed record."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0033'
down_revision = '0032'


def upgrade() -> None:
    op.add_column('practice', sa.Column('keep_months', sa.Integer(), nullable=True))
    op.add_column('practice', sa.Column('keep_set_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('practice', 'keep_set_at')
    op.drop_column('practice', 'keep_months')
