"""A second step of signing in, recovery codes, and what is known of a sign-in that was not one's own."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0017'
down_revision = '0016'


def upgrade() -> None:
    op.create_table('second_factor',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('begun_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_second_factor_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_second_factor_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_factor')),
    sa.UniqueConstraint('author_id', name=op.f('uq_second_factor_author_id'))
    )
    with op.batch_alter_table('second_factor', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_second_factor_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_second_factor_practice_id'), ['practice_id'], unique=False)

    op.create_table('spare_code',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('used_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_spare_code_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_spare_code_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spare_code')),
    sa.UniqueConstraint('person_id', 'code_hash', name=op.f('uq_spare_code_person_id_code_hash'))
    )
    with op.batch_alter_table('spare_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_spare_code_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_spare_code_practice_id'), ['practice_id'], unique=False)

    op.create_table('half_sign_in',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('begun_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_half_sign_in_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_half_sign_in_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_half_sign_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_half_sign_in_token_hash'))
    )
    with op.batch_alter_table('half_sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_half_sign_in_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_half_sign_in_practice_id'), ['practice_id'], unique=False)

    op.add_column('person', sa.Column('second_factor_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True))
    op.add_column('person', sa.Column('not_me_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True))
    op.add_column('person', sa.Column('must_change_passphrase', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('talk_request', sa.Column('about', sa.String(length=40), nullable=False, server_default='talk'))


def downgrade() -> None:
    # Without a batch: that would write `person` anew, and dropping the old one takes along all that hangs on it.
    op.drop_column('talk_request', 'about')
    op.drop_column('person', 'must_change_passphrase')
    op.drop_column('person', 'not_me_at')
    op.drop_column('person', 'second_factor_at')
    op.drop_table('half_sign_in')
    op.drop_table('spare_code')
    op.drop_table('second_factor')
