"""What a finding of the model says in words and in evidence; the rules about movement share it."""

from __future__ import annotations

from collections.abc import Sequence

from assignments.domain.signs.rows import Case
from assignments.domain.stalls import Finding, Limits

ONE_WEEK_OUT = "with any one week left out"
UNLIKELY = 0.25
# A chance up to so much, in words.
CHANCES = (
    (0.05, "Very unlikely"),
    (UNLIKELY, "Unlikely"),
    (0.40, "Rather unlikely"),
    (0.60, "As likely as not"),
    (0.75, "Rather likely"),
    (0.95, "Likely"),
    (1.0, "Very likely"),
)
COMPOSITE = "the check-in composite (closeness, felt understood, and the reverse of tension and pulling back)"


def in_a_row(findings: Sequence[Finding], limits: Limits) -> bool:
    """Whether a claim held in each of the last evaluated weeks."""
    last = findings[-limits.weeks_in_a_row :]
    return len(last) == limits.weeks_in_a_row and all(one.holds for one in last)


def twice(limits: Limits) -> str:
    """How a rule says that it looks at both and asks for weeks running."""
    return (
        f"worked out for both partners together, in {limits.weeks_in_a_row} weeks running that have an answer"
    )


def chance(finding: Finding) -> str:
    """A chance in words, with its figure."""
    words = next(words for most, words in CHANCES if (finding.probability or 0.0) <= most)
    return f"{words} ({_figure(finding)})"


def _figure(finding: Finding) -> str:
    likely = finding.probability or 0.0
    return "under 1%" if likely < 0.01 else "over 99%" if likely > 0.99 else f"{likely:.0%}"


def at_least(finding: Finding) -> str:
    """A chance that is a lower bound; "over 99%" says so by itself."""
    figure = _figure(finding)
    return figure if figure.startswith("over") else f"of at least {figure}"


def moved_by(finding: Finding) -> str:
    """The likeliest change and its bounds, in words."""
    return (
        f"it moved about {signed(finding.change)} points, four times in five between"
        f" {signed(finding.least)} and {signed(finding.most)}"
    )


def evidence_of(case: Case, item: str, finding: Finding) -> dict[str, object]:
    """The answers of a line and what the model made of them."""
    return {"records": case.line_records[item], **figures(finding)}


def figures(finding: Finding) -> dict[str, object]:
    """What the model made of a line, ready for JSON."""
    return {
        "change": rounded(finding.change),
        "least": rounded(finding.least),
        "most": rounded(finding.most),
        "since_week": finding.since,
        "one_week_out": finding.one_week_out,
    }


def signed(value: float | None) -> str:
    """A change with a real minus sign; a change that rounds to nothing has none."""
    shown = round(value or 0.0, 1) + 0.0
    return f"{shown:.1f}" if shown >= 0 else f"\N{MINUS SIGN}{-shown:.1f}"


def rounded(value: float | None) -> float | None:
    """A figure as evidence keeps it."""
    return None if value is None else round(value, 2) + 0.0
