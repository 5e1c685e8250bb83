"""A partner can ask for a pause."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0014'
down_revision = '0013'


def upgrade() -> None:
    op.create_table('pause',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('until', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('returned_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_pause_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_pause_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_pause_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pause'))
    )
    with op.batch_alter_table('pause', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pause_author_id'), ['author_id'], unique=False)
        batch_op.create_index('ix_pause_couple_asked', ['practice_id', 'couple_id', 'asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_pause_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pause_practice_id'), ['practice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('pause')
