"""How long the texts may be that counsellors write, for the form that asks and the action that keeps."""

from __future__ import annotations

NOTE_CHARACTERS = 600
REASON_CHARACTERS = 2000
COMMENT_CHARACTERS = 600
ROW_CHARACTERS = 120
RULE_REASON_CHARACTERS = 500
BARRIER_CHARACTERS = 300
PROCESS_NOTE_CHARACTERS = 6000
