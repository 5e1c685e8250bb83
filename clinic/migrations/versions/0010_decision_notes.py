"""Notes beside a decision, dated and sealed; the decision itself is never edited."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "decision_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("at", clinic.extensions.UTCDateTime(timezone=True), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_decision_note_author_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_decision_note_decision_id_decision"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_decision_note_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_note")),
    )
    with op.batch_alter_table("decision_note", schema=None) as batch_op:
        for column in ("author_id", "decision_id", "practice_id"):
            batch_op.create_index(batch_op.f(f"ix_decision_note_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("decision_note")
