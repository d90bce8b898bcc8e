"""R85, R86: what a version says otherwise, and which answers it keeps."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.core.statement import Line
from portal.core.statement_diff import carried_marks, diff

DAY = date(2026, 5, 1)


def line(document="I-1", minor=100, *, due=30, parts=1, kind=1, on=DAY):
    return Line(on, kind, document, "", on + timedelta(days=due), parts, minor, 0, late=False)


lines = st.lists(
    st.builds(
        line,
        st.sampled_from(["A", "B", "C", "号"]),
        st.integers(1, 3),
        due=st.integers(0, 1),
        parts=st.integers(1, 2),
        kind=st.sampled_from([1, 4]),
    ),
    max_size=8,
)


def test_a_line_with_another_amount_due_date_or_parts_is_changed():
    for other in (line(minor=90), line(due=31), line(parts=2)):
        found = diff([line()], [other])
        assert (found.changed, dict(found.same)) == (((line(), other),), {})


def test_another_reference_or_balance_is_no_change():
    assert dict(diff([line()], [line()._replace(reference="PO", balance_minor=7)]).same) == {1: 1}


def test_a_new_document_between_two_moves_the_answers_along():
    found = diff([line("A"), line("C")], [line("A"), line("B"), line("C")])

    assert (dict(found.same), found.count, found.amount_minor) == ({1: 1, 3: 2}, 1, 100)


@given(lines, lines)
def test_every_line_is_same_changed_new_or_gone_once(before, after):
    found = diff(before, after)

    assert len(found.same) + len(found.changed) + len(found.added) == len(after)
    assert len(found.same) + len(found.changed) + len(found.removed) == len(before)
    assert len(set(found.same.values())) == len(found.same)


@given(lines, lines)
def test_the_differences_lead_from_one_sum_to_the_other(before, after):
    moved = diff(before, after).amount_minor
    assert sum(each.amount_minor for each in before) + moved == sum(
        each.amount_minor for each in after
    )


@given(lines, lines)
def test_looked_at_from_the_other_side_it_is_the_same_difference(before, after):
    there, back = diff(before, after), diff(after, before)

    assert (there.amount_minor, there.count) == (-back.amount_minor, back.count)
    assert sorted(there.added) == sorted(back.removed)


@given(lines)
def test_a_statement_does_not_differ_from_itself(both):
    found = diff(both, both)

    assert (found.count, len(found.same)) == (0, len(both))
    assert all(both[new - 1] == both[old - 1] for new, old in found.same.items())


def test_a_correction_keeps_all_answers_and_a_sign_off_only_the_agreeing_ones():
    same = diff([line("A"), line("B"), line("C")], [line("A"), line("B"), line("C", 7)])
    marks = {1: "agree", 2: "differ", 3: "agree"}

    assert carried_marks(same, marks, is_sign_off=False) == {1: 1, 2: 2}
    assert carried_marks(same, marks, is_sign_off=True) == {1: 1}
