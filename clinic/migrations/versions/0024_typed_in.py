"""Who typed in an answer that came on paper."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'


def upgrade() -> None:
    op.add_column('response', sa.Column('typed_by_id', sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column('response', 'typed_by_id')
