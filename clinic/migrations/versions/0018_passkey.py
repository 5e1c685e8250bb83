"""Passkeys, and the questions put to them."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0018'
down_revision = '0017'


def upgrade() -> None:
    op.create_table('passkey',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(), nullable=False),
    sa.Column('credential_hash', sa.String(length=64), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('made_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_passkey_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_passkey_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_hash', name=op.f('uq_passkey_credential_hash'))
    )
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkey_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_passkey_practice_id'), ['practice_id'], unique=False)

    op.create_table('passkey_question',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('answered_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_passkey_question'))
    )


def downgrade() -> None:
    op.drop_table('passkey_question')
    op.drop_table('passkey')
