"""Questionnaires: the practice's wording, where they are in use, and what a partner answered."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0020'
down_revision = '0019'


def upgrade() -> None:
    op.create_table('instrument_wording',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_instrument_wording_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_instrument_wording_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument_wording')),
    sa.UniqueConstraint('practice_id', 'name', 'version', name=op.f('uq_instrument_wording_practice_id_name_version'))
    )
    with op.batch_alter_table('instrument_wording', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_instrument_wording_by_id'), ['by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instrument_wording_practice_id'), ['practice_id'], unique=False)

    op.create_table('instrument_use',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('began_on', sa.Date(), nullable=False),
    sa.Column('ended_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_instrument_use_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_instrument_use_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_instrument_use_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument_use'))
    )
    with op.batch_alter_table('instrument_use', schema=None) as batch_op:
        batch_op.create_index('ix_instrument_use_couple', ['practice_id', 'couple_id', 'name'], unique=False)
        for column in ('by_id', 'couple_id', 'practice_id'):
            batch_op.create_index(batch_op.f(f'ix_instrument_use_{column}'), [column], unique=False)

    op.create_table('instrument_answer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('round_on', sa.Date(), nullable=False),
    sa.Column('wording_id', sa.Uuid(), nullable=False),
    sa.Column('answered_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('saved_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('items_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_instrument_answer_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_instrument_answer_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_instrument_answer_practice_id_practice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['wording_id'], ['instrument_wording.id'], name=op.f('fk_instrument_answer_wording_id_instrument_wording'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument_answer')),
    sa.UniqueConstraint('author_id', 'name', 'round_on', name=op.f('uq_instrument_answer_author_id_name_round_on'))
    )
    with op.batch_alter_table('instrument_answer', schema=None) as batch_op:
        batch_op.create_index('ix_instrument_answer_couple', ['practice_id', 'couple_id', 'name'], unique=False)
        for column in ('author_id', 'couple_id', 'practice_id', 'wording_id'):
            batch_op.create_index(batch_op.f(f'ix_instrument_answer_{column}'), [column], unique=False)


def downgrade() -> None:
    op.drop_table('instrument_answer')
    op.drop_table('instrument_use')
    op.drop_table('instrument_wording')
