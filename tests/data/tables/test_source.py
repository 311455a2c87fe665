import json

import numpy as np
import pandas
import pytest

from kgan import data
from kgan.core import table_blocks
from kgan.data.tables import source as sources
from kgan.data.tables.made import made_table
from kgan.data.tables.source import TableSource

ROWS = 400


@pytest.fixture(scope="module")
def frame():
    return made_table(ROWS, seed=3).drop(columns=["customer", "city"])


@pytest.fixture
def path(frame, tmp_path):
    path = tmp_path / "customers.csv"
    frame.to_csv(path, index=False)
    return path


def test_rows_are_read_as_numbers_and_come_coded(frame):
    source = TableSource(frame)
    table = source.table
    assert source.shape == (len(table.measured_names),)
    assert (source.dtype, source.num_classes) == (np.float64, None)
    assert source.num_examples == len(source.frame)
    measured = source.read()
    np.testing.assert_array_equal(measured, table.measured(source.frame))
    np.testing.assert_array_equal(source.read(np.asarray([5, 2])), measured[[5, 2]])
    batch = next(iter(data.load(source, batch_size=8, shuffle=False)))
    assert batch.dtype == "float32"
    coded = table.encode(source.frame)
    assert coded.shape[1] == table_blocks.coded_width(table.blocks)
    np.testing.assert_array_equal(batch, coded[:8].astype(np.float32))


def test_batches_follow_from_seed_and_number(frame):
    def batches(**options):
        loaded = data.load(frame, batch_size=50, seed=1, **options)
        return np.concatenate([batch.numpy() for batch in loaded])

    first = batches(steps_per_epoch=4)
    np.testing.assert_array_equal(first, batches(steps_per_epoch=4))
    np.testing.assert_array_equal(first[100:], batches(start=2, steps_per_epoch=2))
    assert (np.sort(first, 0) != np.sort(batches(start=4, steps_per_epoch=4), 0)).any()


def test_splits_are_disjoint_and_stable(frame):
    train, test, both = (TableSource(frame, split=s) for s in ("train", "test", "all"))
    assert train.num_examples + test.num_examples == both.num_examples == ROWS
    pandas.testing.assert_frame_equal(both.frame, frame)
    merged = pandas.concat([train.frame, test.frame], ignore_index=True)
    by = frame.columns.tolist()
    pandas.testing.assert_frame_equal(
        merged.sort_values(by, ignore_index=True),
        frame.sort_values(by, ignore_index=True),
    )
    other = train.other_split("test")
    pandas.testing.assert_frame_equal(other.frame, test.frame)
    assert other.table is train.table
    np.testing.assert_array_equal(other.read(), train.table.measured(test.frame))
    assert train.num_examples == len(train.read())


def test_a_row_is_held_out_by_its_number_alone():
    few, many = (sources.is_held_out(count, 0.1) for count in (1000, 100_000))
    np.testing.assert_array_equal(few, many[:1000])
    assert many.mean() == pytest.approx(0.1, abs=0.005)
    assert sources.is_held_out(1000, 0.3)[few].all()
    assert not sources.is_held_out(1000, 0.0).any()
    # No pattern: neighbours are held out independently.
    assert (many[1:] & many[:-1]).mean() == pytest.approx(0.01, abs=0.002)


def test_the_table_knows_the_training_rows_alone(frame):
    held_out = sources.is_held_out(ROWS, 0.1)
    marked = frame.assign(visits=np.where(held_out, 5000, frame["visits"]))
    source = TableSource(marked)
    assert "5000" not in source.table.to_json()
    assert source.other_split("test").frame["visits"].eq(5000).all()


def test_all_rows_are_for_training_without_a_share(frame):
    source = TableSource(frame, held_out=0)
    assert source.num_examples == ROWS
    with pytest.raises(
        ValueError, match=r"held_out must leave rows to both .*0 of 400"
    ):
        source.other_split("test")
    with pytest.raises(ValueError, match=r"held_out must be a number in \[0, 1\)"):
        TableSource(frame, held_out=1.0)
    with pytest.raises(ValueError, match=r"split must be one of"):
        TableSource(frame, split="validation")


