"""practice library."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.create_table('practice_exercise',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('copied_from', sa.String(length=80), nullable=True),
    sa.Column('copied_version', sa.Integer(), nullable=True),
    sa.Column('draft', sa.Text(), nullable=False),
    sa.Column('draft_version', sa.Integer(), nullable=False),
    sa.Column('saved_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('published_version', sa.Integer(), nullable=False),
    sa.Column('published_draft', sa.Integer(), nullable=False),
    sa.Column('archived_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_practice_exercise_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_practice_exercise_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_exercise')),
    sa.UniqueConstraint('practice_id', 'slug', name=op.f('uq_practice_exercise_practice_id_slug'))
    )
    with op.batch_alter_table('practice_exercise', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_practice_exercise_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_practice_exercise_practice_id'), ['practice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('practice_exercise')
