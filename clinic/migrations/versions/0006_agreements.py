"""agreements."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    op.create_table('agreement_text',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(length=60), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('value_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('saved_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('put_forward_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('opens_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_agreement_text_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_agreement_text_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_agreement_text_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_agreement_text_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_text'))
    )
    with op.batch_alter_table('agreement_text', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agreement_text_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_agreement_text_author_id'), ['author_id'], unique=False)
        batch_op.create_index('ix_agreement_text_couple', ['practice_id', 'couple_id', 'assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_agreement_text_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_agreement_text_practice_id'), ['practice_id'], unique=False)

    op.create_table('signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('agreement_text_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('counts_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agreement_text_id'], ['agreement_text.id'], name=op.f('fk_signature_agreement_text_id_agreement_text'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_signature_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_signature_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature')),
    sa.UniqueConstraint('agreement_text_id', 'person_id', name=op.f('uq_signature_agreement_text_id_person_id'))
    )
    with op.batch_alter_table('signature', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signature_agreement_text_id'), ['agreement_text_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_signature_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_signature_practice_id'), ['practice_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('signature', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signature_practice_id'))
        batch_op.drop_index(batch_op.f('ix_signature_person_id'))
        batch_op.drop_index(batch_op.f('ix_signature_agreement_text_id'))

    op.drop_table('signature')
    with op.batch_alter_table('agreement_text', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_agreement_text_practice_id'))
        batch_op.drop_index(batch_op.f('ix_agreement_text_couple_id'))
        batch_op.drop_index('ix_agreement_text_couple')
        batch_op.drop_index(batch_op.f('ix_agreement_text_author_id'))
        batch_op.drop_index(batch_op.f('ix_agreement_text_assignment_id'))

    op.drop_table('agreement_text')
