"""A sign-in knows that its phone was handed to somebody else, until its owner gives the pass-phrase."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0019'
down_revision = '0018'


def upgrade() -> None:
    op.add_column('sign_in', sa.Column('passed_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('sign_in', 'passed_at')
