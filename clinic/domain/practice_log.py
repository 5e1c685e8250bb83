"""What the log of a practice may name: for these events the couple, for those one detail that is no content."""

from __future__ import annotations

# A couple's name is known to the admin, and so is who has charge of it. Acts about what was said are not here.
COUPLE_SHOWN = frozenset(
    {
        "couple added",
        "couple closed",
        "couple reopened",
        "couple given to another counsellor",
        "words read",
        "break-glass asked for",
        "break-glass granted",
        "break-glass refused",
        "break-glass ended",
        "holding a record back asked for",
        "record held back",
        "holding a record back refused",
        "record held back no longer",
    }
)
DETAIL_SHOWN = {
    "staff invited": "role",
    "practice changed": "what",
    "several couples at once": "what",
    "several couples at once, undone": "what",
}
