"""The published figures that stand beside the signs themselves: how often they are right, and about whom they are.

They are those of docs/stall-method.md, nominal world, week 8. A test holds the two together, so whoever measures anew and
gets others is told to change them here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """Whole per cents, of simulated couples."""

    found: int
    """Of those who stand still or get worse, and with whom there is enough to judge, how many are flagged."""

    spared: int
    """Of those who improve, how many are not."""

    flagged: Mapping[str, int]
    """Of those flagged, how many are on which course."""


PUBLISHED = Published(
    found=77,
    spared=89,
    flagged={
        "standing still": 37,
        "getting worse": 22,
        "improving": 14,
        "gaining a little": 12,
        "gaining late": 10,
        "slipping back": 6,
    },
)
