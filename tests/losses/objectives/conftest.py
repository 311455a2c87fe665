"""What `term_views` gives, as fixtures."""

import pytest
import term_views


@pytest.fixture
def view():
    """Function that makes a `View` of the fields that it is given."""
    return term_views.view


@pytest.fixture
def check_term():
    """Function that compares a term with a formula; see `term_views.check_heads`."""
    return term_views.check_heads
