"""The columns that many tables share, so that they are spelt alike everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import mapped_column

from clinic.extensions import UTCDateTime

# Ids are random and made in Python before the insert, because sealing binds words to them.
Id = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]
# Without an index of its own: where a practice has its database to itself all rows are in it, and SQLite, which knows
# nothing of their number, would as soon go through them as through those of one couple (decision 66).
PracticeId = Annotated[UUID, mapped_column(ForeignKey("practice.id", ondelete="CASCADE"))]
# For the few that are listed for a whole practice, such as its staff and its contacts.
ListedPracticeId = Annotated[UUID, mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), index=True)]
PersonId = Annotated[UUID, mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)]
CoupleId = Annotated[UUID, mapped_column(ForeignKey("couple.id", ondelete="CASCADE"), index=True)]
Moment = Annotated[datetime, mapped_column(UTCDateTime)]
# People's words: always produced by `clinic.crypto.seal`, never written plain.
Sealed = Annotated[bytes, mapped_column(LargeBinary)]
Word = Annotated[str, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(120))]
Digest = Annotated[str, mapped_column(String(64))]
