"""What a couple's row on the board is told from, kept so that the board need not count whole histories."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions
from clinic.postgresql import guarding

revision = '0042'
down_revision = '0041'


def upgrade() -> None:
    op.create_table(
        'couple_summary',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('practice_id', sa.Uuid(), nullable=False),
        sa.Column('changes', sa.Integer(), nullable=False),
        sa.Column('made_by', sa.String(length=64), nullable=True),
        sa.Column('kept_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
        sa.Column('good_until', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
        sa.Column('told_sealed', sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ['id'], ['couple.id'], name=op.f('fk_couple_summary_id_couple'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['practice_id'], ['practice.id'], name=op.f('fk_couple_summary_practice_id_practice'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_couple_summary')),
    )
    with op.batch_alter_table('couple_summary', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_couple_summary_practice_id'), ['practice_id'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        for statement in guarding('couple_summary'):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table('couple_summary')
