"""Who may see what one partner wrote. The heart of the product: every rule about it stands here, once.

Levels, from tightest to loosest (decision 11):
  private     "Only me": the author alone.
  counsellor  the author and their counsellor.
  both        the counsellor at once; each partner the other's, together, when both have sent.
  shared      the counsellor at once; the other partner when the hold has passed.

Times are aware UTC and handed in. Nothing here reads a clock or a database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Level(StrEnum):
    """Who may see a response. The order of definition is the order of looseness."""

    PRIVATE = "private"
    COUNSELLOR = "counsellor"
    BOTH = "both"
    SHARED = "shared"

    @property
    def looseness(self) -> int:
        """0 for the tightest; a level may be chosen when it is no looser than the limit."""
        return list(Level).index(self)

    def is_looser_than(self, other: Level) -> bool:
        """Whether this level lets more people see than the other."""
        return self.looseness > other.looseness


def tighter(one: Level, other: Level) -> Level:
    """The one that lets fewer people see."""
    return other if one.is_looser_than(other) else one


OPEN_TO_PARTNER = (Level.BOTH, Level.SHARED)
OPEN_TO_COUNSELLOR = (Level.COUNSELLOR, Level.BOTH, Level.SHARED)


@dataclass(frozen=True)
class Change:
    """The author changed their mind after sending. Cancelled changes never count.

    One that was to count `at_once` only ever tightens. It lies ahead only where the clock that wrote it was ahead.
    """

    to: Level
    takes_effect_at: datetime
    cancelled: bool = False
    at_once: bool = False


@dataclass(frozen=True)
class Sharing:
    """What is needed to decide who sees one response.

    `sent_at` is None for a draft. `opens_at` is the end of the hold (decision 12).
    """

    chosen: Level | None
    sent_at: datetime | None
    opens_at: datetime | None
    changes: tuple[Change, ...] = ()

    def level_at(self, now: datetime) -> Level:
        """The level that counts by now. A draft, or a response without a choice, is private.

        What was hidden stays hidden when a clock that was ahead is put back, or differs from another host's.
        """
        level = self.level_then(now)
        for change in self.changes:
            if change.at_once and not change.cancelled and change.takes_effect_at > now:
                level = tighter(level, change.to)
        return level

    def level_then(self, moment: datetime) -> Level:
        """The level as it stood at `moment`, which may be long ago, by what was written to have counted then.

        Of two changes of one moment the tighter counts, whichever is read first: no widening counts at once.
        """
        if self.sent_at is None or self.chosen is None:
            return Level.PRIVATE
        level = self.chosen
        for change in sorted(self.changes, key=lambda one: (one.takes_effect_at, -one.to.looseness)):
            if not change.cancelled and change.takes_effect_at <= moment:
                level = change.to
        return level

    def levels_around(self, moment: datetime) -> set[Level]:
        """The level at `moment` and the one a change of that very moment replaced: either may have been acted on."""
        before = replace(self, changes=tuple(one for one in self.changes if one.takes_effect_at < moment))
        return {before.level_then(moment), self.level_then(moment)}

    def is_past_hold(self, moment: datetime) -> bool:
        """Whether the hold has run out, so that a partner may be shown what is open to them."""
        return self.sent_at is not None and self.opens_at is not None and self.opens_at <= moment

    def pending(self, moment: datetime) -> Change | None:
        """A widening on its way, which the author can still cancel."""
        waiting = [c for c in self.changes if not (c.cancelled or c.at_once) and c.takes_effect_at > moment]
        return min(waiting, key=lambda change: change.takes_effect_at, default=None)

    def heading_to(self, moment: datetime) -> Level:
        """The level its author wants by now, whether or not it counts already."""
        pending = self.pending(moment)
        return pending.to if pending else self.level_at(moment)

    def moments(self) -> Iterable[datetime]:
        """Every moment at which something about who sees it changes."""
        if self.opens_at is not None:
            yield self.opens_at
        for change in self.changes:
            if not change.cancelled:
                yield change.takes_effect_at


def shared(sent_at: datetime, opens_at: datetime) -> Sharing:
    """What has one level only: it goes to the partner and the counsellor once its hold has passed."""
    return Sharing(Level.SHARED, sent_at, opens_at)


def loosest_of(limits: Iterable[Level], *, allows_counsellor_only: bool) -> Level:
    """How far something may be opened that several limits bind: the tightest of them.

    Where a practice keeps no secrets, what only its author and the counsellor would see is the author's alone.
    """
    tightest = min(limits, key=lambda level: level.looseness)
    if tightest is Level.COUNSELLOR and not allows_counsellor_only:
        return Level.PRIVATE
    return tightest


def levels_offered(
    limit: Level, *, counsellor_only_allowed: bool, for_both: bool, reveal_together: bool = False
) -> tuple[Level, ...]:
    """The choices an author gets, loosest first. Looser ones than the limit are absent, never greyed out.

    A practice with a no-secrets policy switches *counsellor only* off. *Both at once* needs two answers,
    so it is offered only where both partners were given the exercise; where the exercise is meant to be
    revealed together, *shared* gives way to it.
    """
    offered = [level for level in reversed(Level) if not level.is_looser_than(limit)]
    if not counsellor_only_allowed and Level.COUNSELLOR in offered:
        offered.remove(Level.COUNSELLOR)
    if not for_both and Level.BOTH in offered:
        offered.remove(Level.BOTH)
    if reveal_together and for_both and Level.SHARED in offered:
        offered.remove(Level.SHARED)
    return tuple(offered)


def may_agree_together(*limits: Level, for_both: bool) -> bool:
    """Whether an agreement can be signed by both: its words lie open to both, so nothing tighter will do.

    Otherwise it stays a note of whoever fills it in, at the level they choose.
    """
    return for_both and all(limit is Level.SHARED for limit in limits)


def level_for_a_private_note(limit: Level, *, counsellor_only_allowed: bool) -> Level:
    """Who sees what is for oneself and the counsellor: she does, unless the limit or the practice forbids it."""
    offered = levels_offered(limit, counsellor_only_allowed=counsellor_only_allowed, for_both=False)
    return Level.COUNSELLOR if Level.COUNSELLOR in offered else Level.PRIVATE


def counsellor_reads(own: Sharing, now: datetime) -> bool:
    """The couple's counsellor (and her supervisor) reads what was sent to her or looser, at once."""
    return own.sent_at is not None and own.level_at(now) in OPEN_TO_COUNSELLOR


