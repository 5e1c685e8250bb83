"""Reminders on a person's own timetable, the moments that have been taken, and the address of a calendar feed.

Whoever asked for reminders when joining keeps them, on Sundays at six in the evening until they choose otherwise.
"""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0013'
down_revision = '0012'

SUNDAY, SIX_IN_THE_EVENING = 1 << 6, 18 * 60


def upgrade() -> None:
    op.create_table('reminder_plan',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('minute', sa.Integer(), nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('changed_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reminder_plan_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_reminder_plan_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_plan')),
    sa.UniqueConstraint('person_id', name=op.f('uq_reminder_plan_person_id'))
    )
    with op.batch_alter_table('reminder_plan', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminder_plan_practice_id'), ['practice_id'], unique=False)
    op.create_table('reminder_slot',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reminder_slot_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_reminder_slot_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_slot')),
    sa.UniqueConstraint('person_id', 'day', name='uq_reminder_slot_day'),
    sa.UniqueConstraint('person_id', 'slot_at', name='uq_reminder_slot_moment')
    )
    with op.batch_alter_table('reminder_slot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminder_slot_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reminder_slot_practice_id'), ['practice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reminder_slot_slot_at'), ['slot_at'], unique=False)
    op.create_table('calendar_feed',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_calendar_feed_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_calendar_feed_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('person_id', name=op.f('uq_calendar_feed_person_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feed_token_hash'))
    )
    with op.batch_alter_table('calendar_feed', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_calendar_feed_practice_id'), ['practice_id'], unique=False)
    _carry_over()
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('wants_reminders')


def _carry_over() -> None:
    connection = op.get_bind()
    person = sa.table("person", sa.column("id", sa.Uuid()), sa.column("practice_id", sa.Uuid()),
                      sa.column("wants_reminders", sa.Boolean()))
    plan = sa.table("reminder_plan", sa.column("id", sa.Uuid()), sa.column("practice_id", sa.Uuid()),
                    sa.column("person_id", sa.Uuid()), sa.column("days", sa.Integer()),
                    sa.column("minute", sa.Integer()), sa.column("is_on", sa.Boolean()),
                    sa.column("changed_at", clinic.extensions.UTCDateTime(timezone=True)))
    wanted = connection.execute(sa.select(person.c.id, person.c.practice_id).where(person.c.wants_reminders)).all()
    rows = [
        {"id": uuid4(), "practice_id": practice_id, "person_id": person_id, "days": SUNDAY,
         "minute": SIX_IN_THE_EVENING, "is_on": True, "changed_at": datetime.now(UTC)}
        for person_id, practice_id in wanted
    ]
    if rows:
        connection.execute(sa.insert(plan), rows)


def downgrade() -> None:
    op.add_column("person", sa.Column("wants_reminders", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE person SET wants_reminders = TRUE"
               " WHERE id IN (SELECT person_id FROM reminder_plan WHERE is_on)")
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.alter_column("wants_reminders", existing_type=sa.Boolean(), server_default=None)
    op.drop_table('calendar_feed')
    op.drop_table('reminder_slot')
    op.drop_table('reminder_plan')
