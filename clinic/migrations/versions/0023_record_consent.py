"""What a partner lets go into a record of the couple that is handed on."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0023'
down_revision = '0022'


def upgrade() -> None:
    op.create_table('record_consent',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('choice', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_record_consent_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_record_consent_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_record_consent_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record_consent'))
    )
    with op.batch_alter_table('record_consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_record_consent_author_id'), ['author_id'], unique=False)
        batch_op.create_index('ix_record_consent_couple', ['practice_id', 'couple_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_record_consent_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_record_consent_practice_id'), ['practice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('record_consent')
