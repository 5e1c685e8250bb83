"""plans."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0007'
down_revision = '0006'


def upgrade() -> None:
    op.create_table('plan_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.Column('kept_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_plan_version_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_version')),
    sa.UniqueConstraint('practice_id', 'slug', 'version', name=op.f('uq_plan_version_practice_id_slug_version'))
    )
    with op.batch_alter_table('plan_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_version_practice_id'), ['practice_id'], unique=False)

    op.create_table('practice_plan',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('copied_from', sa.String(length=80), nullable=True),
    sa.Column('draft', sa.Text(), nullable=False),
    sa.Column('draft_version', sa.Integer(), nullable=False),
    sa.Column('saved_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('published_version', sa.Integer(), nullable=False),
    sa.Column('published_draft', sa.Integer(), nullable=False),
    sa.Column('archived_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_practice_plan_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_practice_plan_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_plan')),
    sa.UniqueConstraint('practice_id', 'slug', name=op.f('uq_practice_plan_practice_id_slug'))
    )
    with op.batch_alter_table('practice_plan', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_practice_plan_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_practice_plan_practice_id'), ['practice_id'], unique=False)

    op.create_table('couple_plan',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('sharing_limit', sa.String(length=20), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('started_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_couple_plan_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_couple_plan_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], name=op.f('fk_couple_plan_ended_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_couple_plan_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_couple_plan'))
    )
    with op.batch_alter_table('couple_plan', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_couple_plan_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_couple_plan_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index('ix_couple_plan_couple_started', ['practice_id', 'couple_id', 'started_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_couple_plan_practice_id'), ['practice_id'], unique=False)

    op.create_table('plan_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_plan_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('week', sa.Integer(), nullable=True),
    sa.Column('items', sa.Text(), nullable=True),
    sa.Column('choice', sa.String(length=20), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('taken_back_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_plan_change_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_plan_id'], ['couple_plan.id'], name=op.f('fk_plan_change_couple_plan_id_couple_plan'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_plan_change_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_change')),
    sa.UniqueConstraint('couple_plan_id', 'number', name=op.f('uq_plan_change_couple_plan_id_number'))
    )
    with op.batch_alter_table('plan_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_change_by_id'), ['by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_change_couple_plan_id'), ['couple_plan_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_change_practice_id'), ['practice_id'], unique=False)

    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('size', sa.String(length=10), server_default='usual', nullable=False))
        batch_op.add_column(sa.Column('couple_plan_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('plan_week', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_assignment_couple_plan_id'), ['couple_plan_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_assignment_couple_plan_id_couple_plan'), 'couple_plan', ['couple_plan_id'], ['id'], ondelete='SET NULL')


def downgrade() -> None:
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_assignment_couple_plan_id_couple_plan'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_assignment_couple_plan_id'))
        batch_op.drop_column('plan_week')
        batch_op.drop_column('couple_plan_id')
        batch_op.drop_column('size')

    with op.batch_alter_table('plan_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_change_practice_id'))
        batch_op.drop_index(batch_op.f('ix_plan_change_couple_plan_id'))
        batch_op.drop_index(batch_op.f('ix_plan_change_by_id'))

    op.drop_table('plan_change')
    with op.batch_alter_table('couple_plan', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_couple_plan_practice_id'))
        batch_op.drop_index('ix_couple_plan_couple_started')
        batch_op.drop_index(batch_op.f('ix_couple_plan_couple_id'))
        batch_op.drop_index(batch_op.f('ix_couple_plan_author_id'))

    op.drop_table('couple_plan')
    with op.batch_alter_table('practice_plan', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_practice_plan_practice_id'))
        batch_op.drop_index(batch_op.f('ix_practice_plan_author_id'))

    op.drop_table('practice_plan')
    with op.batch_alter_table('plan_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_version_practice_id'))

    op.drop_table('plan_version')
