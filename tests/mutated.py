"""What `tests/mutation.py` breaks: which rules, which tests must notice, and what nobody can tell, with the reason."""

from __future__ import annotations

# The rules, and the tests that are fast and look at nothing else.
WATCHED: dict[str, tuple[str, ...]] = {
    "assignments.domain.visibility": (
        "tests/assignments/domain/test_visibility_rules.py",
        "tests/assignments/domain/test_visibility.py",
    ),
    "assignments.access": ("tests/assignments/test_access.py",),
    "clinic.access": ("tests/clinic/test_access.py",),
}
# The guards that stand around every request, and the conditions of every query that say whose rows it means. The tests
# that know them ask whole pages, so these are tried in the big run, and a few of the queries' in the small one.
GUARDS: dict[str, tuple[str, ...]] = {
    "clinic.hosts": tuple(
        f"tests/hostile/test_doors.py::test_{name}"
        for name in (
            "what_browsers_say_of_our_own_pages_is_let_in",
            "a_page_is_shown_to_whoever_comes_by_a_link_from_elsewhere",
            "a_host_that_is_not_ours_is_refused_and_never_repeated",
            "no_form_is_taken_without_its_own_token_or_from_another_site",
        )
    ),
    "clinic.queries": (
        "tests/test_whose_rows.py",
        "tests/clinic/test_ones_own.py",
        "tests/test_twins.py",
        "tests/clinic/test_calendar_feed.py",
        "tests/clinic/test_retention.py",
        "tests/clinic/pages",
    ),
    "assignments.queries": (
        "tests/test_whose_rows.py",
        "tests/assignments/test_ones_own.py",
        "tests/test_twins.py",
        "tests/assignments/test_today_in_hand.py",
        "tests/assignments/pages",
    ),
    "clinic.narrowed": (
        "tests/assignments/pages/test_room.py",
        "tests/assignments/pages/test_one_phone.py",
        "tests/assignments/pages/test_words_closed.py",
    ),
    "clinic.web": (
        "tests/hostile/test_addresses.py",
        "tests/clinic/pages/test_errors.py",
        "tests/clinic/pages/test_sign_in_again.py",
        "tests/clinic/pages/test_second_step.py",
        "tests/clinic/pages/test_join.py",
        "tests/clinic/pages/test_practice_admin.py",
        "tests/clinic/pages/test_after_a_time_out.py",
        "tests/clinic/test_calendar_files.py",
        "tests/assignments/pages/test_room.py",
        "tests/assignments/pages/test_one_phone.py",
    ),
}
# What has so many that several processes share them.
PARTS = {"assignments.queries": 6}
# What asks every query at once.
OF_EVERY_QUERY = {
    "test_what_is_asked_of_one_couple_brings_out_no_other_of_the_same_counsellor",
    "test_what_is_called_ones_own_brings_out_nothing_of_the_others",
    "test_what_is_asked_of_one_couple_is_the_same_beside_a_twin",
    "test_what_is_ones_own_is_the_same_where_the_other_did_it_too",
    "test_what_a_colleague_did_for_herself_is_not_taken_for_ones_own",
}
# The pages that stand on a module of queries, where they are not called as it is.
PAGES_OF: dict[str, str] = {
    "agreements": "agreements together", "agreements_for_staff": "agreements answers", "appointments":
    "appointments appointment_rows diary", "assignments": "do assign", "bulk": "several", "caseload": "export board",
    "checkins": "check_in", "consents": "export", "cosigning": "cosigning", "decisions": "signs cosigning", "doing": "do do_finish",
    "entries": "thanks saying_thanks", "erasures": "erasing", "exchanges": "turns", "factors": "second_step passkeys",
    "history": "couple", "instruments": "questionnaires", "outcomes": "how_it_went", "own_copy": "own_data",
    "own_drafts": "builder plan_builder", "own_plans": "plan_builder", "pauses": "pause", "people":
    "join sign_in account practice_admin", "pins": "answers brief", "pins_in_force": "answers brief turns", "plain_rows": "couple board",
    "plan_weeks": "plans", "practice_counts": "practice", "practices": "practice practice_admin", "recent": "couple",
    "record_copy": "export", "reminders": "reminders_page calendar_feed", "responses": "answers do do_finish", "review":
    "answers couple", "sign_rules": "tuning", "strands": "turns answers", "summaries": "board", "timeline": "couple",
    "unread": "board couple", "unshared": "couple answers", "uses": "do_kinds rituals",
}  # fmt: skip
# What is asked for by the pages of another module alone.
ASKED_THROUGH = {"assignments.queries.responses": {"assignments.queries.together"}}
# Of a module that does more, what guards.
GUARDING = {"clinic.web": {"_guard", "_has_nul", "_is_fresh", "_answer_again", "_where_it_led"}}
# A condition of a query that has one of these words in it says whose rows are meant.
OF_SOMEBODY = (
    "practice_id", "couple_id", "couple_ids", "person_id", "author_id", "reader_id", "counsellor_id", "supervisor_id",
    "reader.id", "person.id", "partner.id", "counsellor.id", "couple.id", "visibility",
)  # fmt: skip
# What no test can tell from the original, with the reason. They are tried too, counted apart and never as killed; one that a
# test notices is none of these, and fails the run of its module.
EQUAL: dict[str, str] = {
    "assignments.domain.visibility:counsellor_reads: without part 1 in "
    "`own.sent_at is not None and own.level_at(now) in OPEN_TO_COUNSELLOR`": "A draft is private already.",
    "assignments.domain.visibility:Sharing.level_at: moved by a moment in `change.takes_effect_at > now`": (
        "What tightens at this very moment counts by now, and is the tighter of that moment's."
    ),
    "assignments.domain.visibility:is_frozen_text: never in `if not own.is_past_hold(now):`": (
        "Nothing is revealed, and no moment is past the hold, before the hold is."
    ),
    "clinic.narrowed:_is_marked: without part 2 in `request.endpoint or ''`": (
        "Where no view answers the guard has returned already."
    ),
    "clinic.web:_has_nul: without part 1 in `'\\x00' in request.path or b'%00' in request.query_string`": (
        "SQLite finds nothing there either. On PostgreSQL a test tells, and this run is on SQLite."
    ),
    "clinic.web:_answer_again: never in `if key is None:`": "Nothing was ever acted on under no key.",
    "clinic.web:_answer_again: always in `if earlier is None:`": (
        "A key is kept once: the second act is undone by the database and answered as the first was."
    ),
    "clinic.web:_answer_again: without part 1 in `request.method == 'POST' and request.files and (not getattr(request_view(), 'takes_a_file'`": (
        "No view reads a file of anything but a POST."
    ),
    "clinic.queries.couples:_write_one: without `Couple.id == couple_id` in `seen.where(Couple.id == couple_id)`": (
        "It is written down when the module is loaded, which no mutant is; the matrix asks for other couples by id."
    ),
    "clinic.queries.couples:_write_some: without `Couple.id.in_(couple_ids)` in `seen.with_only_columns(Couple.id).where(Couple.id.in_(couple_ids))`": (
        "It is written down when the module is loaded, which no mutant is; `test_ones_own` asks among couples."
    ),
    "clinic.queries.reminders:entries_at_address: without `CalendarFeed.practice_id == Person.practice_id` in `select(Person).join(CalendarFeed, CalendarFeed.person_id == Person.id).where(CalendarFeed.`": (
        "An address belongs to one person, and so to one practice."
    ),
}
# The same, where one reason holds for several.
ALIKE: dict[str, tuple[str, ...]] = {
    "A partner has a place in one couple alone, and the author or whoever asks stands beside it.": (
        "assignments.queries.agreements:_texts_by: without `AgreementText.couple_id == couple_id` in `select(AgreementText).where(AgreementText.practice_id == practice_id, AgreementText.couple`",
        "assignments.queries.checkins:_of_week: without `Checkin.couple_id == couple_id` in `select(Checkin).where(Checkin.practice_id == practice_id, Checkin.couple_id == couple_id, `",
        "assignments.queries.checkins:own_checkins: without `Checkin.couple_id == place.couple_id` in `select(Checkin).where(Checkin.practice_id == place.practice_id, Checkin.couple_id == place`",
        "assignments.queries.entries:_thanks_by: without `Entry.couple_id == place.couple_id` in `select(Entry).where(Entry.practice_id == place.practice_id, Entry.couple_id == place.coupl`",
        "assignments.queries.exchanges:own_part_by_id: without `TurnPart.couple_id == place.couple_id` in `select(TurnPart).where(TurnPart.id == part_id, TurnPart.practice_id == place.practice_id, `",
        "assignments.queries.instruments:own_answers: without `InstrumentAnswer.couple_id == place.couple_id` in `select(InstrumentAnswer).where(InstrumentAnswer.practice_id == place.practice_id, Instrume`",
        "assignments.queries.mine:_own_parts: without `TurnPart.couple_id == place.couple_id` in `select(TurnPart).where(TurnPart.practice_id == place.practice_id, TurnPart.couple_id == pl`",
        "assignments.queries.pauses:own_pause: without `Pause.couple_id == place.couple_id` in `select(Pause).where(Pause.practice_id == place.practice_id, Pause.couple_id == place.coupl`",
        "assignments.queries.replies:_replied: without `row.couple_id == couple_id` in `select(Comment.response_id, Comment.part_id, Comment.delivered_at, Comment.at, Comment.id)`",
        "assignments.queries.responses:own_response_sent_last: without `Response.couple_id == place.couple_id` in `select(Response.id).where(Response.practice_id == place.practice_id, Response.couple_id ==`",
        "assignments.queries.today:_done_so_far: without `row.couple_id == couple_id` in `select(row.assignment_id, row.turn).where(row.practice_id == practice_id, row.couple_id ==`",
        "assignments.queries.today:_put_away: without `SetAside.couple_id == couple_id` in `select(SetAside.assignment_id, SetAside.choice, SetAside.until, SetAside.at).where(SetAsid`",
        "assignments.queries.today:_turns: without `Response.couple_id == couple_id` in `select(Response.assignment_id, Response.turn, Response.started_at, Response.sent_at).where`",
        "assignments.queries.unshared:_in_the_way: without `Outcome.couple_id == couple.id` in `select(Outcome).where(Outcome.practice_id == couple.practice_id, Outcome.couple_id == coup`",
    ),
    "It is joined to a row of the practice, or is one by its key, and nothing of a practice hangs on another's.": (
        "assignments.queries.doing:assignment_as_given: without `Assignment.practice_id == reader.practice_id` in `select(Assignment, Couple).join(Couple, Couple.id == Assignment.couple_id).where(Assignmen`",
        "assignments.queries.library:library_for: without `ExerciseVersion.practice_id == reader.practice_id` in `select(ExerciseVersion).join(PracticeExercise, (PracticeExercise.practice_id == ExerciseVe`",
        "assignments.queries.library:library_for: without `PracticeExercise.practice_id == reader.practice_id` in `select(ExerciseVersion).join(PracticeExercise, (PracticeExercise.practice_id == ExerciseVe`",
        "assignments.queries.library:versions_of: without `ExerciseVersion.practice_id == reader.practice_id` in `select(ExerciseVersion).join(PracticeExercise, (PracticeExercise.practice_id == ExerciseVe`",
        "assignments.queries.library:versions_of: without `PracticeExercise.practice_id == reader.practice_id` in `select(ExerciseVersion).join(PracticeExercise, (PracticeExercise.practice_id == ExerciseVe`",
        "assignments.queries.offers:given_lately: without `Assignment.practice_id == reader.practice_id` in `select(ExerciseVersion.slug).join(Assignment, Assignment.exercise_version_id == ExerciseVe`",
        "assignments.queries.offers:given_lately: without `ExerciseVersion.practice_id == reader.practice_id` in `select(ExerciseVersion.slug).join(Assignment, Assignment.exercise_version_id == ExerciseVe`",
        "assignments.queries.plain_rows:_changed: without `Response.practice_id == practice_id` in `select(*columns).join(Response, Response.id == VisibilityChange.response_id).where(Visibil`",
        "assignments.queries.plain_rows:_changed: without `VisibilityChange.practice_id == practice_id` in `select(*columns).join(Response, Response.id == VisibilityChange.response_id).where(Visibil`",
        "assignments.queries.plain_rows:_withdrawals: without `Assignment.practice_id == practice_id` in `select(Withdrawal.assignment_id, Withdrawal.at, Withdrawal.reopened_at).join(Assignment, A`",
        "assignments.queries.plain_rows:_withdrawals: without `Withdrawal.practice_id == practice_id` in `select(Withdrawal.assignment_id, Withdrawal.at, Withdrawal.reopened_at).join(Assignment, A`",
        "assignments.queries.plans:plans_for: without `PlanVersion.practice_id == reader.practice_id` in `select(PlanVersion).join(PracticePlan, (PracticePlan.practice_id == PlanVersion.practice_i`",
        "assignments.queries.plans:plans_for: without `PracticePlan.practice_id == reader.practice_id` in `select(PlanVersion).join(PracticePlan, (PracticePlan.practice_id == PlanVersion.practice_i`",
        "assignments.queries.replies:_replied: without `Comment.practice_id == practice_id` in `select(Comment.response_id, Comment.part_id, Comment.delivered_at, Comment.at, Comment.id)`",
        "assignments.queries.replies:_replied: without `row.practice_id == practice_id` in `select(Comment.response_id, Comment.part_id, Comment.delivered_at, Comment.at, Comment.id)`",
        "assignments.queries.responses:_meant_for_both: without `VisibilityChange.practice_id == couple.practice_id` in `exists().where(VisibilityChange.practice_id == couple.practice_id, VisibilityChange.respon`",
        "assignments.queries.responses:_moved: without `VisibilityChange.practice_id == couple.practice_id` in `select(VisibilityChange.response_id).where(VisibilityChange.practice_id == couple.practice`",
        "assignments.queries.responses:_moved: without `either.practice_id == couple.practice_id` in `select(either.assignment_id, either.turn).where(either.practice_id == couple.practice_id, `",
        "assignments.queries.unread:_marks: without `Couple.practice_id == row.practice_id` in `select(plain_rows.plain(ReadMark.response_id), plain_rows.plain(ReadMark.part_id), ReadMar`",
        "assignments.queries.unread:_marks: without `ReadMark.practice_id == row.practice_id` in `select(plain_rows.plain(ReadMark.response_id), plain_rows.plain(ReadMark.part_id), ReadMar`",
        "assignments.queries.unread:turns_to_read: without `ReadMark.practice_id == practice_id` in `exists().where(ReadMark.practice_id == practice_id, marked == row.id, ReadMark.reader_id =`",
        "assignments.queries.unread:turns_to_read: without `VisibilityChange.practice_id == practice_id` in `exists().where(VisibilityChange.practice_id == practice_id, VisibilityChange.response_id =`",
        "assignments.queries.unread:turns_to_read: without `row.practice_id == practice_id` in `select(row.assignment_id, row.turn).where(row.practice_id == practice_id, row.couple_id ==`",
    ),
    "The ids are those of one couple's own rows, read a moment before.": (
        "assignments.queries.pins:_assignments: without `Assignment.couple_id == couple.id` in `select(Assignment).where(Assignment.practice_id == couple.practice_id, Assignment.couple_i`",
        "assignments.queries.pins:_responses: without `Response.couple_id == couple.id` in `select(Response).where(Response.practice_id == couple.practice_id, Response.couple_id == c`",
        "assignments.queries.responses:_holding: without `either.couple_id == couple.id` in `select(either.assignment_id, either.turn).where(either.practice_id == couple.practice_id, `",
        "assignments.queries.together:_replies: without `Reply.couple_id == couple.id` in `select(Reply).where(Reply.practice_id == couple.practice_id, Reply.couple_id == couple.id,`",
    ),
    "The turns it finds are looked for among one couple's own responses, and an assignment is of one couple.": (
        "assignments.queries.responses:_moved: without `either.couple_id == couple.id` in `select(either.assignment_id, either.turn).where(either.practice_id == couple.practice_id, `",
    ),
    "Of two conditions that say the same each does alone.": (
        "assignments.queries.pauses:_newest: without `Pause.couple_id.in_(couple_ids)` in `select(Pause.author_id, Pause.id, Pause.asked_at, Pause.until, Pause.returned_at, Appointm`",
        "assignments.queries.pauses:_newest: without `Pause.couple_id.in_(couple_ids)` in `select(Pause.author_id, func.max(Pause.asked_at).label('asked_at')).where(Pause.practice_i`",
        "assignments.queries.pauses:_newest: without `Pause.practice_id == practice_id` in `select(Pause.author_id, Pause.id, Pause.asked_at, Pause.until, Pause.returned_at, Appointm`",
        "assignments.queries.pauses:_newest: without `Pause.practice_id == practice_id` in `select(Pause.author_id, func.max(Pause.asked_at).label('asked_at')).where(Pause.practice_i`",
    ),
    "More may be read than is to be told; `unread_of` says which.": (
        "assignments.queries.unread:turns_to_read: without `VisibilityChange.to.in_(visibility.OPEN_TO_COUNSELLOR)` in `exists().where(VisibilityChange.practice_id == practice_id, VisibilityChange.response_id =`",
        "assignments.queries.unread:turns_to_read: without `or_(Response.visibility.in_(visibility.OPEN_TO_COUNSELLOR), widened)` in `answered.where(or_(Response.visibility.in_(visibility.OPEN_TO_COUNSELLOR), widened))`",
    ),
    "What is read of others is looked up by nobody.": (
        "assignments.queries.tuning:_decided: without `Decision.couple_id.in_([record.couple.id for record in records])` in `select(Decision.couple_id, Decision.at, Decision.met_signs).where(Decision.practice_id == `",
    ),
    "The note's author is asked for by `_readable` already.": (
        "assignments.queries.notes:own_note: without `ProcessNote.author_id == reader.id` in `_readable(reader, couple).where(ProcessNote.id == note_id, ProcessNote.author_id == reader`",
    ),
    "What may lie in hand is more than what does; the rules say which.": (
        "assignments.queries.assignments:_in_hand: without `TurnPart.author_id == person_id` in `exists().where(part, TurnPart.author_id == person_id, func.coalesce(TurnPart.sent_at, midn`",
    ),
}
EQUAL |= {name: reason for reason, names in ALIKE.items() for name in names}
