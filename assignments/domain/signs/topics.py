"""What the software never works out: the counsellor asks each partner alone, and keeps that she did, and when.

Only the day is kept. What was said stands in nobody's database unless she writes it in a note of her own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Topic(StrEnum):
    """One thing to ask each partner alone."""

    SAFETY = "safety"
    SELF_HARM = "self_harm"
    CONTRAINDICATIONS = "contraindications"
    COMPETENCE = "competence"


TOPIC_LABELS: Mapping[Topic, str] = {
    Topic.SAFETY: "Fear, threats, control or harm",
    Topic.SELF_HARM: "Suicide or self-harm, severe low mood, losing touch with what is real",
    Topic.CONTRAINDICATIONS: "Drink, drugs or gambling; an affair that is not known; a medical or sexual-health matter",
    Topic.COMPETENCE: "Whether this is beyond your competence, role or capacity",
}
