"""The policy as pages: the text in force, versions side by side, a file that is tried, entries."""

import io
import json

import pytest
from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, approve_request
from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.policy_canon import canonical
from portal.core.policy_difference import differences
from portal.core.policy_text import MOST_BYTES, write_policy
from portal.settings.policy_files import ImportPolicy, import_policy
from portal.settings.policy_versions import preset_text
from portal.tables.approvals import Approval
from portal.tables.people import User
from portal.tables.terms import TermsChange
from tests.core.policies import SAMPLE
from tests.desk import DeskBrowser, Office, an_office, rows_of
from tests.settings.policies import exported, take, values_on

POLICY = "/desk/settings/policy"
TRY, CHANGES = f"{POLICY}/try", f"{POLICY}/changes"
GRADES, SCORECARD, PROMISES = (
    f"/desk/settings/{name}" for name in ("grades", "scorecard", "promises")
)
BUCKETS = "[ageing]\nbuckets = [45]\n"


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def admin(office: Office) -> DeskBrowser:
    return office.enter("admin")


def where(page):
    """Where an answer leads."""
    return page.response.headers["Location"]


def drafted(office):
    """What the last change that was drafted would have."""
    with office.installation.reading(SYSTEM) as r:
        row = r.session.scalars(select(TermsChange).order_by(TermsChange.id.desc())).first()
        return json.loads(row.after) if row else None


def take_drafted(office):
    """The drafted change in force, as its approval would put it."""
    with office.installation.work(SYSTEM) as w:
        text = exported_with(w, drafted(office))
        return import_policy(w, ImportPolicy(text))


def exported_with(r, after):
    return write_policy({**r.policy.values, **after})


# ── What is in force ─────────────────────────────────────────────────────────


def test_the_page_shows_the_text_that_the_command_writes(office, admin):
    take(office.installation, SAMPLE)
    page = admin.visit(POLICY)
    lines = [each.text for each in page.by_id("main").all("code")]

    assert lines == [" ".join(line.split()) for line in exported(office.installation).splitlines()]
    answer = admin.client.get(f"{POLICY}/policy.toml")
    assert answer.data.decode() == exported(office.installation)


def test_versions_are_listed_with_who_decided_them(office, admin):
    take(office.installation, SAMPLE, "2026-01-01")
    take(office.installation, BUCKETS, "2027-01-01")
    rows = rows_of(admin.visit(POLICY), "versions-table")

    assert [row[0] for row in rows] == ["Version 2", "Version 1"]
    assert [row[2] for row in rows] == ["wang", "wang"]
    assert [row[4] for row in rows] == ["", "In force"]
    assert "This is not the version in force today." in admin.visit(f"{POLICY}?version=2").text


def test_two_versions_stand_side_by_side(office, admin):
    take(office.installation, BUCKETS, "2026-01-01")
    take(office.installation, "[promise]\nmax_broken = 7\n", "2026-02-01")
    page = admin.visit(f"{POLICY}/compare?one=0&other=2")

    assert rows_of(page, "differences") == [
        ["ageing", "buckets = [30, 60, 90]", "buckets = [45]"],
        ["promise", "max_broken = 2", "max_broken = 7"],
    ]
    assert "Both versions say the same." in admin.visit(f"{POLICY}/compare?one=2&other=2").text


@pytest.mark.parametrize(
    "path", ["?version=99", "?version=x", "/compare?one=-1", "/try?preset=../x"]
)
def test_what_there_is_not_is_not_found(admin, path):
    admin.visit(f"{POLICY}{path}", 404)


def test_every_version_costs_the_same_number_of_statements(office, admin):
    take(office.installation, BUCKETS)
    few = admin.count_statements(POLICY)
    for bound in range(1, 12):
        take(office.installation, BUCKETS.replace("45", str(bound)))

    assert admin.count_statements(POLICY) == few <= 12


# ── A file that is tried ─────────────────────────────────────────────────────


