"""What the people of the demo write. Short, plain, invented; each step of an exercise has a few voices."""

from __future__ import annotations

from random import Random
from typing import Any

from assignments.domain.exercises import (
    AgreementStep,
    AskedField,
    ChooseManyStep,
    ChooseOneStep,
    EntriesStep,
    ISentenceStep,
    RatingStep,
    Step,
    TextStep,
    TimerStep,
)

TEXTS = {
    "topic": (
        "How we plan weekends. I find out last and then I go quiet.",
        "The evenings when one of us is still working at the table.",
        "My mother's visits, and who says yes to them.",
    ),
    "thought": (
        "When the weekend is already planned, I feel left out. I'd like us to talk on Thursday first.",
        "I need ten minutes when I come in, before we talk about money.",
        "I like it when you tell me the small things from your day.",
    ),
    "own-words": (
        "You want to be asked before things are fixed. It is about being part of it.",
        "You miss sitting down together. It isn't about the work itself.",
    ),
    "say-back": (
        "You feel left out when I've made the plan on my own. You'd like us to sit down on Thursday first.",
        "You need a bit of quiet first, and then you do want to talk.",
    ),
    "say-back-again": ("You'd like to be asked, even when you would have said yes.",),
    "makes-sense": (
        "It makes sense. I would feel the same if I heard it from the children.",
        "It makes sense, because it keeps happening at the end of a long day.",
    ),
    "on-my-mind": (
        "I said no to the job and I keep turning it over.",
        "The letter from school. I don't know what to answer.",
    ),
    "name-the-feeling": ("You sound worried, and a bit alone with it.", "I hear that it made you sad."),
    "different": ("I didn't offer a fix. It was harder than I thought.", "You looked at me the whole time."),
    "hard-part": ("Not answering straight away.", "Keeping still. I wanted to explain myself."),
    "take-away": ("Ask first.", "Ten minutes, then talk."),
    "keep": ("The candle, and that neither of us looked at the clock.", "We laughed about the burnt rice."),
    "stayed": ("You said you were glad I rang your brother.", "It was quiet, and that was fine."),
    "noticed": ("You answer faster on Tuesdays.", "I look for something to send now. That is new."),
    "my-thing": (
        "You took the early shift with the little one so I could sleep.",
        "You asked about my dad and then waited for the answer.",
    ),
    "heard": ("I didn't know you had seen that.", "Good. A bit shy."),
    "say-one": ("The one about the early shift.", "That you waited up for me."),
    "answer": ("The lake, the first summer. We had nothing with us.", "An hour in the garden, with no plan."),
    "learned": ("That you still think about the lake.", "You get tired of deciding things."),
    "at-ease": (
        "In the car, when we both look at the road.",
        "When the kitchen is done and the radio is on.",
    ),
    "closer": ("When you ask a second question.", "A hand on my shoulder when you walk past."),
    "secure": ("You come back after a row. You always have.", "You tell me when you will be late."),
    "when-tense": ("A short break, and knowing when it ends.", "Lower voices. Not following me upstairs."),
    "pattern": (
        "Mostly late, mostly about plans. I go quiet when I think I will be corrected.",
        "It happens after work. By the weekend it is gone.",
    ),
    "adjust": ("A longer pause on weekdays.", "Nothing yet."),
}
FIELDS = {
    "did": (
        "Made tea before I asked.",
        "Rang my mother.",
        "Picked up the parcel in the rain.",
        "Said sorry first.",
    ),
    "when": ("Tuesday morning", "Last night", "On the way home"),
    "meant": ("I felt looked after.", "I was not on my own with it.", "It made the day lighter."),
    "message": ("Saw your bus go past and waved.", "Good luck at two.", "Found the recipe you liked."),
    "reminder": ("The song on the radio", "Your coat in the hall"),
    "for_me": ("A good half minute", "I smiled at my phone"),
    "day": ("Monday", "Thursday", "Sunday evening"),
    "topic": ("Money for the trip", "Who collects the children", "His parents"),
    "saw": ("I answered with one word and went to the sink.", "The talk stopped when the phone rang."),
    "before": ("You never ask me.", "You always work."),
    "after": (
        "When the plan is made before I hear of it, I feel left out. I'd like us to decide on Thursdays.",
        "When the laptop opens after supper, I feel alone. I'd like one evening without it.",
    ),
    "said": ("I said the one about Thursdays.", "I said I felt left out, and stopped there."),
    "next": ("Say it earlier", "Sit down first"),
    "time": ("half past eight", "after supper"),
    "place": ("kitchen", "the sofa by the window"),
    "backup": ("Sunday, same time", "the evening after"),
    "phones": ("in the hall drawer",),
    "signal": ("teapot", "raised hand"),
    "meanwhile": ("Walk round the block. Read.", "One in the garden, one in the kitchen."),
    "come_back": ("Whoever asked for the pause starts.", "We sit down at the table again."),
    "need_more": ("Say so, and name a new time.",),
    "helped": ("Knowing when we would go on.", "The walk."),
}
ANYTHING = ("It was all right. I'd like to try it again.", "Short, but we did it.", "More than I expected.")
WHEN = ("the plan is made before I hear of it", "the laptop opens after supper")
WOULD_LIKE = ("to decide on Thursdays", "one evening without it")

THANKS = (
    ("You rang my mum.", "She was so pleased, and so was I."),
    ("You made tea and did not ask anything.", "That was what I needed."),
    ("You told me about the letter.", "Thank you for trusting me with it."),
    ("You left the light on.", ""),
    ("You took the bins out in the storm.", ""),
    ("You asked a second question.", "I noticed."),
)
COMMENTS = (
    "Thank you for writing this. Shall we begin there on Thursday?",
    "You said it without blame. That is not easy.",
    "I'd like to hear more about the last line when we meet.",
)
REASONS = {
    "continue": "Both are trying things and say so. Carry on, and look again in a month.",
    "adapt_plan": "Gains have slipped since the move. Smaller practice, one evening a week, and more contact.",
    "pause_for_safety": "Joint practice held. Individual conversations first.",
    "planned_ending": "Both feel ready to go on alone. Ending agreed together, with a door left open.",
}


def value_for(step: Step, level: float, chance: Random) -> dict[str, Any] | None:
    """Somebody's answer to one step at this level (0-10) of their course."""
    match step:
        case TextStep():
            return {"text": chance.choice(TEXTS.get(step.key, ANYTHING))}
        case RatingStep():
            return {"rating": max(0, min(10, round(chance.gauss(level + 1, 1))))}
        case ChooseOneStep():
            return {"choice": chance.choice(step.options).key}
        case ChooseManyStep():
            return {"choices": [option.key for option in chance.sample(step.options, 2)]}
        case ISentenceStep():
            return {
                "when": chance.choice(WHEN),
                "felt": [chance.choice(step.feelings).key],
                "would_like": chance.choice(WOULD_LIKE),
            }
        case EntriesStep():
            return {"entries": {f"e{n}": _fields(step.fields, chance) for n in range(chance.randint(1, 3))}}
        case TimerStep():
            return {"done": True}
        case AgreementStep():
            return {**_fields(step.fields, chance), "agreed": True}
        case _:
            return None


def _fields(fields: tuple[AskedField, ...], chance: Random) -> dict[str, str]:
    return {
        field.key: chance.choice(field.options).key
        if field.kind == "choose_one"
        else chance.choice(FIELDS.get(field.key, ANYTHING))
        for field in fields
    }
