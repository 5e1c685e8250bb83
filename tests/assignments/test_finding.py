"""What a counsellor types, and what comes back: her words and not the couple's, in any form, past a slip of the keys."""

from __future__ import annotations

import pytest

from assignments.actions.library import MOST_OWN
from assignments.domain.exercises import exercise_from_json, exercise_to_json
from assignments.library.finding import Wanted, look_for
from assignments.library.loader import load_library
from assignments.library.searching import MOST_KEPT, Found, load_topics, search, wrong_topics
from assignments.library.vocabulary import stem
from tests.cast import AS, Cast
from tests.page import get_page


def found(typed: str) -> Found:
    return search(load_library().all(), typed)


def slugs(typed: str) -> list[str]:
    return [exercise.slug for exercise in found(typed).exercises]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("conflict", ["pause-and-come-back", "time-and-place", "shared-goal"]),
        ("listen", ["active-listening"]),
        ("money", ["what-weighs-on-us", "time-and-place"]),
        ("apologise", ["own-a-misstep", "my-part"]),
        ("bedtime", ["evening-check-in"]),
        ("trust", ["thanks-for-your-trust"]),
        ("stonewalling", ["withdrawal-journal", "name-the-pattern"]),
        ("gratitude", ["appreciation-log", "one-thing-aloud"]),
        ("shuts down", ["withdrawal-journal"]),
        ("criticism", ["i-statements"]),
        ("time out", ["pause-and-come-back"]),
        ("date night", ["something-together"]),
        ("self-care", ["care-for-myself"]),
        ("alexithymia", ["find-the-word"]),
        ("boundaries", ["my-pace"]),
        ("kids", ["what-weighs-on-us"]),
        ("no way in", ["go-first", "one-question-a-week"]),
        ("changes the subject", ["go-first"]),
        ("commitment", ["what-i-am-working-on"]),
        ("Small thanks", ["appreciation-log"]),
        ("V4", ["listen-first"]),
    ],
)
def test_a_counsellors_words_find_what_she_means(typed: str, first: list[str]) -> None:
    assert slugs(typed)[: len(first)] == first


@pytest.mark.parametrize(
    ("forms", "root"),
    [(("arguing", "argues", "argued"), "argue"), (("apologize", "apologising"), "apologise")],
)
def test_every_form_of_a_word_is_that_word(forms: tuple[str, ...], root: str) -> None:
    assert {stem(form) for form in forms} == {stem(root)}
    assert all(slugs(form) == slugs(root) for form in forms)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lisening", "listening"),
        ("apreciation", "appreciation"),
        ("appologise", "apologise"),
        ("bedtme", "bedtime"),
        ("bondaries", "boundaries"),
        ("vunerable", "vulnerable"),
    ],
)
def test_a_slip_of_the_keys_is_taken_for_the_nearest_word_and_said(typed: str, meant: str) -> None:
    assert found(typed).instead == ((typed, meant),)
    assert slugs(typed) == slugs(meant)


def test_minutes_among_the_words_are_minutes() -> None:
    five = found("5 minutes").exercises
    assert five
    assert five == load_library().search(max_minutes=5)
    assert found("quick").exercises == five
    both = found("listening, ten min").exercises
    assert both
    assert all(exercise.minutes <= 10 for exercise in both)
    assert {exercise.slug for exercise in both} < set(slugs("listening"))


def test_two_words_ask_for_both_and_where_nothing_has_both_it_says_so() -> None:
    assert set(slugs("row about money")) == set(slugs("row")) & set(slugs("money"))
    some = found("quarrel zzzzz")
    assert some.some_only
    assert [one.slug for one in some.exercises] == slugs("quarrel")
    nothing = found("zzzzz")
    assert not nothing.exercises
    assert not nothing.some_only


