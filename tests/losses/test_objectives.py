import pytest

from kgan.losses import objectives


def test_every_objective_is_known():
    public = {
        cls
        for cls in vars(objectives).values()
        if isinstance(cls, type) and issubclass(cls, objectives.Objective)
    }
    named = {type(objectives.get(name)) for name in objectives.names()}
    assert named == public - {objectives.Objective}
    assert all(objectives.get(name).kind == name for name in objectives.names())


def test_get_takes_objects_names_and_dictionaries():
    objective = objectives.Information()
    assert objectives.get(objective) is objective
    found = objectives.get({"name": "auxiliary_classifier", "on_fake": False})
    assert found.on_fake is False
    found = objectives.get({"name": "information", "categorical": [4], "continuous": 0})
    assert (found.categorical, found.continuous) == ((4,), 0)


def test_an_unknown_name_gets_the_list_and_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'information'") as caught:
        objectives.get("infomation")
    for name in objectives.names():
        assert name in str(caught.value)
