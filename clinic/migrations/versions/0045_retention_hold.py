"""Records that two admins hold back from being deleted when their time is up."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions
from clinic.postgresql import guarding

revision = '0045'
down_revision = '0044'


def upgrade() -> None:
    op.create_table(
        'retention_hold',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('practice_id', sa.Uuid(), nullable=False),
        sa.Column('couple_id', sa.Uuid(), nullable=False),
        sa.Column('author_id', sa.Uuid(), nullable=False),
        sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
        sa.Column('asked_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
        sa.Column('decided_by_id', sa.Uuid(), nullable=True),
        sa.Column('granted_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
        sa.Column('refused_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
        sa.Column('lifted_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['author_id'], ['person.id'], name=op.f('fk_retention_hold_author_id_person'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['couple_id'], ['couple.id'], name=op.f('fk_retention_hold_couple_id_couple'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['decided_by_id'], ['person.id'], name=op.f('fk_retention_hold_decided_by_id_person'), ondelete='SET NULL'
        ),
        sa.ForeignKeyConstraint(
            ['practice_id'], ['practice.id'], name=op.f('fk_retention_hold_practice_id_practice'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_hold')),
    )
    with op.batch_alter_table('retention_hold', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_retention_hold_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_retention_hold_couple_id'), ['couple_id'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        for statement in guarding('retention_hold'):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table('retention_hold')
