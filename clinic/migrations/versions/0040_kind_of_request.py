"""A request to talk says which kind it is, and only its words say what it is about."""

from alembic import op

revision = '0040'
down_revision = '0039'


def upgrade() -> None:
    op.execute("ALTER TABLE talk_request RENAME COLUMN about TO kind")


def downgrade() -> None:
    op.execute("ALTER TABLE talk_request RENAME COLUMN kind TO about")
