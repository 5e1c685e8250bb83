"""A partner may ask for their account to be deleted; a second person sees to it."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0016'
down_revision = '0015'


def upgrade() -> None:
    op.create_table('erasure',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('erased_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('approved_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['approved_by_id'], ['person.id'], name=op.f('fk_erasure_approved_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_erasure_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_erasure_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_erasure_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure'))
    )
    with op.batch_alter_table('erasure', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_erasure_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_erasure_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_erasure_practice_id'), ['practice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('erasure')
