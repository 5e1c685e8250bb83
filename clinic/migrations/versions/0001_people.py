"""people."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0001'
down_revision = None


def upgrade() -> None:
    op.create_table('practice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('created_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('timezone', sa.String(length=64), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('sharing_policy', sa.Text(), nullable=False),
    sa.Column('allows_counsellor_only', sa.Boolean(), nullable=False),
    sa.Column('asks_safety_conversation', sa.Boolean(), nullable=False),
    sa.Column('hold_minutes', sa.Integer(), nullable=False),
    sa.Column('widening_minutes', sa.Integer(), nullable=False),
    sa.Column('urgent_help', sa.Text(), nullable=False),
    sa.Column('exit_url', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice'))
    )
    op.create_table('sign_in_failure',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('bucket', sa.String(length=64), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_failure'))
    )
    with op.batch_alter_table('sign_in_failure', schema=None) as batch_op:
        batch_op.create_index('ix_sign_in_failure_bucket', ['bucket', 'at'], unique=False)

    op.create_table('audit_head',
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('line_hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_audit_head_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('practice_id', name=op.f('pk_audit_head'))
    )
    with op.batch_alter_table('audit_head', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_head_practice_id'), ['practice_id'], unique=False)

    op.create_table('audit_line',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('event', sa.String(length=60), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('actor_role', sa.String(length=20), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=True),
    sa.Column('subject_type', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('line_hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_audit_line_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_line')),
    sa.UniqueConstraint('practice_id', 'number', name=op.f('uq_audit_line_practice_id_number'))
    )
    with op.batch_alter_table('audit_line', schema=None) as batch_op:
        batch_op.create_index('ix_audit_line_couple', ['practice_id', 'couple_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_line_practice_id'), ['practice_id'], unique=False)
        batch_op.create_index('ix_audit_line_subject', ['practice_id', 'subject_id'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('family_name', sa.String(length=120), nullable=False),
    sa.Column('contact_address', sa.String(length=254), nullable=False),
    sa.Column('sign_in_address', sa.String(length=254), nullable=True),
    sa.Column('passphrase_hash', sa.String(length=255), nullable=True),
    sa.Column('inbox_shared', sa.String(length=10), nullable=False),
    sa.Column('wants_reminders', sa.Boolean(), nullable=False),
    sa.Column('theme', sa.String(length=10), nullable=False),
    sa.Column('created_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('joined_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('disabled_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_person_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('sign_in_address', name=op.f('uq_person_sign_in_address'))
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_practice_id'), ['practice_id'], unique=False)

    op.create_table('couple',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('counsellor_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('sharing_limit', sa.String(length=20), nullable=False),
    sa.Column('held_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['counsellor_id'], ['person.id'], name=op.f('fk_couple_counsellor_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_couple_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_couple'))
    )
    with op.batch_alter_table('couple', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_couple_counsellor_id'), ['counsellor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_couple_practice_id'), ['practice_id'], unique=False)

    op.create_table('form_key',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('location', sa.String(length=300), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_form_key_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_form_key'))
    )
    with op.batch_alter_table('form_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_form_key_person_id'), ['person_id'], unique=False)

    op.create_table('invitation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('wrong_codes', sa.Integer(), nullable=False),
    sa.Column('opened_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('claimed_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('declined_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('wants_to_talk_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_invitation_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_invitation_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_invitation_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitation_token_hash'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invitation_practice_id'), ['practice_id'], unique=False)

    op.create_table('outbox_mail',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('to_address', sa.String(length=254), nullable=False),
    sa.Column('secret_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('due_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('given_up_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_outbox_mail_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_outbox_mail_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_mail'))
    )
    with op.batch_alter_table('outbox_mail', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_mail_due', ['sent_at', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_mail_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_mail_practice_id'), ['practice_id'], unique=False)

    op.create_table('recovery',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('mail_code_hash', sa.String(length=64), nullable=True),
    sa.Column('spoken_code_hash', sa.String(length=64), nullable=True),
    sa.Column('created_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('wrong_codes', sa.Integer(), nullable=False),
    sa.Column('used_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recovery_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_recovery_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery'))
    )
    with op.batch_alter_table('recovery', schema=None) as batch_op:
        batch_op.create_index('ix_recovery_open', ['person_id', 'used_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_recovery_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recovery_practice_id'), ['practice_id'], unique=False)

    op.create_table('safety_rule_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('asks', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_safety_rule_change_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_safety_rule_change_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safety_rule_change'))
    )
    with op.batch_alter_table('safety_rule_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_safety_rule_change_by_id'), ['by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_safety_rule_change_practice_id'), ['practice_id'], unique=False)

    op.create_table('sign_in',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('device_hash', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=60), nullable=False),
    sa.Column('created_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_sign_in_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_token_hash'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_device_hash'), ['device_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_practice_id'), ['practice_id'], unique=False)

    op.create_table('supervision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('supervisor_id', sa.Uuid(), nullable=False),
    sa.Column('counsellor_id', sa.Uuid(), nullable=False),
    sa.Column('since', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['counsellor_id'], ['person.id'], name=op.f('fk_supervision_counsellor_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_supervision_practice_id_practice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['supervisor_id'], ['person.id'], name=op.f('fk_supervision_supervisor_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supervision')),
    sa.UniqueConstraint('supervisor_id', 'counsellor_id', name=op.f('uq_supervision_supervisor_id_counsellor_id'))
    )
    with op.batch_alter_table('supervision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_supervision_counsellor_id'), ['counsellor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_supervision_practice_id'), ['practice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_supervision_supervisor_id'), ['supervisor_id'], unique=False)

    op.create_table('appointment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('counsellor_id', sa.Uuid(), nullable=False),
    sa.Column('starts_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('created_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['counsellor_id'], ['person.id'], name=op.f('fk_appointment_counsellor_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_appointment_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_appointment_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment'))
    )
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appointment_counsellor_id'), ['counsellor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointment_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index('ix_appointment_day', ['practice_id', 'counsellor_id', 'starts_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointment_practice_id'), ['practice_id'], unique=False)

    op.create_table('partner',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('slot', sa.String(length=1), nullable=False),
    sa.Column('policy_read_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('left_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_partner_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_partner_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_partner_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partner')),
    sa.UniqueConstraint('couple_id', 'slot', name=op.f('uq_partner_couple_id_slot')),
    sa.UniqueConstraint('person_id', name=op.f('uq_partner_person_id'))
    )
    with op.batch_alter_table('partner', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_partner_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_partner_practice_id'), ['practice_id'], unique=False)

    op.create_table('safety_conversation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_safety_conversation_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_safety_conversation_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_safety_conversation_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_safety_conversation_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safety_conversation'))
    )
    with op.batch_alter_table('safety_conversation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_safety_conversation_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_safety_conversation_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_safety_conversation_practice_id'), ['practice_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('safety_conversation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_safety_conversation_practice_id'))
        batch_op.drop_index(batch_op.f('ix_safety_conversation_person_id'))
        batch_op.drop_index(batch_op.f('ix_safety_conversation_couple_id'))

    op.drop_table('safety_conversation')
    with op.batch_alter_table('partner', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_partner_practice_id'))
        batch_op.drop_index(batch_op.f('ix_partner_couple_id'))

    op.drop_table('partner')
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_appointment_practice_id'))
        batch_op.drop_index('ix_appointment_day')
        batch_op.drop_index(batch_op.f('ix_appointment_couple_id'))
        batch_op.drop_index(batch_op.f('ix_appointment_counsellor_id'))

    op.drop_table('appointment')
    with op.batch_alter_table('supervision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_supervision_supervisor_id'))
        batch_op.drop_index(batch_op.f('ix_supervision_practice_id'))
        batch_op.drop_index(batch_op.f('ix_supervision_counsellor_id'))

    op.drop_table('supervision')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_practice_id'))
        batch_op.drop_index(batch_op.f('ix_sign_in_person_id'))
        batch_op.drop_index(batch_op.f('ix_sign_in_device_hash'))

    op.drop_table('sign_in')
    with op.batch_alter_table('safety_rule_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_safety_rule_change_practice_id'))
        batch_op.drop_index(batch_op.f('ix_safety_rule_change_by_id'))

    op.drop_table('safety_rule_change')
    with op.batch_alter_table('recovery', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recovery_practice_id'))
        batch_op.drop_index(batch_op.f('ix_recovery_person_id'))
        batch_op.drop_index('ix_recovery_open')

    op.drop_table('recovery')
    with op.batch_alter_table('outbox_mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_mail_practice_id'))
        batch_op.drop_index(batch_op.f('ix_outbox_mail_person_id'))
        batch_op.drop_index('ix_outbox_mail_due')

    op.drop_table('outbox_mail')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invitation_practice_id'))
        batch_op.drop_index(batch_op.f('ix_invitation_person_id'))

    op.drop_table('invitation')
    with op.batch_alter_table('form_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_form_key_person_id'))

    op.drop_table('form_key')
    with op.batch_alter_table('couple', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_couple_practice_id'))
        batch_op.drop_index(batch_op.f('ix_couple_counsellor_id'))

    op.drop_table('couple')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_practice_id'))

    op.drop_table('person')
    with op.batch_alter_table('audit_line', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_line_subject')
        batch_op.drop_index(batch_op.f('ix_audit_line_practice_id'))
        batch_op.drop_index('ix_audit_line_couple')

    op.drop_table('audit_line')
    with op.batch_alter_table('audit_head', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_head_practice_id'))

    op.drop_table('audit_head')
    with op.batch_alter_table('sign_in_failure', schema=None) as batch_op:
        batch_op.drop_index('ix_sign_in_failure_bucket')

    op.drop_table('sign_in_failure')
    op.drop_table('practice')
