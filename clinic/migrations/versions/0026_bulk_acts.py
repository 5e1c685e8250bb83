"""Acts on several couples at once."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0026'
down_revision = '0025'


def upgrade() -> None:
    op.create_table('bulk_act',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('undone_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_bulk_act_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_bulk_act_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_act'))
    )
    op.create_index(op.f('ix_bulk_act_author_id'), 'bulk_act', ['author_id'], unique=False)
    op.create_index(op.f('ix_bulk_act_practice_id'), 'bulk_act', ['practice_id'], unique=False)
    op.create_table('bulk_item',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('bulk_act_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('left_alone', sa.String(length=40), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=True),
    sa.Column('best_before_was', sa.Date(), nullable=True),
    sa.Column('by_appointment_was', sa.Uuid(), nullable=True),
    sa.Column('version_after', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_bulk_item_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['bulk_act_id'], ['bulk_act.id'], name=op.f('fk_bulk_item_bulk_act_id_bulk_act'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_bulk_item_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_bulk_item_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_item'))
    )
    op.create_index(op.f('ix_bulk_item_assignment_id'), 'bulk_item', ['assignment_id'], unique=False)
    op.create_index(op.f('ix_bulk_item_bulk_act_id'), 'bulk_item', ['bulk_act_id'], unique=False)
    op.create_index(op.f('ix_bulk_item_couple_id'), 'bulk_item', ['couple_id'], unique=False)
    op.create_index(op.f('ix_bulk_item_practice_id'), 'bulk_item', ['practice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('bulk_item')
    op.drop_table('bulk_act')
