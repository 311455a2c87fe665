import pandas
import pytest

from kgan.data.tables import bundled
from kgan.data.tables.made import made_table


@pytest.mark.parametrize(
    ("name", "shape", "target", "values"),
    [
        ("iris", (150, 5), "species", {"setosa", "versicolor", "virginica"}),
        ("wine", (178, 14), "cultivar", {"class_0", "class_1", "class_2"}),
        ("breast_cancer", (569, 31), "diagnosis", {"malignant", "benign"}),
        ("diabetes", (442, 11), "progression", None),
    ],
)
def test_tables_of_sklearn(name, shape, target, values):
    frame = bundled.BUNDLED[f"table:{name}"]()
    assert frame.shape == shape
    assert frame.columns[-1] == target
    assert values is None or set(frame[target]) == values


def test_diabetes_has_its_own_units():
    assert bundled.of_sklearn("diabetes")["age"].between(18, 80).all()


def test_the_made_table_has_a_name():
    found = bundled.BUNDLED["made_table"]()
    pandas.testing.assert_frame_equal(found, made_table())
