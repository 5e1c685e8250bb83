"""Decks of question cards: what one is, how its cards come into an exercise, and which three lie on the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import Any, Final, get_args

from pydantic import Field

from assignments.domain.exercises.steps import Card, Definition, Depth, Label, Slug

DEPTHS: Final[tuple[Depth, ...]] = get_args(Depth)
DEPTH_NAMES: Final[Mapping[Depth, str]] = {"light": "Light", "middle": "Middle", "deep": "Deep"}
CARDS_IN_HAND: Final = 3


class Deck(Definition):
    """One file of cards, from which any exercise may take."""

    slug: Slug
    name: Label
    cards: tuple[Card, ...] = Field(
        min_length=3, max_length=120, description="a list of [[cards]], each with key, depth and question"
    )


@dataclass(frozen=True)
class Hand:
    """The cards that lie on the table, and which draw of how many it is."""

    cards: tuple[Card, ...]
    draw: int
    draws: int


def with_cards(table: Mapping[str, Any], decks: Mapping[str, Deck]) -> dict[str, Any]:
    """An exercise as its file has it, with the cards of a named deck where the name stood.

    A name no deck has stays where it is, for the definition to refuse in a sentence of its own.
    """
    steps = table.get("steps")
    if not isinstance(steps, list):
        return dict(table)
    return {**table, "steps": [_with_cards(step, decks) for step in steps]}


def _with_cards(step: Any, decks: Mapping[str, Deck]) -> Any:
    if not isinstance(step, dict) or step.get("type") != "cards" or "cards" in step:
        return step
    name, wanted = step.get("deck"), step.get("depths", list(DEPTHS))
    deck = decks.get(name) if isinstance(name, str) else None
    if deck is None or not isinstance(wanted, list):
        return step
    cards = [card.model_dump() for card in deck.cards if card.depth in wanted]
    if not cards or not set(map(str, wanted)) <= set(DEPTHS):
        return step
    return {key: item for key, item in step.items() if key not in ("deck", "depths")} | {"cards": cards}


def deal(
    cards: Sequence[Card], seed: str, *, draw: int = 0, depth: Depth | None = None, chosen: str | None = None
) -> Hand:
    """Three cards, the same for the same seed and draw; one of each depth where no depth is asked for.

    A chosen card stays on the table beside the three, whatever is drawn.
    """
    asked = sorted(
        (card for card in cards if depth is None or card.depth == depth),
        key=lambda card: sha256(f"{seed}:{card.key}".encode()).digest(),
    )
    piles = [[card for card in asked if card.depth == one] for one in DEPTHS]
    order = [card for row in zip_longest(*piles) for card in row if card is not None]
    draws = max(1, -(-len(order) // CARDS_IN_HAND))
    draw %= draws
    dealt = order[draw * CARDS_IN_HAND : (draw + 1) * CARDS_IN_HAND]
    kept = [card for card in cards if card.key == chosen and card not in dealt]
    in_order = sorted(dealt, key=lambda card: DEPTHS.index(card.depth))
    return Hand(cards=(*kept, *in_order), draw=draw, draws=draws)
