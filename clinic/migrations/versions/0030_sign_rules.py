"""A practice's own numbers in the sign rules."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0030'
down_revision = '0029'


def upgrade() -> None:
    op.create_table('sign_rule_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('applies_from', sa.Date(), nullable=False),
    sa.Column('rule', sa.String(length=40), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('couples_moved', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_sign_rule_change_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_sign_rule_change_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_rule_change'))
    )
    with op.batch_alter_table('sign_rule_change', schema=None) as batch_op:
        batch_op.create_index('ix_sign_rule_change_from', ['practice_id', 'applies_from'], unique=False)
        for column in ('by_id', 'practice_id'):
            batch_op.create_index(batch_op.f(f'ix_sign_rule_change_{column}'), [column], unique=False)


def downgrade() -> None:
    op.drop_table('sign_rule_change')
