"""work."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    op.create_table('exercise_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.Column('kept_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_exercise_version_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exercise_version')),
    sa.UniqueConstraint('practice_id', 'slug', 'version', name=op.f('uq_exercise_version_practice_id_slug_version'))
    )
    with op.batch_alter_table('exercise_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exercise_version_practice_id'), ['practice_id'], unique=False)

    op.create_table('assignment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('exercise_version_id', sa.Uuid(), nullable=False),
    sa.Column('for_whom', sa.String(length=4), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('best_before', sa.Date(), nullable=True),
    sa.Column('repeat', sa.String(length=10), nullable=False),
    sa.Column('sharing_limit', sa.String(length=20), nullable=False),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('assigned_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_assignment_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_assignment_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['exercise_version_id'], ['exercise_version.id'], name=op.f('fk_assignment_exercise_version_id_exercise_version')),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_assignment_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment'))
    )
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignment_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignment_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index('ix_assignment_couple_start', ['practice_id', 'couple_id', 'starts_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignment_exercise_version_id'), ['exercise_version_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignment_practice_id'), ['practice_id'], unique=False)

    op.create_table('checkin',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('week_of', sa.Date(), nullable=False),
    sa.Column('closeness', sa.Integer(), nullable=True),
    sa.Column('understood', sa.Integer(), nullable=True),
    sa.Column('tension', sa.Integer(), nullable=True),
    sa.Column('pulled_back', sa.Integer(), nullable=True),
    sa.Column('outside_pressure', sa.Integer(), nullable=True),
    sa.Column('same_disagreement', sa.String(length=10), nullable=True),
    sa.Column('hope', sa.Integer(), nullable=True),
    sa.Column('my_part', sa.String(length=20), nullable=True),
    sa.Column('saved_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_checkin_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_checkin_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_checkin_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checkin')),
    sa.UniqueConstraint('author_id', 'week_of', name=op.f('uq_checkin_author_id_week_of'))
    )
    with op.batch_alter_table('checkin', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_checkin_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_checkin_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index('ix_checkin_couple_week', ['practice_id', 'couple_id', 'week_of'], unique=False)
        batch_op.create_index(batch_op.f('ix_checkin_practice_id'), ['practice_id'], unique=False)

    op.create_table('decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=True),
    sa.Column('in_brief', sa.Boolean(), nullable=False),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('evidence_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('met_signs', sa.String(length=600), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_decision_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_decision_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_decision_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_author_id'), ['author_id'], unique=False)
        batch_op.create_index('ix_decision_couple_at', ['practice_id', 'couple_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_decision_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_decision_practice_id'), ['practice_id'], unique=False)

    op.create_table('sign_judgement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('sign', sa.String(length=40), nullable=False),
    sa.Column('judgement', sa.String(length=10), nullable=False),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_sign_judgement_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_sign_judgement_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_sign_judgement_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_judgement'))
    )
    with op.batch_alter_table('sign_judgement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_judgement_author_id'), ['author_id'], unique=False)
        batch_op.create_index('ix_sign_judgement_couple', ['practice_id', 'couple_id', 'sign'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_judgement_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_judgement_practice_id'), ['practice_id'], unique=False)

    op.create_table('entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('value_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('visibility', sa.String(length=20), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('opens_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_entry_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_entry_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_entry_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_entry_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry'))
    )
    with op.batch_alter_table('entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_entry_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index('ix_entry_author_day', ['practice_id', 'author_id', 'happened_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_entry_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_entry_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_entry_practice_id'), ['practice_id'], unique=False)

    op.create_table('outcome',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('tried', sa.String(length=10), nullable=False),
    sa.Column('useful', sa.Integer(), nullable=True),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_outcome_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_outcome_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_outcome_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_outcome_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outcome')),
    sa.UniqueConstraint('assignment_id', 'turn', 'person_id', name=op.f('uq_outcome_assignment_id_turn_person_id'))
    )
    with op.batch_alter_table('outcome', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outcome_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outcome_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outcome_practice_id'), ['practice_id'], unique=False)

    op.create_table('response',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('visibility', sa.String(length=20), nullable=True),
    sa.Column('started_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('opens_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_response_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_response_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_response_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_response_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_response')),
    sa.UniqueConstraint('assignment_id', 'turn', 'author_id', name=op.f('uq_response_assignment_id_turn_author_id'))
    )
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_response_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_response_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index('ix_response_couple_sent', ['practice_id', 'couple_id', 'sent_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_response_practice_id'), ['practice_id'], unique=False)

    op.create_table('set_aside',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('choice', sa.String(length=20), nullable=False),
    sa.Column('until', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_set_aside_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_set_aside_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_set_aside_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_set_aside_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_set_aside'))
    )
    with op.batch_alter_table('set_aside', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_set_aside_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_set_aside_couple_id'), ['couple_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_set_aside_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_set_aside_practice_id'), ['practice_id'], unique=False)

    op.create_table('withdrawal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('reopened_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_withdrawal_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_withdrawal_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_withdrawal_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_withdrawal'))
    )
    with op.batch_alter_table('withdrawal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_withdrawal_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_withdrawal_by_id'), ['by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_withdrawal_practice_id'), ['practice_id'], unique=False)

    op.create_table('answer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(length=60), nullable=False),
    sa.Column('value_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('saved_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_answer_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_answer_practice_id_practice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_answer_response_id_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer')),
    sa.UniqueConstraint('response_id', 'step', name=op.f('uq_answer_response_id_step'))
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_practice_id'), ['practice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_response_id'), ['response_id'], unique=False)

    op.create_table('comment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('response_version', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('words_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_comment_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_comment_practice_id_practice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_comment_response_id_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment'))
    )
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_comment_practice_id'), ['practice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_comment_response_id'), ['response_id'], unique=False)

    op.create_table('read_mark',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('reader_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_read_mark_practice_id_practice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reader_id'], ['person.id'], name=op.f('fk_read_mark_reader_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_read_mark_response_id_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_read_mark')),
    sa.UniqueConstraint('response_id', 'reader_id', name=op.f('uq_read_mark_response_id_reader_id'))
    )
    with op.batch_alter_table('read_mark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_read_mark_practice_id'), ['practice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_read_mark_reader_id'), ['reader_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_read_mark_response_id'), ['response_id'], unique=False)

    op.create_table('visibility_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('to', sa.String(length=20), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('takes_effect_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_visibility_change_practice_id_practice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_visibility_change_response_id_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visibility_change'))
    )
    with op.batch_alter_table('visibility_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visibility_change_practice_id'), ['practice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_visibility_change_response_id'), ['response_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('visibility_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_visibility_change_response_id'))
        batch_op.drop_index(batch_op.f('ix_visibility_change_practice_id'))

    op.drop_table('visibility_change')
    with op.batch_alter_table('read_mark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_read_mark_response_id'))
        batch_op.drop_index(batch_op.f('ix_read_mark_reader_id'))
        batch_op.drop_index(batch_op.f('ix_read_mark_practice_id'))

    op.drop_table('read_mark')
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_comment_response_id'))
        batch_op.drop_index(batch_op.f('ix_comment_practice_id'))
        batch_op.drop_index(batch_op.f('ix_comment_author_id'))

    op.drop_table('comment')
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_response_id'))
        batch_op.drop_index(batch_op.f('ix_answer_practice_id'))
        batch_op.drop_index(batch_op.f('ix_answer_author_id'))

    op.drop_table('answer')
    with op.batch_alter_table('withdrawal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_withdrawal_practice_id'))
        batch_op.drop_index(batch_op.f('ix_withdrawal_by_id'))
        batch_op.drop_index(batch_op.f('ix_withdrawal_assignment_id'))

    op.drop_table('withdrawal')
    with op.batch_alter_table('set_aside', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_set_aside_practice_id'))
        batch_op.drop_index(batch_op.f('ix_set_aside_person_id'))
        batch_op.drop_index(batch_op.f('ix_set_aside_couple_id'))
        batch_op.drop_index(batch_op.f('ix_set_aside_assignment_id'))

    op.drop_table('set_aside')
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_response_practice_id'))
        batch_op.drop_index('ix_response_couple_sent')
        batch_op.drop_index(batch_op.f('ix_response_couple_id'))
        batch_op.drop_index(batch_op.f('ix_response_author_id'))

    op.drop_table('response')
    with op.batch_alter_table('outcome', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outcome_practice_id'))
        batch_op.drop_index(batch_op.f('ix_outcome_person_id'))
        batch_op.drop_index(batch_op.f('ix_outcome_couple_id'))

    op.drop_table('outcome')
    with op.batch_alter_table('entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_entry_practice_id'))
        batch_op.drop_index(batch_op.f('ix_entry_couple_id'))
        batch_op.drop_index(batch_op.f('ix_entry_author_id'))
        batch_op.drop_index('ix_entry_author_day')
        batch_op.drop_index(batch_op.f('ix_entry_assignment_id'))

    op.drop_table('entry')
    with op.batch_alter_table('sign_judgement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_judgement_practice_id'))
        batch_op.drop_index(batch_op.f('ix_sign_judgement_couple_id'))
        batch_op.drop_index('ix_sign_judgement_couple')
        batch_op.drop_index(batch_op.f('ix_sign_judgement_author_id'))

    op.drop_table('sign_judgement')
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decision_practice_id'))
        batch_op.drop_index(batch_op.f('ix_decision_couple_id'))
        batch_op.drop_index('ix_decision_couple_at')
        batch_op.drop_index(batch_op.f('ix_decision_author_id'))

    op.drop_table('decision')
    with op.batch_alter_table('checkin', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_checkin_practice_id'))
        batch_op.drop_index('ix_checkin_couple_week')
        batch_op.drop_index(batch_op.f('ix_checkin_couple_id'))
        batch_op.drop_index(batch_op.f('ix_checkin_author_id'))

    op.drop_table('checkin')
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignment_practice_id'))
        batch_op.drop_index(batch_op.f('ix_assignment_exercise_version_id'))
        batch_op.drop_index('ix_assignment_couple_start')
        batch_op.drop_index(batch_op.f('ix_assignment_couple_id'))
        batch_op.drop_index(batch_op.f('ix_assignment_author_id'))

    op.drop_table('assignment')
    with op.batch_alter_table('exercise_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exercise_version_practice_id'))

    op.drop_table('exercise_version')