def partner_reads(own: Sharing, other: Sharing | None, now: datetime, *, frozen: bool = False) -> bool:
    """Whether the *other* partner may read this response now.

    `other` is that partner's own response to the same turn, if there is one. `frozen` is a safety hold
    or a couple that has ended: sharing then stops both ways at once.
    """
    return not frozen and _is_open(own, other, now, own.level_at(now))


def _is_open(own: Sharing, other: Sharing | None, now: datetime, level: Level) -> bool:
    """The same while sharing goes on, at a level that counts or once counted."""
    if not own.is_past_hold(now):
        return False
    if level is Level.SHARED:
        return True
    if level is Level.BOTH and other is not None:
        return revealed_at(own, other, now) is not None
    return False


class Consent(StrEnum):
    """What an author lets go into a record of the couple that is handed on. Nothing, until they say so."""

    NONE = "none"
    SHARED = "shared"
    COUNSELLOR = "counsellor"


def consent_labels(partner: str, counsellor: str) -> Mapping[Consent, str]:
    """Each choice in its author's own names."""
    return {
        Consent.NONE: "None of my words",
        Consent.SHARED: f"What {partner} and I can both read",
        Consent.COUNSELLOR: f"That, and what I sent to {counsellor}",
    }


def may_be_handed_on(consent: Consent, own: Sharing, other: Sharing | None, now: datetime) -> bool:
    """Whether these words may stand in a record that leaves the practice. What its author keeps never does.

    A hold or an ending takes nothing out: it stops what partners see, and the record is what was said before.
    """
    if consent is Consent.COUNSELLOR:
        return counsellor_reads(own, now)
    return consent is Consent.SHARED and partner_reads(own, other, now)


