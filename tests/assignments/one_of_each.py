"""A made-up exercise that holds every kind of step, as its file would tell it."""

import pytest

from assignments.domain.exercises import (
    Exercise,
    ExerciseError,
    Step,
    parse_exercise,
)

TEXT = """
slug = "tea-and-talk"
version = 1
name = "Tea and talk"
family = "rituals"
who = "turns"
minutes = 8
level = "easy"
summary = "Tea, and one question."
why = "A warm drink slows a talk down."
how = ["Make tea.", "Ask {partner} one thing."]
dos = ["Sit down."]
donts = ["Hurry."]
sharing = "both"
reveal_together = true
sources = ["R1", "I3"]
signs = ["S6", "T3"]

[dose]
text = "Once a week"
per_week = 1

[[steps]]
key = "say"
type = "text"
turn = "speaker"
title = "What is on your mind?"
max_chars = 50

[[steps]]
key = "close"
type = "rating"
title = "How close did it feel?"
low = "far"
high = "close"

[[steps]]
key = "reply"
type = "choose_one"
turn = "listener"
quotes = "say"
title = "What would you say to {partner}?"
options = [{ key = "thanks", label = "Thank you" }, { key = "more", label = "Tell me more" }]
other = "My own words"

[[steps]]
key = "helped"
type = "choose_many"
title = "What helped?"
options = [{ key = "tea", label = "The tea" }, { key = "quiet", label = "The quiet" }]
other = "Something else"

[[steps]]
key = "i-say"
type = "i_sentence"
title = "Say it as I"
when = { title = "When was it?" }
felt = { title = "What did you feel?" }
would_like = { title = "What would you like?" }
feelings = [
  { key = "sad", label = "sad" }, { key = "left-out", label = "left out" },
  { key = "tired", label = "tired" }, { key = "glad", label = "glad" },
]

[[steps]]
key = "log"
type = "entries"
title = "What did you notice?"
entry = "a moment"
fields = [
  { key = "saw", label = "What I saw", kind = "text" },
  { key = "tone", label = "The tone", kind = "choose_one", options = [
    { key = "calm", label = "Calm" }, { key = "tense", label = "Tense" } ] },
]

[[steps]]
key = "sit"
type = "timer"
title = "Sit together"
minutes = 5

[[steps]]
key = "read"
type = "read_only"
title = "Before you go on"
lines = ["Breathe out."]

[[steps]]
key = "pact"
type = "agreement"
title = "What do you agree on?"
fields = [{ key = "word", label = "Our word" }, { key = "back", label = "How do we come back?" }]

[sizes.small]
minutes = 2
timer = 2
steps = ["sit"]

[sizes.usual]
minutes = 8
steps = ["say", "reply", "sit"]

[sizes.longer]
minutes = 20
steps = ["say", "close", "reply", "helped", "i-say", "log", "sit", "read", "pact"]
"""


def exercise() -> Exercise:
    return parse_exercise(TEXT, "tea.toml")


def step(key: str) -> Step:
    found = exercise().step(key)
    assert found is not None
    return found


def problems_after(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(ExerciseError) as caught:
        parse_exercise(TEXT.replace(old, new, 1), "tea.toml")
    assert str(caught.value).startswith("tea.toml: ")
    return str(caught.value)
