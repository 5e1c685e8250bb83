"""Listening turns: who may write what next, from nothing but the parts one person may see."""

from __future__ import annotations

import pytest

from assignments.domain import turns
from assignments.domain.exercises import AnswerError, Exercise, ReadOnlyStep
from assignments.domain.exercises.steps import Turn
from assignments.domain.turns import Act, Part
from assignments.domain.visibility import Level
from assignments.library.loader import load_library

ALL = frozenset({"thought", "say-back", "got-it-right", "makes-sense"})
SPEAKER: Turn = "speaker"
LISTENER: Turn = "listener"


def exercise(slug: str = "reflect-and-check") -> Exercise:
    found = load_library().get(slug)
    assert found is not None
    return found


STRAND = turns.strand_of(exercise())


def said(step: str, by: Turn, reader: Turn, *, times: int = 1, choice: str | None = None) -> Part:
    return Part(step, times, is_mine=by == reader, is_sent=True, choice=choice)


def story(reader: Turn, *said_so_far: str) -> list[Part]:
    """A strand as one of the two sees it: thought, back, yes, nearly, leave-it and sense, in order."""
    parts, times = [], 1
    for word in said_so_far:
        if word == "thought":
            parts.append(said("thought", SPEAKER, reader))
        elif word == "back":
            parts.append(said("say-back", LISTENER, reader, times=times))
        elif word == "sense":
            parts.append(said("makes-sense", LISTENER, reader))
        else:
            parts.append(said("got-it-right", SPEAKER, reader, times=times, choice=word))
            times += word == "nearly"
    return parts


def act_of(reader: Turn, *said_so_far: str) -> Act | None:
    return turns.next_act(STRAND, reader, story(reader, *said_so_far), ALL)


@pytest.mark.parametrize(
    ("so_far", "speaker", "listener"),
    [
        ((), "thought 1", ""),
        (("thought",), "", "say-back 1"),
        (("thought", "back"), "got-it-right 1", ""),
        (("thought", "back", "yes"), "", "makes-sense 1"),
        (("thought", "back", "yes", "sense"), "", ""),
        (("thought", "back", "leave-it"), "", ""),
        (("thought", "back", "nearly"), "", "say-back 2"),
        (("thought", "back", "nearly", "back"), "got-it-right 2", ""),
        (("thought", "back", "nearly", "back", "nearly"), "", "say-back 3"),
        (("thought", "back", "nearly", "back", "nearly", "back"), "got-it-right 3", ""),
        (("thought", "back", "nearly", "back", "nearly", "back", "yes"), "", "makes-sense 1"),
        (("thought", "back", "nearly", "back", "yes", "sense"), "", ""),
    ],
)
def test_a_strand_goes_to_and_fro_until_it_is_right_or_left(
    so_far: tuple[str, ...], speaker: str, listener: str
) -> None:
    for role, wanted in ((SPEAKER, speaker), (LISTENER, listener)):
        act = act_of(role, *so_far)
        assert (f"{act.step.key} {act.round}" if act else "") == wanted


def test_after_two_times_nearly_only_yes_and_leaving_it_remain() -> None:
    for times, wanted in ((1, ["yes", "nearly", "leave-it"]), (3, ["yes", "leave-it"])):
        act = act_of(SPEAKER, "thought", *["back", "nearly"] * (times - 1), "back")
        assert act is not None
        assert [option.key for option in act.choices] == wanted


def test_the_step_bar_says_where_one_is_whatever_the_round() -> None:
    act = act_of(LISTENER, "thought", "back", "nearly")
    assert act is not None
    assert (act.number, act.total, act.is_fresh) == (2, 4, False)
    first = act_of(SPEAKER)
    assert first is not None
    assert first.is_fresh


def test_a_draft_is_gone_on_with_and_takes_nothing_forward() -> None:
    draft = Part("thought", 1, is_mine=True, is_sent=False)
    act = turns.next_act(STRAND, SPEAKER, [draft], ALL)
    assert act is not None
    assert (act.step.key, act.is_fresh) == ("thought", True)


def test_whoever_hides_a_part_of_theirs_has_left_this_strand() -> None:
    parts = story(SPEAKER, "thought", "back")
    hidden = Part("thought", 1, is_mine=True, is_sent=True, is_hidden=True)
    assert turns.next_act(STRAND, SPEAKER, parts, ALL) is not None
    assert turns.next_act(STRAND, SPEAKER, [hidden, *parts[1:]], ALL) is None


def test_what_the_other_has_hidden_is_as_if_it_had_never_been_sent() -> None:
    seen = [part for part in story(LISTENER, "thought", "back", "nearly") if part.is_mine]
    assert turns.next_act(STRAND, LISTENER, seen, ALL) is None


