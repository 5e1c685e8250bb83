"""Appointments that repeat, those with one partner alone, and work that is meant for an appointment."""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'


def upgrade() -> None:
    op.add_column('appointment', sa.Column('series_id', sa.Uuid(), nullable=True))
    op.add_column('appointment', sa.Column('for_whom', sa.String(length=4), nullable=False, server_default='both'))
    op.add_column('appointment', sa.Column('in_own_feed', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f('ix_appointment_series_id'), 'appointment', ['series_id'], unique=False)
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('by_appointment_id', sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f('ix_assignment_by_appointment_id'), ['by_appointment_id'], unique=False)
        batch_op.create_foreign_key(
            batch_op.f('fk_assignment_by_appointment_id_appointment'),
            'appointment', ['by_appointment_id'], ['id'], ondelete='SET NULL',
        )


def downgrade() -> None:
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_assignment_by_appointment_id_appointment'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_assignment_by_appointment_id'))
        batch_op.drop_column('by_appointment_id')
    op.drop_index(op.f('ix_appointment_series_id'), table_name='appointment')
    op.drop_column('appointment', 'in_own_feed')
    op.drop_column('appointment', 'for_whom')
    op.drop_column('appointment', 'series_id')