def test_kinds_are_given_by_dictionary_text_and_file(frame, tmp_path):
    path = tmp_path / "columns.json"
    path.write_text('{"rating": "category"}')
    texts = [TableSource(frame, columns=c) for c in ({"rating": "category"}, path)]
    texts.append(TableSource(frame, columns=' {"rating": "category"}'))
    kinds = {type(source.table.kinds["rating"]).__name__ for source in texts}
    assert kinds == {"Category"}
    path.write_text(texts[0].table.to_json())
    whole = TableSource(frame.iloc[:50], columns=path)
    assert whole.table.to_json() == texts[0].table.to_json()


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("nothing.json", "a file of such JSON. Received: 'nothing.json'"),
        ("{not json", "a file of such JSON. Received: '{not json'"),
        ({"ratings": "category"}, "'rating'"),
    ],
)
def test_wrong_kinds(frame, columns, expected):
    with pytest.raises(ValueError, match="column") as error:
        TableSource(frame, columns=columns)
    assert expected in str(error.value)


def test_a_file_that_is_no_dictionary(frame, tmp_path):
    (tmp_path / "a.json").write_text("[1]")
    with pytest.raises(ValueError, match=r"a dictionary of kinds .* Received: list"):
        TableSource(frame, columns=tmp_path / "a.json")


def test_columns_of_integers_are_named_by_json(frame):
    numbered = frame.set_axis(range(frame.shape[1]), axis=1)
    place = frame.columns.get_loc("rating")
    source = TableSource(numbered, columns=f'{{"{place}": "category"}}')
    assert type(source.table.kinds[place]).__name__ == "Category"


def test_a_file_is_the_frame(path, frame):
    read, given = data.source(path), data.source(frame)
    assert isinstance(read, TableSource)
    assert read.name == str(path)
    pandas.testing.assert_frame_equal(read.frame, given.frame)
    assert read.identity() == given.identity()
    assert read.fingerprint() == given.fingerprint()
    pyarrow = pytest.importorskip("pyarrow")
    arrow = data.source(pyarrow.Table.from_pandas(frame))
    pandas.testing.assert_frame_equal(arrow.frame, given.frame)


def test_words_for_missing_values(frame):
    texts = frame.assign(plan=frame["plan"].replace("free", "?"))
    for missing in ("?,-", ["?"]):
        source = TableSource(texts, missing=missing)
        assert source.frame["plan"].isna().any()
        assert source.options["missing"][0] == "?"


def test_a_file_takes_the_types_of_a_given_table(frame, tmp_path):
    table = TableSource(frame).table
    rated = frame[frame["rating"].notna()]
    path = tmp_path / "rated.csv"
    rated.assign(spent=rated["spent"].round()).to_csv(path, index=False)
    source = TableSource(path, table=table, held_out=0)
    assert source.table is table
    pandas.testing.assert_series_equal(source.frame.dtypes, frame.dtypes)
    with pytest.raises(ValueError, match=r"no column 'rating'"):
        TableSource(frame.drop(columns="rating"), table=table).read()


def test_identity_changes_with_a_cell(frame):
    known = TableSource(frame).identity()
    assert json.loads(json.dumps(known)) == known
    changed = frame.copy()
    changed.loc[~sources.is_held_out(ROWS, 0.1), "visits"] += 1
    other = TableSource(changed)
    assert other.identity()["rows"] != known["rows"]
    assert other.fingerprint() != TableSource(frame).fingerprint()


def test_notes_stand_in_the_log(frame, tmp_path, caplog):
    path = tmp_path / "a.csv"
    frame.to_csv(path, index=False, sep=";")
    source = TableSource(path)
    assert source.notes == ["a.csv is read with semicolons between its cells"]
    assert source.notes == [record.getMessage() for record in caplog.records]


def test_which_data_are_tables(path, frame):
    assert sources.is_data(frame)
    assert sources.is_data(path)
    assert sources.is_data("table:iris")
    assert not sources.is_data(np.zeros((2, 2)))
    assert not sources.is_data(frame["visits"])
    assert not sources.is_data("digits")