def revealed_at(one: Sharing, two: Sharing, now: datetime) -> datetime | None:
    """When two answers opened together, or None if they have not by `now`.

    They open at the first moment at which both are sent, past the hold, and open to the partner. It is
    computed from the facts, so a later tightening hides a text without undoing that it opened.
    """
    return _first_open_together(one, two, now, lambda side, moment: {side.level_then(moment)})


def _first_open_together(
    one: Sharing, two: Sharing, until: datetime, levels: Callable[[Sharing, datetime], Collection[Level]]
) -> datetime | None:
    """The first moment at which both are past their hold and, by these levels, open to the partner."""
    for moment in sorted(moment for moment in (*one.moments(), *two.moments()) if moment <= until):
        if all(
            side.is_past_hold(moment) and any(level in OPEN_TO_PARTNER for level in levels(side, moment))
            for side in (one, two)
        ):
            return moment
    return None


def is_frozen_text(
    own: Sharing, other: Sharing | None, now: datetime, *, frozen_since: datetime | None = None
) -> bool:
    """Whether the words can no longer be edited: the other partner may have read them.

    A *both at once* answer can be changed freely until it opens; a shared one until its hold ends. Nothing
    opens after `frozen_since`, when sharing stopped: what would have opened must not show by a missing Undo.
    """
    seen_until = now if frozen_since is None else min(now, frozen_since)
    if not own.is_past_hold(now):
        return False
    if other is not None and _may_have_been_revealed(own, other, seen_until):
        return True
    # What is shared, or once was and has been hidden since, may have been read, so it stays as it was.
    return any(
        Level.SHARED in own.levels_around(moment)
        for moment in own.moments()
        if moment <= now and own.is_past_hold(moment)
    )


def _may_have_been_revealed(one: Sharing, two: Sharing, until: datetime) -> bool:
    """Whether two answers lay open together, be it for the moment in which one of them was hidden again."""
    return _first_open_together(one, two, until, Sharing.levels_around) is not None


def opens_next(own: Sharing, now: datetime) -> datetime | None:
    """When what its author shares will open to the partner, or None where it is open, or kept."""
    if own.heading_to(now) is not Level.SHARED or own.opens_at is None:
        return None
    pending = own.pending(now)
    opens = max(own.opens_at, pending.takes_effect_at) if pending else own.opens_at
    return opens if opens > now else None


def open_since(own: Sharing, other: Sharing | None, now: datetime) -> datetime | None:
    """Since when the other partner has been able to read this, or None while they can't.

    What was hidden in between counts from when it opened again. A couple whose sharing has stopped is not asked
    about here: the day a text opened stays the day it opened.
    """
    since = None
    for moment in sorted(m for m in (*own.moments(), *(other.moments() if other else ())) if m <= now):
        if not _is_open(own, other, moment, own.level_then(moment)):
            since = None
        elif since is None:
            since = moment
    return since if _is_open(own, other, now, own.level_at(now)) else None


def may_take_back(
    own: Sharing, other: Sharing | None, now: datetime, *, frozen_since: datetime | None = None
) -> bool:
    """Whether sending can be undone: until the partner could have read it, or the hold ends."""
    if own.sent_at is None:
        return False
    level = own.level_at(now)
    if level is Level.BOTH:
        return not is_frozen_text(own, other, now, frozen_since=frozen_since)
    return own.opens_at is not None and now < own.opens_at


def takes_effect_at(present: Level, wanted: Level, now: datetime, delay: timedelta) -> datetime:
    """Tightening counts at once; widening waits for the practice's delay (decision 12)."""
    return now + delay if wanted.is_looser_than(present) else now


def hold_ends(sent_at: datetime, hold: timedelta) -> datetime:
    """When what is sent to a partner may first be seen."""
    return sent_at + hold


class Opening(StrEnum):
    """What a partner is told about an exercise that opens together. It never says who has answered."""

    OPENED = "opened"
    WAITING = "waiting"
    CLOSED = "closed"


