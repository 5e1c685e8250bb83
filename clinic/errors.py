"""The few ways an act can be refused. Each carries a sentence for the person who asked.

One set of handlers in `web` turns them into pages, so no view catches them for show.
"""


class DomainError(Exception):
    """An act that cannot be done, with a sentence the person can read."""

    def __init__(self, sentence: str = "That could not be done.") -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotFound(DomainError):
    """No such thing for this reader; never says whether it exists for somebody else."""

    def __init__(self) -> None:
        super().__init__("We can't find that page.")


class NotAllowed(NotFound):
    """Refused. It is a NotFound on purpose: refused looks exactly like not found (decision 9)."""


class Conflict(DomainError):
    """The thing has changed, or is in a state in which this act makes no sense."""


class Expired(DomainError):
    """A link, code or period for undoing has run out."""
