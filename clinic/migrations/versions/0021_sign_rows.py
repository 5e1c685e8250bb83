"""Rows of the signs page that were set aside, rows in the counsellor's own words, and whether a sign was of use."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0021'
down_revision = '0020'


def _hers(table: str, *columns: sa.Column) -> None:
    op.create_table(table,
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    *columns,
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f(f'fk_{table}_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couple.id'], name=op.f(f'fk_{table}_couple_id_couple'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f(f'fk_{table}_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}'))
    )
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in ('author_id', 'couple_id', 'practice_id'):
            batch_op.create_index(batch_op.f(f'ix_{table}_{column}'), [column], unique=False)


def upgrade() -> None:
    _hers('sign_aside',
    sa.Column('sign', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('returns_on', sa.Date(), nullable=False),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('taken_back_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True))
    op.create_index('ix_sign_aside_couple', 'sign_aside', ['practice_id', 'couple_id', 'sign'], unique=False)
    _hers('own_sign',
    sa.Column('title_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('removed_at', clinic.extensions.UTCDateTime(timezone=True), nullable=True))
    _hers('sign_use',
    sa.Column('sign', sa.String(length=40), nullable=False),
    sa.Column('useful', sa.Boolean(), nullable=False))
    op.create_index('ix_sign_use_practice_sign', 'sign_use', ['practice_id', 'sign'], unique=False)


def downgrade() -> None:
    op.drop_table('sign_use')
    op.drop_table('own_sign')
    op.drop_table('sign_aside')
