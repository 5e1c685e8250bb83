"""The counsellor's first page: today's appointments, and every couple under the reason it is here."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.domain.board import UNCOUNTED, ActionKind, BoardRow, Group
from assignments.queries.board import Board, Line, board_for
from assignments.views import figures
from assignments.views.couple import about
from clinic import clock
from clinic.access import can, needs, signed_in
from clinic.domain.roles import Permission

blueprint = Blueprint("board", __name__)

SHOW = ("you", "track", "all")
# Where an action leads: the page meant for it, what it takes, and what a reader without that is offered.
LEADS_TO = {
    ActionKind.PLAN_TALK: ("talks.requests", Permission.TALK_READ),
    ActionKind.REVIEW_SIGNS: ("signs.signs", Permission.SIGNS_READ),
    ActionKind.FOLLOW_UP: ("referrals.for_couple", Permission.REFERRAL_READ),
    ActionKind.ADJUST: ("assign.assign", Permission.ASSIGNMENT_WRITE),
    ActionKind.LOOK: ("couple_plan.couple_plan", Permission.PLAN_READ),
    ActionKind.READ: ("answers.answers", Permission.ANSWER_STAFF_READ),
    ActionKind.CLOSE: ("couples.settings", Permission.COUPLE_END),
    ActionKind.DELETE: ("erasures.erasures", Permission.ERASURE_APPROVE),
    ActionKind.OPEN: ("couple.couple", Permission.COUPLE_READ),
}


@dataclass(frozen=True)
class Drawn:
    """A row with what stands around it: the rest of its sentence, its numbers, its two small charts, its address."""

    row: BoardRow
    line: Line
    rest: str
    sparks: tuple[tuple[str, figures.Figure | None], ...]
    action: tuple[str, str]


@blueprint.get("/c")
@needs(Permission.COUPLE_LIST)
def board() -> ResponseReturnValue:
    """The board; `show` and `q` narrow it, `charts=table` writes numbers instead of lines."""
    word = request.args.get("q", "").strip()[:80]
    asked = request.args.get("show", "")
    show = asked if asked in SHOW else ("all" if word else "you")
    now = clock.now()
    everything = board_for(signed_in(), now)
    return render_template(
        "assignments/board/board.html",
        now=now,
        board=everything,
        show=show,
        word=word,
        groups=_shown(everything, show, word),
        on_track=sum(row.group is Group.ON_TRACK for row in everything.rows()),
        as_table=request.args.get("charts") == "table",
    )


def _shown(everything: Board, show: str, word: str) -> list[tuple[str, list[Drawn]]]:
    """The groups that were asked for, with the rows that the word fits."""
    track = {"you": (False,), "track": (True,)}.get(show, (False, True))
    found = []
    for group in everything.groups:
        if (group.group is Group.ON_TRACK) in track:
            lines = [(row, everything.lines[row.couple_id]) for row in group.rows]
            rows = [_drawn(row, line) for row, line in lines if _fits(line, word)]
            if rows:
                found.append((group.label, rows))
    return found


def _fits(line: Line, word: str) -> bool:
    names = (f"{partner.name} {partner.person.family_name}" for partner in line.couple.partners)
    return word.casefold() in " ".join((*names, line.couple.name)).casefold()


def _drawn(row: BoardRow, line: Line) -> Drawn:
    history, span = line.summary.history(row.couple_id), line.summary.weeks_drawn
    sparks = []
    for key, title in (("closeness", "Closeness"), ("tension", "Tension")):
        sparks.append((f"{title}, 6 wk", figures.small(title, key, history, line.names, span)))
    return Drawn(row, line, _rest(row, line), tuple(sparks), action_of(row, line))


def _rest(row: BoardRow, line: Line) -> str:
    """What is said after the reason. A couple that nothing could be counted of may be here for another one."""
    if row.group is Group.ON_TRACK:
        return ""
    uncounted = line.is_uncounted and row.group is not Group.UNCOUNTED
    return " ".join(said for said in (UNCOUNTED if uncounted else "", line.next_step) if said)


def action_of(row: BoardRow, line: Line) -> tuple[str, str]:
    """Label and address of the row's one action; without its page or the right to it, the couple's own page."""
    endpoint, permission = LEADS_TO[row.action.kind]
    if not can(signed_in(), permission):
        address = None
    elif row.action.kind is ActionKind.ADJUST:
        address = url_for(endpoint, couple=line.couple.id)
    elif row.action.kind is ActionKind.READ and line.summary.read_first is not None:
        address = about("answers.answer", line.couple.id, response_id=line.summary.read_first)
    elif row.action.kind is ActionKind.DELETE:
        address = url_for(endpoint)
    else:
        address = about(endpoint, line.couple.id)
    if address is None:
        return "Open", url_for("couple.couple", couple_id=line.couple.id)
    if row.action.kind is ActionKind.PLAN_TALK and not can(signed_in(), Permission.TALK_ACKNOWLEDGE):
        return "See request", address
    return row.action.label, address
