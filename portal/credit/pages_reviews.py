"""Reviews of credit at the desk: whose is due, the scorecard of one customer, and the decision."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for

from portal.base.access import Permission, allows
from portal.base.language import gettext as _
from portal.core.scorecard import Source, read_card
from portal.credit.grades import list_grades
from portal.credit.overriding import (
    WithdrawGrade,
    list_overrides,
    propose_grade,
    whose_override,
    withdraw_grade,
)
from portal.credit.pages_review_forms import OverrideForm, ReviewForm, review_form
from portal.credit.ratings import list_ratings
from portal.credit.review_list import ReviewFilter, list_reviews, review_page
from portal.credit.reviewing import last_review_of, review_customer, rhythm_of, seen_of, stale_of
from portal.credit.rewards import reward_of, reward_percent
from portal.credit.score_names import (
    bands_said,
    factor_meaning,
    factor_name,
    figure_said,
    note_said,
    outcome_of,
    points_said,
    score_said,
    source_name,
    standing_of,
    why_name,
)
from portal.credit.scoring import score_of_customer
from portal.credit.since_review import changes_since
from portal.customers.queries import get_customer, list_owners
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

desk = Blueprint("desk_reviews", __name__, url_prefix="/desk/credit")

CONFLICT = 409
STANDINGS = ("overdue", "due", "near", "all")
WORDS: dict[str, Any] = {
    "factor_name": factor_name,
    "factor_meaning": factor_meaning,
    "figure_said": figure_said,
    "points_said": points_said,
    "score_said": score_said,
    "source_name": source_name,
    "note_said": note_said,
    "outcome_of": outcome_of,
}


@desk.get("/reviews")
@guard("credit.view")
def index() -> Response:
    r, asked = reader(), _asked()
    found = review_page(r, asked)
    names = {"overdue": _("Overdue"), "due": _("Due today"), "near": _("Due soon")}
    return respond.page(
        "credit/reviews.html",
        fragments={"reviews-part": "reviews"},
        found=found,
        asked=asked,
        standings=[("", _("What presses")), *names.items(), ("all", _("All"))],
        owners=lists.choices(_("All"), list_owners(r)),
        grades=lists.choices(_("All"), [grade.name for grade in r.policy.grades]),
        chips=_chips(asked, names | {"all": _("All")}),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        standing_of=standing_of,
        why_name=why_name,
        today=r.today,
        **WORDS,
    )


def _asked() -> ReviewFilter:
    return ReviewFilter(
        standing=lists.asked("standing", STANDINGS),
        owner=lists.asked("owner"),
        grade=lists.asked("grade"),
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: ReviewFilter, names: dict[str, str]) -> list[tuple[str, str]]:
    used = {
        "q": asked.text,
        "standing": names[asked.standing] if asked.standing else "",
        "owner": asked.owner,
        "grade": _("Grade %(grade)s", grade=asked.grade) if asked.grade else "",
    }
    return lists.chips(used)


# ── One customer ─────────────────────────────────────────────────────────────


@desk.get("/reviews/<ref>")
@guard("credit.view")
def show(ref: str) -> Response:
    return _page(_form(ref))


def _form(ref: str, *, is_fresh: bool = False) -> ReviewForm:
    """The form over the score of now; fresh when another form of its page was sent."""
    r = reader()
    found = score_of_customer(r, r.id_of("cu", ref), r.today)
    seen = seen_of(found, last_review_of(r, found.customer_id))
    return review_form(found, _grades(), seen, is_fresh=is_fresh)


def _grades() -> list[str]:
    return [grade.name for grade in reader().policy.grades]


@desk.post("/reviews/<ref>/preview")
@guard("credit.decide")
def preview(ref: str) -> Response:
    """What the figures as they are typed come to; nothing is changed."""
    return _page(_form(ref))


@desk.post("/reviews/<ref>")
@guard("credit.decide")
def review(ref: str) -> Response:
    form = _form(ref)
    if form.validate() and respond.attempt(form, review_customer, form.command()):
        respond.say(_("The review is saved."))
        if form.decision.data == "stop":
            respond.say(_("Now freeze the credit of this customer, so that no order leaves."))
            return respond.see_other("desk_standing.index", ref=ref)
        return respond.see_other(".show", ref=ref)
    return _page(form)


def _page(form: ReviewForm, override: OverrideForm | None = None) -> Response:
    r, before = reader(), form.found
    typed = form.preview()
    if form.status == CONFLICT:
        form.seen.data = form.fresh_seen  # what is shown now is what the next press decides on
    found = score_of_customer(r, before.customer_id, r.today, typed) if typed else before
    if not found.grade and found.held:
        form.grade.data = form.grade.data or found.held
    ref = r.refs.of("cu", found.customer_id)
    problems = [*form.told(), *(override.told() if override else [])]
    status = (override or form).status if problems else 200
    return respond.page(
        "credit/review.html",
        status,
        fragments={"score-preview": "preview"},
        ref=ref,
        limit_url=url_for("desk_limits.new", ref=ref),
        form=form,
        override=override or OverrideForm(_grades(), is_fresh=True),
        before=before,
        found=found,
        is_typed=bool(typed),
        stale=stale_of(found),
        coverage=found.score.coverage_bp // 100,
        reward=reward_of(r, found.customer_id, found.limit, found.held),
        reward_percent=reward_percent(r),
        months=rhythm_of(r, found.grade).grade_months,
        may_decide=allows(actor(), Permission.CREDIT_DECIDE),
        books=Source.BOOKS.value,
        **WORDS,
    )


@desk.post("/reviews/<ref>/grade")
@guard("credit.decide")
def propose(ref: str) -> Response:
    """A grade against the score, for a second person to decide."""
    r = reader()
    override = OverrideForm(_grades())
    customer_id = r.id_of("cu", ref)
    if override.validate() and respond.attempt(
        override, propose_grade, override.command(customer_id)
    ):
        respond.say(_("A colleague decides about it. Until then nothing has changed."))
        return respond.see_other(".history", ref=ref)
    return _page(_form(ref, is_fresh=True), override)


@desk.post("/reviews/grades/<ref>/withdrawal")
@guard("credit.decide")
def withdraw(ref: str) -> Response:
    r = reader()
    form, customer_id, override_id = Form(), whose_override(r, ref), r.id_of("go", ref)
    customer = r.refs.of("cu", customer_id)
    if not respond.attempt(form, withdraw_grade, WithdrawGrade(override_id)):
        respond.say(form.told()[0][1], "bad")
    return respond.see_other(".history", ref=customer)


@desk.get("/reviews/grades/<ref>")
@guard("credit.view")
def override(ref: str) -> Response:
    """Where a grade against the score was proposed."""
    r = reader()
    return respond.see_other(".history", ref=r.refs.of("cu", whose_override(r, ref)))


@desk.get("/reviews/<ref>/history")
@guard("credit.view")
def history(ref: str) -> Response:
    """Earlier reviews, scores and grades, the last first."""
    r = reader()
    customer = get_customer(r, ref)
    ratings = list_ratings(r, customer.row.id)
    reviews = list_reviews(r, customer.row.id)
    return respond.page(
        "credit/review_history.html",
        fragments={"review-history": "history"},
        customer=customer,
        reviews=reviews,
        changes=changes_since(r, customer.row.id, reviews[0], ratings) if reviews else [],
        ratings=ratings,
        points=[(each.as_of.isoformat(), each.score) for each in reversed(ratings)],
        grades=list_grades(r, customer.row.id),
        overrides=list_overrides(r, customer.row.id),
        may_decide=allows(actor(), Permission.CREDIT_DECIDE),
        **WORDS,
    )


# ── The card itself ──────────────────────────────────────────────────────────


@desk.get("/scorecards")
@guard("credit.view")
def scorecards() -> Response:
    policy = reader().policy
    card = read_card(policy.values["scorecard_factors"])
    return respond.page(
        "credit/scorecards.html",
        card=card,
        whole=sum(factor.weight for factor in card),
        grades=policy.grades,
        floor=policy.values["scorecard_coverage_floor_percent"],
        hysteresis=policy.values["scorecard_hysteresis_points"],
        factor=policy.values["scorecard_limit_factor"],
        version=policy.id,
        bands_said=bands_said,
        **WORDS,
    )