def test_a_text_is_compared_and_becomes_a_draft_of_the_same_values(office, admin):
    page = admin.fill(admin.visit(TRY), TRY, 200, text=SAMPLE)
    assert ["company", 'default_terms = ""', 'default_terms = "standard"'] in rows_of(
        page, "differences"
    )

    done = admin.fill(page, CHANGES, 303, reason="New policy", effective_on="2026-12-01")
    assert "/desk/terms/tc" in where(done)
    take_over = canonical({**values_on(office.installation, "2026-11-20"), **drafted(office)})
    take(office.installation, SAMPLE)
    assert differences(take_over, values_on(office.installation, "2026-11-20")) == []


def test_a_file_comes_before_the_text(admin):
    fields = admin.visit(TRY).form(TRY) | {"text": SAMPLE}
    fields["file"] = (io.BytesIO(BUCKETS.encode()), "policy.toml")
    page = admin.send(TRY, 200, data=fields)

    assert rows_of(page, "differences") == [["ageing", "buckets = [30, 60, 90]", "buckets = [45]"]]


def test_what_is_in_force_already_is_said_to_be_so(office, admin):
    take(office.installation, SAMPLE)
    page = admin.fill(admin.visit(TRY), TRY, 200, text=SAMPLE)

    assert "The text says what is in force already." in page.text
    assert CHANGES not in str(page)


def test_faults_stand_by_line_and_nothing_typed_is_lost(admin):
    text = "[ageing]\nbuckets = [3, 2]\n[nonsense]\n"
    page = admin.fill(admin.visit(TRY), TRY, 422, text=text)

    assert "Line 2: ageing.buckets: Write each number once" in page.by_id("faults").text
    assert "There is no section nonsense" in page.by_id("L3").text
    assert page.by_id("text").text.split() == text.split()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("催款".encode("gb18030"), "not written in UTF-8"),
        (b"#" * (MOST_BYTES + 1), "Choose a smaller file"),
    ],
)
def test_a_file_that_is_no_text_gets_a_sentence(admin, body, said):
    fields = admin.visit(TRY).form(TRY)
    fields["file"] = (io.BytesIO(body), "policy.toml")

    assert said in admin.send(TRY, 422, data=fields).by_id("error-summary").text


def test_nothing_chosen_is_said(admin):
    page = admin.fill(admin.visit(TRY), TRY, 422, text=" ")

    assert "Choose a file, or write the text." in page.by_id("error-summary").text


def test_taking_over_needs_a_reason_and_keeps_the_text(office, admin):
    page = admin.fill(admin.visit(TRY), TRY, 200, text=BUCKETS)
    again = admin.fill(page, CHANGES, 422, reason="", effective_on="2026-12-01")

    assert "Write why; who approves it reads it." in again.by_id("error-summary").text
    assert again.form(CHANGES)["text"].split() == BUCKETS.split()
    assert drafted(office) is None


def test_the_company_s_own_record_is_left_to_its_page(office, admin):
    page = admin.fill(admin.visit(TRY), TRY, 200, text='[company]\nname = "Other"\n')

    assert "The company's own record is not taken over here." in page.text
    assert CHANGES not in str(page)
    with office.installation.reading(SYSTEM) as r:
        assert r.company.name == "Your company"


def test_the_preset_of_twelve_steps_is_read_as_it_is(office, admin):
    """S-128, S-137: its manager calls, twice."""
    page = admin.visit(f"{TRY}?preset=twelve_steps")
    text = preset_text("twelve_steps")
    assert page.by_id("text").text.split() == text.split()
    done = admin.fill(page, TRY, 200, text=text)
    admin.fill(done, CHANGES, 303, reason="Twelve steps", effective_on="2026-12-01")
    day, days, steps = 0, [], drafted(office)["ladders"][0]["step"]
    for step in steps:
        day = step.get("days_overdue", day + step.get("after_previous_days", 0))
        days.append(day)

    assert days == [1, 5, 9, 13, 17, 21, 21, 24, 27, 30, 37, 217]  # S-128
    calls = [step["responsible"] for step in steps if step["channel"] == "call"]
    assert calls == ["sales", "collections_lead", "collections_lead"]


# ── Entries ──────────────────────────────────────────────────────────────────


