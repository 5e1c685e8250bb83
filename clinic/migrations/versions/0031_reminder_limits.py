"""How often and when a practice lets reminders go at most."""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'


def upgrade() -> None:
    op.add_column('practice', sa.Column('reminder_first_hour', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('practice', sa.Column('reminder_last_hour', sa.Integer(), nullable=False, server_default='23'))
    op.add_column('practice', sa.Column('reminder_days', sa.Integer(), nullable=False, server_default='7'))


def downgrade() -> None:
    op.drop_column('practice', 'reminder_days')
    op.drop_column('practice', 'reminder_last_hour')
    op.drop_column('practice', 'reminder_first_hour')
