"""A list is never turned to a page that it has not."""

from hypothesis import given
from hypothesis import strategies as st

from portal.base.paging import page_within


@given(st.integers(-9, 10**9), st.integers(0, 10**6), st.integers(1, 500))
def test_the_page_that_is_shown_is_one_of_the_list(asked: int, count: int, per_page: int):
    page, pages = page_within(asked, count, per_page)

    assert 1 <= page <= pages
    assert (pages - 1) * per_page < max(count, 1) <= pages * per_page
    assert page == asked or not 1 <= asked <= pages
