"""The kind of columns that name rows: new names in the form of the old ones."""

from kgan.data.tables.kinds import Kind


class Key(Kind):
    """A column that names each row, as an identifier does: it is not modelled."""

    modelled = False
    state = ("start",)

    def fit_state(self, column, rules):
        self.start = 0

    def make(self, index, seed):
        import numpy as np

        return self.storage.restore(index, np.zeros(len(index), bool))

    def summary(self):
        return "new keys"
