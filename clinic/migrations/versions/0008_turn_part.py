"""turn_part: what one person sends at once in listening turns."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    op.create_table('turn_part',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('speaker', sa.String(length=1), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=60), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('value_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('choice', sa.String(length=20), nullable=True),
    sa.Column('saved_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('sent_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('opens_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('hidden_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_turn_part_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_turn_part_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_turn_part_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_turn_part_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_turn_part')),
    sa.UniqueConstraint('assignment_id', 'turn', 'speaker', 'step', 'round', name=op.f('uq_turn_part_assignment_id_turn_speaker_step_round'))
    )
    with op.batch_alter_table('turn_part', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_turn_part_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_turn_part_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index('ix_turn_part_couple_sent', ['practice_id', 'couple_id', 'sent_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_turn_part_practice_id'), ['practice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('turn_part')