def test_whoever_made_it_smaller_is_asked_for_fewer_steps() -> None:
    asked = frozenset({"thought", "say-back"})
    assert turns.next_act(STRAND, SPEAKER, story(SPEAKER, "thought", "back"), asked) is None
    assert turns.next_act(STRAND, LISTENER, story(LISTENER, "thought", "back", "yes"), asked) is None


@pytest.mark.parametrize("slug", ["validate-first", "active-listening", "reflect-and-check"])
def test_these_can_be_done_on_two_phones_and_every_step_of_them_is_reached(slug: str) -> None:
    given = exercise(slug)
    strand = turns.strand_of(given)
    assert turns.has_exchange(given)
    assert strand[0].turn == "speaker"
    assert not any(step.type == "rating" for step in strand)
    walked: list[str] = []
    while True:
        acts = {
            role: turns.next_act(
                strand,
                role,
                [
                    Part(key, 1, is_mine=given_by == role, is_sent=True, choice="yes")
                    for key, given_by in ((k, next(s.turn for s in strand if s.key == k)) for k in walked)
                ],
                {step.key for step in strand},
            )
            for role in (SPEAKER, LISTENER)
        }
        waiting = [act for act in acts.values() if act]
        if not waiting:
            break
        assert len(waiting) == 1, "only ever one of the two has something to write in a strand"
        walked.append(waiting[0].step.key)
    assert walked == [step.key for step in strand]


def test_an_exercise_without_a_check_is_no_exchange() -> None:
    assert not turns.has_exchange(exercise("gentle-questions"))
    assert not turns.has_exchange(exercise("i-statements"))


@pytest.mark.parametrize(
    ("limit", "for_whom", "on"),
    [
        (Level.SHARED, "both", True),
        (Level.SHARED, "A", False),
        (Level.BOTH, "both", False),
        (Level.COUNSELLOR, "both", False),
        (Level.PRIVATE, "both", False),
    ],
)
def test_partners_write_to_each_other_only_where_both_may_share(
    limit: Level, for_whom: str, on: bool
) -> None:
    assert turns.exchange_is_on(exercise(), limit, for_whom) is on


def test_each_step_shows_above_it_what_it_answers() -> None:
    def above(role: Turn, *so_far: str) -> list[tuple[str, int]]:
        act = act_of(role, *so_far)
        assert act is not None
        return turns.quoted_by(STRAND, act)

    assert above(SPEAKER) == []
    assert above(LISTENER, "thought") == [("thought", 1)]
    assert above(SPEAKER, "thought", "back") == [("say-back", 1)]
    assert above(LISTENER, "thought", "back", "nearly") == [("thought", 1), ("got-it-right", 1)]
    assert above(SPEAKER, "thought", "back", "nearly", "back") == [("say-back", 2)]
    assert above(LISTENER, "thought", "back", "yes") == [("thought", 1)]


def test_nothing_empty_is_sent() -> None:
    act = act_of(SPEAKER)
    assert act is not None
    with pytest.raises(AnswerError, match="Write a line first"):
        turns.ready_to_send(act, None)
    assert turns.ready_to_send(act, {"text": "Tea"}) == {"text": "Tea"}
    assert turns.choice_in(act, {"text": "Tea"}) is None


def test_nearly_says_what_was_meant_and_counts_only_while_it_is_offered() -> None:
    first = act_of(SPEAKER, "thought", "back")
    third = act_of(SPEAKER, "thought", "back", "nearly", "back", "nearly", "back")
    assert first is not None
    assert third is not None
    with pytest.raises(AnswerError, match="Say what you meant"):
        turns.ready_to_send(first, {"choice": "nearly"})
    assert turns.ready_to_send(first, {"choice": "other", "other": "The plan"}) == {
        "choice": "nearly",
        "other": "The plan",
    }
    for choice in ("nearly", "other"):
        with pytest.raises(AnswerError, match="Choose one"):
            turns.ready_to_send(third, {"choice": choice, "other": "The plan"})
    assert turns.choice_in(third, turns.ready_to_send(third, {"choice": "leave-it"})) == "leave-it"


def test_the_strand_is_over_for_its_speaker_once_they_said_yes_or_left_it() -> None:
    assert not turns.has_been_heard(STRAND, story(SPEAKER, "thought", "back", "nearly"))
    assert turns.has_been_heard(STRAND, story(SPEAKER, "thought", "back", "yes"))
    assert turns.has_been_heard(STRAND, story(SPEAKER, "thought", "back", "leave-it"))
    assert not turns.has_been_heard(STRAND, story(LISTENER, "thought", "back", "yes"))


def test_on_one_phone_each_step_becomes_a_page_to_read_from() -> None:
    for step in STRAND:
        page = turns.spoken_step(step)
        assert isinstance(page, ReadOnlyStep)
        assert (page.key, page.title, page.turn) == (step.key, step.title, step.turn)
        assert page.lines
