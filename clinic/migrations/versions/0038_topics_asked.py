"""When each partner was asked alone about what the software never works out."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions
from clinic.postgresql import guarding

revision = '0038'
down_revision = '0037'


def upgrade() -> None:
    op.create_table('topic_asked',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('slot', sa.String(length=1), nullable=False),
    sa.Column('topic', sa.String(length=20), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_topic_asked_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_topic_asked_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_topic_asked_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topic_asked'))
    )
    with op.batch_alter_table('topic_asked', schema=None) as batch_op:
        for column in ('author_id', 'couple_id', 'practice_id'):
            batch_op.create_index(batch_op.f(f'ix_topic_asked_{column}'), [column], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        for statement in guarding('topic_asked'):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table('topic_asked')
