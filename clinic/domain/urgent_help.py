"""Where to turn when it can't wait, country by country.

The numbers are public facts that change now and then: a practice checks its country's before it opens, and adds
or replaces lines on its own page (docs/operations.md). None of them is ours, and nobody here is told of a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Line:
    """One number to ring: who answers, the number as it is dialled, and one short fact."""

    who: str
    number: str
    fact: str = ""

    @property
    def dialled(self) -> str:
        """The number without spaces, for a link that rings it."""
        return "".join(character for character in self.number if character.isdigit() or character == "+")


@dataclass(frozen=True)
class Country:
    """A country's name and its lines, the emergency number first."""

    name: str
    lines: tuple[Line, ...]


COUNTRIES: Mapping[str, Country] = MappingProxyType(
    {
        "GB": Country(
            "United Kingdom",
            (
                Line("Emergency services", "999", "If you can’t speak on a mobile, press 55 when asked."),
                Line("Samaritans", "116 123", "Someone to talk to, day and night."),
                Line(
                    "National Domestic Abuse Helpline",
                    "0808 2000 247",
                    "For women in England, day and night.",
                ),
                Line("Men’s Advice Line", "0808 801 0327", "For men who are being hurt at home."),
                Line(
                    "Scotland: Domestic Abuse and Forced Marriage Helpline", "0800 027 1234", "Day and night."
                ),
                Line("Wales: Live Fear Free", "0808 80 10 800", "Day and night."),
                Line(
                    "Northern Ireland: Domestic and Sexual Abuse Helpline", "0808 802 1414", "Day and night."
                ),
            ),
        ),
        "IE": Country(
            "Ireland",
            (
                Line("Emergency services", "112"),
                Line("Samaritans", "116 123", "Someone to talk to, day and night."),
                Line("Women’s Aid", "1800 341 900", "Day and night."),
                Line("Men’s Aid", "01 554 3811"),
            ),
        ),
        "US": Country(
            "United States",
            (
                Line("Emergency services", "911"),
                Line("Suicide and Crisis Lifeline", "988", "Ring or text, day and night."),
                Line("National Domestic Violence Hotline", "1-800-799-7233", "Day and night."),
            ),
        ),
        "CA": Country(
            "Canada",
            (
                Line("Emergency services", "911"),
                Line("Suicide Crisis Helpline", "988", "Ring or text, day and night."),
            ),
        ),
        "AU": Country(
            "Australia",
            (
                Line("Emergency services", "000"),
                Line("Lifeline", "13 11 14", "Someone to talk to, day and night."),
                Line("1800RESPECT", "1800 737 732", "For violence at home, day and night."),
            ),
        ),
        "NZ": Country(
            "New Zealand",
            (
                Line("Emergency services", "111"),
                Line("Need to talk?", "1737", "Ring or text, day and night."),
                Line("Women’s Refuge", "0800 733 843", "Day and night."),
            ),
        ),
    }
)


def countries_from(own: str | None) -> list[tuple[str, Country]]:
    """Every country with its code, the practice's own first where there is one."""
    return sorted(COUNTRIES.items(), key=lambda pair: (pair[0] != own, pair[1].name))
