"""Rows of a couple are found by the couple: an index on the practice alone led through all of its couples' (decision 66)."""

from alembic import op

revision = '0044'
down_revision = '0043'

NO_LONGER_BY_PRACTICE = (
    'agreement_text', 'answer', 'appointment', 'assignment', 'audit_head', 'audit_line', 'break_glass',
    'bulk_act', 'bulk_item', 'calendar_feed', 'checkin', 'comment', 'couple', 'couple_look', 'couple_plan',
    'couple_summary', 'decision', 'decision_cosign', 'decision_note', 'entry', 'entry_change', 'erasure',
    'exercise_version', 'half_sign_in', 'instrument_answer', 'instrument_use', 'instrument_wording',
    'invitation', 'kept_form', 'note_version', 'outbox_mail', 'outcome', 'own_sign', 'partner', 'passkey',
    'pause', 'pin', 'plan_change', 'plan_version', 'process_note', 'read_mark', 'record_consent', 'recovery',
    'referral', 'referral_step', 'reminder_plan', 'reminder_slot', 'reply', 'response', 'safety_conversation',
    'saved_line', 'second_factor', 'set_aside', 'sign_aside', 'sign_in', 'sign_judgement', 'sign_rule_change',
    'sign_use', 'signature', 'spare_code', 'talk_request', 'topic_asked', 'turn_part', 'visibility_change',
    'withdrawal',
)  # fmt: skip


def upgrade() -> None:
    op.create_index('ix_appointment_couple_start', 'appointment', ['practice_id', 'couple_id', 'starts_at'])
    op.create_index('ix_sign_use_sign', 'sign_use', ['sign', 'practice_id'])
    op.drop_index('ix_sign_use_practice_sign', table_name='sign_use')
    for table in NO_LONGER_BY_PRACTICE:
        op.drop_index(f'ix_{table}_practice_id', table_name=table)


def downgrade() -> None:
    for table in NO_LONGER_BY_PRACTICE:
        op.create_index(f'ix_{table}_practice_id', table, ['practice_id'])
    op.create_index('ix_sign_use_practice_sign', 'sign_use', ['practice_id', 'sign'])
    op.drop_index('ix_sign_use_sign', table_name='sign_use')
    op.drop_index('ix_appointment_couple_start', table_name='appointment')
