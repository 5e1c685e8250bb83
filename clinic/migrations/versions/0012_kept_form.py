"""Forms that arrive after a time-out wait, sealed, for their sender."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table('kept_form',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practice_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('path', sa.String(length=300), nullable=False),
    sa.Column('form_key', sa.String(length=64), nullable=False),
    sa.Column('fields_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('kept_at', clinic.extensions.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_kept_form_author_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_kept_form_practice_id_practice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_form'))
    )
    with op.batch_alter_table('kept_form', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kept_form_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_kept_form_kept_at'), ['kept_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_kept_form_practice_id'), ['practice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('kept_form')
