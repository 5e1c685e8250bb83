"""Since when a partner's own words are closed after a recovery, until the counsellor has made sure who it was."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0034'
down_revision = '0033'


def upgrade() -> None:
    op.add_column('person', sa.Column('words_closed_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('person', 'words_closed_at')
