from kgan.export import Provenance


def test_nothing_is_known_unless_it_is_said():
    unknown = Provenance()
    assert (unknown.recipe, unknown.data, unknown.license) == (None, None, None)
    assert (unknown.settings, unknown.figures) == ({}, ())
    assert unknown == Provenance()
