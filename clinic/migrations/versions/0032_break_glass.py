"""Break-glass, and co-signing a decision."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0032'
down_revision = '0031'


def upgrade() -> None:
    op.create_table('break_glass',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('reader_id', sa.Uuid(), nullable=False),
    sa.Column('counsellor_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=True),
    sa.Column('about_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('asked_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Uuid(), nullable=True),
    sa.Column('granted_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('refused_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('ends_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('told_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_break_glass_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['counsellor_id'], ['person.id'], name=op.f('fk_break_glass_counsellor_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_break_glass_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_break_glass_decided_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_break_glass_practice_id_practice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reader_id'], ['person.id'], name=op.f('fk_break_glass_reader_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_break_glass'))
    )
    op.create_index(op.f('ix_break_glass_author_id'), 'break_glass', ['author_id'], unique=False)
    op.create_index(op.f('ix_break_glass_couple_id'), 'break_glass', ['couple_id'], unique=False)
    op.create_index(op.f('ix_break_glass_practice_id'), 'break_glass', ['practice_id'], unique=False)
    op.create_index('ix_break_glass_reader', 'break_glass', ['practice_id', 'reader_id', 'ends_at'], unique=False)
    op.create_table('decision_cosign',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_decision_cosign_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_decision_cosign_decision_id_decision'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_decision_cosign_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_cosign')),
    sa.UniqueConstraint('decision_id', 'author_id', name=op.f('uq_decision_cosign_decision_id_author_id'))
    )
    op.create_index(op.f('ix_decision_cosign_author_id'), 'decision_cosign', ['author_id'], unique=False)
    op.create_index(op.f('ix_decision_cosign_practice_id'), 'decision_cosign', ['practice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('decision_cosign')
    op.drop_table('break_glass')
