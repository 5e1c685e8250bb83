"""The practice's directory of contacts, referrals with their letters, and what has become of them."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0027'
down_revision = '0026'


def upgrade() -> None:
    op.create_table('contact',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('address', sa.String(length=500), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('removed_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_contact_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_contact_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact'))
    )
    with op.batch_alter_table('contact', schema=None) as batch_op:
        for column in ('by_id', 'practice_id'):
            batch_op.create_index(batch_op.f(f'ix_contact_{column}'), [column], unique=False)

    op.create_table('referral',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('contact_id', sa.Uuid(), nullable=False),
    sa.Column('for_whom', sa.String(length=4), nullable=False),
    sa.Column('consent_a_on', sa.Date(), nullable=True),
    sa.Column('consent_b_on', sa.Date(), nullable=True),
    sa.Column('follow_up_on', sa.Date(), nullable=True),
    sa.Column('letter_sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_referral_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_referral_contact_id_contact'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f('fk_referral_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_referral_decision_id_decision'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_referral_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral'))
    )
    with op.batch_alter_table('referral', schema=None) as batch_op:
        batch_op.create_index('ix_referral_couple_at', ['practice_id', 'couple_id', 'at'], unique=False)
        for column in ('author_id', 'contact_id', 'couple_id', 'decision_id', 'practice_id'):
            batch_op.create_index(batch_op.f(f'ix_referral_{column}'), [column], unique=False)

    op.create_table('referral_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('referral_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('step', sa.String(length=20), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_referral_step_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_referral_step_practice_id_practice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['referral_id'], ['referral.id'], name=op.f('fk_referral_step_referral_id_referral'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral_step'))
    )
    with op.batch_alter_table('referral_step', schema=None) as batch_op:
        for column in ('by_id', 'practice_id', 'referral_id'):
            batch_op.create_index(batch_op.f(f'ix_referral_step_{column}'), [column], unique=False)


def downgrade() -> None:
    op.drop_table('referral_step')
    op.drop_table('referral')
    op.drop_table('contact')