def test_a_grade_is_changed_another_added_and_one_taken_out(office, admin):
    take(office.installation, SAMPLE)
    page = admin.visit(GRADES)
    admin.fill(
        page,
        GRADES,
        303,
        reason="Two grades",
        **{
            "e0-min_score": "80",
            "e0-limit_cap": "CNY 1,000,000\neur 5",
            "e1-name": "B",
            "e1-min_score": "90",
            "e1-terms": "net 14",
        },
    )
    assert [each["name"] for each in drafted(office)["grades"]] == ["B", "A"]

    take_drafted(office)
    text = exported(office.installation)
    assert 'limit_cap = { CNY = "1000000.00", EUR = "5.00" }' in text
    assert 'terms = "net 14"' in text
    assert take(office.installation, text).compared.changes == []

    page = admin.visit(GRADES)
    assert page.form(GRADES)["e0-name"] == "B"
    admin.fill(page, GRADES, 303, reason="One", **{"e0-remove": "y"})
    assert [each["name"] for each in drafted(office)["grades"]] == ["A"]


def test_shipped_grades_that_stay_as_they_are_are_no_change(office, admin):
    page = admin.fill(admin.visit(GRADES), GRADES, 422, reason="As it is")

    assert drafted(office) is None
    assert page.by_id("error-summary")


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"e0-min_score": "a few"}, "e0-min_score", "Write a whole number from 0 to 100"),
        ({"e0-min_score": ""}, "e0-min_score", "cannot be empty"),
        ({"e1-min_score": "85"}, "e1-min_score", "not below that of A"),
        ({"e1-name": "A"}, "e1-name", "stands here already"),
        ({"e0-terms": "soon"}, "e0-terms", "neither a name"),
        ({"e0-limit_cap": "XYZ 5"}, "e0-limit_cap", "not a currency code"),
        ({"e0-limit_cap": "CNY five"}, "e0-limit_cap", "plain number"),
        ({"e0-limit_cap": "CNY -5"}, "e0-limit_cap", "below zero"),
        ({"e0-hold_overdue_days": "x"}, "e0-hold_overdue_days", "Write a whole number"),
        ({"reason": ""}, "reason", "Write why"),
        ({"effective_on": "2026-02-30"}, "effective_on", "real date"),
        ({"effective_on": "2026-01-01", "e0-min_score": "90"}, "effective_on", "2026"),
    ],
)
def test_a_grade_that_cannot_be_is_refused_at_its_field(office, admin, changes, field, said):
    told = {"reason": "Try", **changes}
    page = admin.fill(admin.visit(GRADES), GRADES, 422, **told)

    assert page.by_id(field).get("aria-invalid") == "true"
    assert said in page.by_id("error-summary").text
    assert drafted(office) is None


def test_no_grade_at_all_is_refused(admin):
    gone = {f"e{nth}-remove": "y" for nth in range(4)}
    page = admin.fill(admin.visit(GRADES), GRADES, 422, reason="As it is", **gone)

    assert "Keep at least one of them." in page.by_id("error-summary").text


def test_the_scorecard_is_changed_and_reads_back(office, admin):
    page = admin.visit(SCORECARD)
    fields = {"e0-weight": "40", "e0-pairs": "0: 100; 10：50\n90: 0", "coverage_floor": "70"}
    admin.fill(page, SCORECARD, 303, reason="Weights", limit_factor="1.5", **fields)
    after = drafted(office)
    assert after["scorecard_factors"][0]["bands"] == [[0, 100], [10, 50], [90, 0]]
    assert (after["scorecard_coverage_floor_percent"], after["scorecard_limit_factor"]) == (
        70,
        "1.5",
    )

    take_drafted(office)
    text = exported(office.installation)
    assert "bands = [[0, 100], [10, 50], [90, 0]]" in text
    assert take(office.installation, text).compared.changes == []
    shown = admin.visit(SCORECARD).form(SCORECARD)
    assert (shown["e0-weight"], shown["e0-pairs"]) == ("40", "0: 100, 10: 50, 90: 0")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"e0-weight": "0"}, "e0-weight"),
        ({"e0-weight": "heavy"}, "e0-weight"),
        ({"e0-pairs": "0: 100"}, "e0-pairs"),
        ({"e0-pairs": "0: 100, 5"}, "e0-pairs"),
        ({"e0-pairs": "5: 100, 0: 50"}, "e0-pairs"),
        ({"e0-pairs": "0: 10, 1: 5, 2: 8"}, "e0-pairs"),
        ({"e0-pairs": ""}, "e0-pairs"),
        ({"e1-name": "days_late"}, "e1-name"),
        ({"e0-name": "luck"}, "e0-name"),
        ({"limit_factor": "much"}, "limit_factor"),
        ({"coverage_floor": "101"}, "coverage_floor"),
    ],
)
def test_a_factor_that_cannot_be_is_refused_at_its_field(office, admin, changes, field):
    page = admin.fill(admin.visit(SCORECARD), SCORECARD, 422, **{"reason": "Try", **changes})

    assert page.by_id(field).get("aria-invalid") == "true"
    assert drafted(office) is None


