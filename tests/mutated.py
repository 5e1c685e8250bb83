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
# What no test can tell from the original, with the reason. They are counted apart and never as killed.
EQUAL: dict[str, str] = {
    "assignments.domain.visibility:counsellor_reads: without part 1 in "
    "`own.sent_at is not None and own.level_at(now) in OPEN_TO_COUNSELLOR`": "A draft is private already.",
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
    "clinic.queries.couples:_seen_by: without `Supervision.practice_id == practice_id` in `select(Supervision.counsellor_id).where(Supervision.supervisor_id == reader_id, Supervisio`": (
        "The couples that are asked for are of the practice already."
    ),
    "clinic.queries.couples:_seen_by: without `BreakGlass.practice_id == practice_id` in `select(BreakGlass.couple_id).where(BreakGlass.reader_id == reader_id, BreakGlass.practice_`": (
        "The couples that are asked for are of the practice already."
    ),
    "clinic.queries.couples:couples_for: without `Partner.practice_id == reader.practice_id` in `select(Partner.couple_id).where(Partner.practice_id == reader.practice_id, Partner.person_`": (
        "The couples that are narrowed by a name are of the practice already."
    ),
    "clinic.queries.couples:_write_one: without `Couple.id == couple_id` in `seen.where(Couple.id == couple_id)`": (
        "It is written down when the module is loaded, which no mutant is; the matrix asks for other couples by id."
    ),
    "clinic.queries.couples:_write_some: without `Couple.id.in_(couple_ids)` in `seen.with_only_columns(Couple.id).where(Couple.id.in_(couple_ids))`": (
        "It is written down when the module is loaded, which no mutant is; `test_ones_own` asks among couples."
    ),
    "clinic.queries.people:invitations_alike: without `Invitation.practice_id == person.practice_id` in `select(Invitation).join(Person, Person.id == Invitation.person_id).join(Partner, Partner.p`": (
        "The invitation's person is joined, and is of the practice."
    ),
    "clinic.queries.people:invitations_alike: without `other.practice_id == person.practice_id` in `select(Invitation).join(Person, Person.id == Invitation.person_id).join(Partner, Partner.p`": (
        "The place is that of a person, who is of the practice."
    ),
    "clinic.queries.reminders:entries_at_address: without `CalendarFeed.practice_id == Person.practice_id` in `select(Person).join(CalendarFeed, CalendarFeed.person_id == Person.id).where(CalendarFeed.`": (
        "An address belongs to one person, and so to one practice."
    ),
    "clinic.queries.reminders:_own_appointments: without `Appointment.practice_id == place.practice_id` in `select(Appointment).where(Appointment.practice_id == place.practice_id, Appointment.couple`": (
        "The couple is of the practice."
    ),
    "clinic.queries.talks:_waiting: without `TalkRequest.practice_id == practice_id` in `select(TalkRequest.author_id, func.min(case((TalkRequest.kind != AFTER_RECOVERY, TalkReque`": (
        "The couples are of the practice."
    ),
}
