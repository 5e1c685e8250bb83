"""Replies that wait for their hour, marks on parts of a turn, what to bring, own notes, saved lines, last looks."""

import sqlalchemy as sa
from alembic import op

import clinic.extensions

revision = '0028'
down_revision = '0027'

HAS_SUBJECT = "response_id IS NOT NULL OR part_id IS NOT NULL"


def moment() -> clinic.extensions.UTCDateTime:
    return clinic.extensions.UTCDateTime(timezone=True)


def mine(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """A foreign key that goes with the row it points at."""
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def upgrade() -> None:
    for table in ("comment", "read_mark"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("part_id", sa.Uuid(), nullable=True))
            batch_op.alter_column("response_id", existing_type=sa.Uuid(), nullable=True)
            batch_op.create_foreign_key(
                batch_op.f(f"fk_{table}_part_id_turn_part"), "turn_part", ["part_id"], ["id"], ondelete="CASCADE"
            )
            batch_op.create_check_constraint(batch_op.f(f"ck_{table}_has_subject"), HAS_SUBJECT)
            if table == "comment":
                batch_op.add_column(sa.Column("delivered_at", moment(), nullable=True))
                batch_op.add_column(sa.Column("taken_back_at", moment(), nullable=True))
                batch_op.add_column(sa.Column("sending_id", sa.Uuid(), nullable=True))
            else:
                batch_op.create_unique_constraint(
                    batch_op.f("uq_read_mark_part_id_reader_id"), ["part_id", "reader_id"]
                )
        indexed(table, "part_id")
    # What was written before replies had an hour was there at once.
    op.execute("UPDATE comment SET delivered_at = at")
    with op.batch_alter_table("comment") as batch_op:
        batch_op.alter_column("delivered_at", existing_type=moment(), nullable=False)

    op.create_table(
        "process_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("couple_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("about_day", sa.Date(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("opened_at", moment(), nullable=True),
        mine("process_note", "practice_id", "practice"),
        mine("process_note", "couple_id", "couple"),
        mine("process_note", "author_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_note")),
    )
    indexed("process_note", "practice_id", "couple_id", "author_id")
    op.create_index(
        "ix_process_note_couple_author", "process_note", ["practice_id", "couple_id", "author_id"]
    )
    op.create_table(
        "note_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        mine("note_version", "practice_id", "practice"),
        mine("note_version", "note_id", "process_note"),
        mine("note_version", "author_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_version")),
        sa.UniqueConstraint("note_id", "version", name=op.f("uq_note_version_note_id_version")),
    )
    indexed("note_version", "practice_id", "note_id", "author_id")
    op.create_table(
        "pin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("couple_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("taken_off_at", moment(), nullable=True),
        mine("pin", "practice_id", "practice"),
        mine("pin", "couple_id", "couple"),
        mine("pin", "assignment_id", "assignment"),
        mine("pin", "response_id", "response"),
        mine("pin", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
    )
    indexed("pin", "practice_id", "couple_id", "assignment_id", "response_id", "by_id")
    op.create_index("ix_pin_couple_at", "pin", ["practice_id", "couple_id", "at"])
    op.create_table(
        "couple_look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("couple_id", sa.Uuid(), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        mine("couple_look", "practice_id", "practice"),
        mine("couple_look", "couple_id", "couple"),
        mine("couple_look", "reader_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_couple_look")),
    )
    indexed("couple_look", "practice_id", "couple_id", "reader_id")
    op.create_index(
        "ix_couple_look_reader_couple", "couple_look", ["practice_id", "reader_id", "couple_id"]
    )
    op.create_table(
        "saved_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        mine("saved_line", "practice_id", "practice"),
        mine("saved_line", "author_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_line")),
    )
    indexed("saved_line", "practice_id", "author_id")


def downgrade() -> None:
    for table in ("saved_line", "couple_look", "pin", "note_version", "process_note"):
        op.drop_table(table)
    # A mark or a reply about a part of a turn has nothing to hang on any more.
    op.execute("DELETE FROM comment WHERE response_id IS NULL")
    op.execute("DELETE FROM read_mark WHERE response_id IS NULL")
    for table in ("comment", "read_mark"):
        op.drop_index(op.f(f"ix_{table}_part_id"), table)
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"ck_{table}_has_subject"), type_="check")
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_part_id_turn_part"), type_="foreignkey")
            if table == "comment":
                batch_op.drop_column("delivered_at")
                batch_op.drop_column("taken_back_at")
                batch_op.drop_column("sending_id")
            else:
                batch_op.drop_constraint(batch_op.f("uq_read_mark_part_id_reader_id"), type_="unique")
            batch_op.drop_column("part_id")
            batch_op.alter_column("response_id", existing_type=sa.Uuid(), nullable=False)
