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


BY_PRACTICE = {f'ix_{table}_practice_id': (table, ['practice_id']) for table in NO_LONGER_BY_PRACTICE}
BEFORE = BY_PRACTICE | {'ix_sign_use_practice_sign': ('sign_use', ['practice_id', 'sign'])}
NOW = {
    'ix_appointment_couple_start': ('appointment', ['practice_id', 'couple_id', 'starts_at']),
    'ix_sign_use_sign': ('sign_use', ['sign', 'practice_id']),
}


def upgrade() -> None:
    _change(BEFORE, NOW)


def downgrade() -> None:
    _change(NOW, BEFORE)


def _change(gone: dict[str, tuple[str, list[str]]], made: dict[str, tuple[str, list[str]]]) -> None:
    """Each index by itself, and on PostgreSQL beside whoever writes: in one transaction the locks of sixty tables would
    wait for pages that wait for them. One that was cut short is done again, so what is half made goes first."""
    if op.get_bind().dialect.name != 'postgresql':
        for name, (table, columns) in made.items():
            op.create_index(name, table, columns)
        for name, (table, _) in gone.items():
            op.drop_index(name, table_name=table)
        return
    with op.get_context().autocommit_block():
        for name, (table, columns) in made.items():
            op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
            op.create_index(name, table, columns, postgresql_concurrently=True)
        for name, (table, _) in gone.items():
            op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