OPENING_WORDS = {
    Opening.WAITING: "Opens when you both answer",
    Opening.CLOSED: "Not opening here. You can talk about it in session.",
}


def opening(
    own: Sharing | None, other: Sharing | None, now: datetime, *, closes_at: datetime | None, frozen: bool
) -> Opening:
    """The state of a *both at once* exercise for either partner, in words that point at no one.

    Until the time runs out everybody sees "Opens when you both answer"; afterwards "Not opening here".
    Neither depends on whether the other has answered, kept theirs private, or never looked.
    """
    if not frozen and own is not None and other is not None and revealed_at(own, other, now) is not None:
        if other.level_at(now) in OPEN_TO_PARTNER and own.level_at(now) in OPEN_TO_PARTNER:
            return Opening.OPENED
        return Opening.CLOSED
    if closes_at is not None and now >= closes_at:
        return Opening.CLOSED
    return Opening.WAITING


def levels_offered_for_thanks(limit: Level, *, ended: bool) -> tuple[Level, ...]:
    """Who may see a thank-you: shared or only me, loosest first.

    Nothing new is shared once the couple's work has ended. A safety hold changes nothing here: it is silent,
    and what is shared meanwhile opens when it is lifted.
    """
    if ended or Level.SHARED.is_looser_than(limit):
        return (Level.PRIVATE,)
    return (Level.SHARED, Level.PRIVATE)


def left_after_an_ending(level: Level) -> Level:
    """Who still sees what lay open to the partner, once the couple's work has ended: the counsellor and its author."""
    return Level.COUNSELLOR if level in OPEN_TO_PARTNER else level


def readers(level: Level, *, partner: str, counsellor: str) -> str:
    """Who sees it, as the who-sees line and the Send button name them."""
    return {
        Level.PRIVATE: "Only me",
        Level.COUNSELLOR: f"{counsellor} only",
        Level.BOTH: "Both at once",
        Level.SHARED: f"{partner} and {counsellor}",
    }[level]


def readers_in_a_sentence(level: Level, *, partner: str, counsellor: str) -> str:
    """The same, in the middle of a sentence: names keep their capitals."""
    said = readers(level, partner=partner, counsellor=counsellor)
    return said if level in (Level.COUNSELLOR, Level.SHARED) else f"{said[:1].lower()}{said[1:]}"


def outcome(level: Level, *, partner: str, counsellor: str, hold_minutes: int) -> str:
    """What choosing a level does, in one or two short sentences under the choice."""
    minutes = "1 minute" if hold_minutes == 1 else f"{hold_minutes} minutes"
    return {
        Level.PRIVATE: f"No one else can read this. Not {partner}, and not {counsellor}.",
        Level.COUNSELLOR: (f"{partner} will not see this. {counsellor} may ask you about it on your own."),
        Level.BOTH: (
            "You each see the other's answer once you have both sent yours. "
            "We never show who answered first, or who has not."
        ),
        Level.SHARED: f"Goes to {partner} in {minutes}. You can take it back until then.",
    }[level]


def outcome_of_change(
    present: Level | None,
    wanted: Level,
    *,
    partner: str,
    counsellor: str,
    hold_minutes: int,
    delay_minutes: int,
    may_have_been_read: bool = True,
) -> str:
    """What choosing a level does to something that is at `present` already; None for something new.

    `may_have_been_read` says whether the partner could read it so far.
    """
    if present is None:
        return outcome(wanted, partner=partner, counsellor=counsellor, hold_minutes=hold_minutes)
    if wanted is present:
        return "As it is now."
    if wanted.is_looser_than(present):
        return f"This opens in {_duration(delay_minutes)}. You can cancel until then."
    if may_have_been_read and present in OPEN_TO_PARTNER and wanted not in OPEN_TO_PARTNER:
        return f"You can hide this from now on. {partner} may have read it already."
    return outcome(wanted, partner=partner, counsellor=counsellor, hold_minutes=hold_minutes)


def _duration(minutes: int) -> str:
    for size, one in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0 and minutes >= size:
            count = minutes // size
            return f"{count} {one}" if count == 1 else f"{count} {one}s"
    return "0 minutes"