def test_the_rules_of_promises_are_drafted_with_rates_in_basis_points(office, admin):
    page = admin.visit(PROMISES)
    admin.fill(page, PROMISES, 303, reason="Rates", fraction_of_term="1/2", interest="8.5")

    assert drafted(office) == {"promise_fraction_of_term": "1/2", "plan_interest_bp": 850}
    take_drafted(office)
    assert "interest_bp = 850" in exported(office.installation)
    assert admin.visit(PROMISES).form(PROMISES)["interest"] in {"8.5", "8.50"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fraction_of_term", "4/3"),
        ("max_broken", "many"),
        ("max_instalments", "0"),
        ("interest", "8.555"),
        ("interest", "101"),
    ],
)
def test_rules_that_cannot_be_are_refused_at_their_field(office, admin, field, value):
    page = admin.fill(admin.visit(PROMISES), PROMISES, 422, **{"reason": "Try", field: value})

    assert page.by_id(field).get("aria-invalid") == "true"
    assert drafted(office) is None


def test_saving_twice_makes_one_draft(admin):
    page = admin.visit(PROMISES)
    first = admin.fill(page, PROMISES, 303, reason="Once", max_broken="5")
    again = admin.fill(page, PROMISES, 303, reason="Once", max_broken="5")

    assert where(first) == where(again)


def test_a_draft_that_is_edited_among_the_terms_keeps_what_is_not_shown_there(office, admin):
    page = admin.visit(GRADES)
    changes = {"reason": "Grades", "effective_on": "2026-12-01", "e0-min_score": "90"}
    done = admin.fill(page, GRADES, 303, **changes)
    editing = f"{where(done)}/edit"
    admin.fill(admin.visit(editing), editing, 303, grace_days="3")
    after = drafted(office)

    assert (after["grades"][0]["min_score"], after["grace_days"]) == (90, 3)


def test_what_a_page_drafts_is_in_the_text_once_somebody_else_approved_it(office, admin):
    before = exported(office.installation)
    done = admin.fill(admin.visit(GRADES), GRADES, 303, reason="Grades", **{"e0-min_score": "90"})
    admin.send(f"{where(done)}/request", 303)
    assert exported(office.installation) == before

    manager = office.enter("credit_manager")
    with office.installation.reading(SYSTEM) as r:
        user = r.session.get_one(User, manager.user_id)
        actor = Actor("staff", user.id, user.name, user.email, staff_role="credit_manager")
        approval = r.session.scalars(select(Approval.id)).one()
    with office.installation.work(actor) as w:
        approve_request(w, ApproveRequest(approval))

    text = exported(office.installation)
    assert text == before.replace('name = "A"\nmin_score = 85', 'name = "A"\nmin_score = 90')
    assert take(office.installation, text).compared.changes == []


# ── Who ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [GRADES, SCORECARD, PROMISES, POLICY])
def test_others_look_and_do_not_change(office, path):
    clerk = office.enter("clerk")

    assert "Make it a draft" not in clerk.visit(path).by_id("main").text
    if path != POLICY:
        clerk.send(path, 403)
    clerk.send(TRY, 403)
    clerk.send(CHANGES, 403)
    clerk.visit(TRY, 403)
