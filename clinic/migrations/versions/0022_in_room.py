"""A sign-in that shows its screen to a couple reaches that couple's room alone until it has left."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0022'
down_revision = '0021'


def upgrade() -> None:
    op.add_column('sign_in', sa.Column('in_room_since', clinic.extensions.UTCDateTime(timezone=True), nullable=True))
    op.add_column('sign_in', sa.Column('room_couple_id', sa.Uuid(), nullable=True))
    op.add_column('sign_in', sa.Column('room_shows', sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column('sign_in', 'room_shows')
    op.drop_column('sign_in', 'room_couple_id')
    op.drop_column('sign_in', 'in_room_since')
