"""The fixed reply to what the other partner opened."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0029'
down_revision = '0028'


def upgrade() -> None:
    op.create_table('reply',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('sent_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('opens_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_reply_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_reply_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_reply_practice_id_practice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_reply_response_id_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply')),
    sa.UniqueConstraint('response_id', name=op.f('uq_reply_response_id'))
    )
    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reply_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reply_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reply_practice_id'), ['practice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('reply')
