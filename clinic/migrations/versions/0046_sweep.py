"""When PostgreSQL's files were last swept of what was erased, so that nothing is forgotten until it was."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0046'
down_revision = '0045'


def upgrade() -> None:
    op.create_table(
        'sweep',
        sa.Column('night', sa.Date(), nullable=False),
        sa.Column('whole_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('night', name=op.f('pk_sweep')),
    )


def downgrade() -> None:
    op.drop_table('sweep')