HARM = """
violence | abused | domestic abuse | coercive control | threatening | threat | threats | violently
coerced | coerces | coercing | coercion | abuser | abusers | abusive | rape | raped | rapist | stalker | stalked
strangled | strangulation | suicidality | suicidal | assaulted
violnce | violense | voilence | violance | abse | abusve | suicde | suicidle | coersive | thretening | stranglation
slap | slaps | punched | choked | choking | kills him | beaten | beats her | battered wife | bruises | weapon | gun | knives
controlling | controlling husband | he controls the money | control him | gaslight | gaslighting | gaslighted
self-harm | self harm | harm | harming | overdose | overdosed | dangerous | in danger | DV | IPV | dv history
afraid of him | afraid of her | afraid of them | scared of my partner | frightened of her husband | she is afraid of his anger
he frightens me | afriad of him | unsafe | not safe | doesn't feel safe at home | don’t feel safe | forced sex | he forces her
he hits her | hit each other | she hit him | partner's hitting | been hit | wants to die | hurts himself | hits the kids | scared of dad | firearm
he pushes shouts row money kids house work late violence
non-violent but he hits her | nonviolent communication and abuse | five minutes after violence
"""
MAYBE_HARM = "scared | afraid to open up | beat | hit by grief and stress | self control | frightened of closeness | hurt her feelings"
ONLY_MAYBE_AND_NOTHING_FITS = "hit | hits | hitting | control | controls | forced | aggression"
NO_HARM = """
non-violent communication | nonviolent communication | non violent | NVC | rap | rapport | rapping
row | silence | fear | hurt | anger | safe | safety | attachment | strangers | stranger | strange | treat each other well | stalled
harmony | share | shared | cooking | thread | low battery | stonewalling | intimacy | intimately | push | fight | controversy
skill | tension | abandon | absence | knit | danced | threshold | slip | policy | amused | passive aggressive | fear of abandonment
"""


def each(table: str) -> list[str]:
    return [typed.strip() for line in table.strip().splitlines() for typed in line.split("|")]


@pytest.mark.parametrize("typed", each(HARM) + each(ONLY_MAYBE_AND_NOTHING_FITS))
def test_no_exercise_is_the_answer_to_harm_and_no_other_word_is_heard_in_it(typed: str) -> None:
    assert found(typed) == Found((), is_safety=True)


@pytest.mark.parametrize("typed", each(MAYBE_HARM))
def test_what_may_be_harm_or_a_wish_finds_exercises_under_the_safety_sentence(typed: str) -> None:
    assert found(typed).is_safety
    assert found(typed).exercises


@pytest.mark.parametrize("typed", each(NO_HARM))
def test_what_only_looks_like_harm_is_searched_for(typed: str) -> None:
    assert not found(typed).is_safety


def test_the_method_that_has_violence_in_its_name_finds_its_exercises() -> None:
    for typed in ("non-violent communication", "nonviolent communication", "NVC"):
        assert "i-statements" in slugs(typed)


def test_no_exercise_is_hidden_from_its_own_name() -> None:
    assert [one.name for one in load_library().all() if found(one.name).is_safety] == []


def test_the_largest_library_of_a_practice_is_read_once() -> None:
    assert len(load_library().all()) + MOST_OWN < MOST_KEPT


def test_what_an_exercise_warns_of_is_no_part_of_what_it_is_for() -> None:
    phones = next(one for one in load_library().all() if one.slug == "phone-free-evening")
    assert any("money" in line for line in phones.donts)
    assert phones.slug not in slugs("money")


def test_a_practices_own_exercise_is_found_by_what_counsellors_call_it() -> None:
    shipped = load_library().get("own-a-misstep")
    assert shipped is not None
    ours = exercise_from_json(exercise_to_json(shipped)).model_copy(
        update={"slug": "our-quarrels", "name": "After a quarrel"}
    )
    library = load_library().with_own([ours])
    assert ours in look_for(library, Wanted(word="conflict")).exercises


def test_a_topic_names_only_what_is_there() -> None:
    assert wrong_topics(exercise.slug for exercise in load_library().all()) == []
    assert wrong_topics([]) != []
    # A word in two topics would be answered by both; that is a slip in the file.
    phrases = [phrase for topic in load_topics() for phrase in set(topic.phrases)]
    assert sorted(phrases) == sorted(set(phrases))


def test_the_page_says_how_it_took_the_words(cast: Cast, as_: AS) -> None:
    client = as_(cast.priya)
    slip = get_page(client, "/c/library?q=lisening")
    assert "Nothing has “lisening”. This is for “listening”." in slip.words
    some = get_page(client, "/c/library?q=quarrel+zzzzz")
    assert "Nothing has all of these words. These have some of them." in some.words
    harm = get_page(client, f"/c/assign?couple={cast.sam_and_jo.id}&q=violence")
    assert "No exercise is meant for this" in harm.words
    assert "Speak with each of them alone first." in harm.words
    maybe = get_page(client, "/c/library?q=scared")
    assert "If anybody is not safe, no exercise is meant" in maybe.words
    assert "Speak with each of them alone first." in maybe.words
