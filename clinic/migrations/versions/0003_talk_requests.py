"""talk requests."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    op.create_table('talk_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('reach_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('spoken_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('spoken_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_talk_request_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_talk_request_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_talk_request_practice_id_practice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['spoken_by_id'], ['person.id'], name=op.f('fk_talk_request_spoken_by_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_request'))
    )
    with op.batch_alter_table('talk_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_talk_request_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_talk_request_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_talk_request_practice_id'), ['practice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('talk_request')
