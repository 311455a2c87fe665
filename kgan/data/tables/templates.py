"""Forms of strings that name rows, and new strings in these forms."""

import collections
import re
import string
from typing import Any

import numpy as np

TEMPLATES: dict[str, type["Template"]] = {}
# In so large a space numbers are drawn: a new key equals an old one by no chance.
_LARGE = 2**64
_ALPHABETS = (
    "89ab",
    "89AB",
    string.digits,
    string.ascii_uppercase,
    string.ascii_lowercase,
    string.digits + "abcdef",
    string.digits + "ABCDEF",
    string.digits + string.ascii_uppercase,
    string.digits + string.ascii_lowercase,
    string.ascii_uppercase + string.ascii_lowercase,
    string.digits + string.ascii_uppercase + string.ascii_lowercase,
)
_NUMBERED = re.compile(r"(.*?)([0-9]{1,18})([^0-9]*)", re.DOTALL)


class Template:
    """Base of forms of strings: the arguments are attributes are config."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        TEMPLATES[cls.__name__.lower()] = cls

    def make(self, index: np.ndarray, seed: int) -> np.ndarray:
        """Returns different strings for different numbers of rows.

        Args:
            index: Numbers of rows, int64, not negative.
            seed: A seed.
        """
        raise NotImplementedError

    def example(self) -> str:
        """Returns the string of row 0 and seed 0."""
        return str(self.make(np.zeros(1, np.int64), 0)[0])

    def get_config(self) -> dict:
        return {"template": type(self).__name__.lower(), **vars(self)}


def from_config(config: dict) -> Template:
    """Returns the template that `get_config` described."""
    arguments = {n: value for n, value in config.items() if n != "template"}
    return TEMPLATES[config["template"]](**arguments)


def learn(keys: list[str], rounded: bool, min_count: int) -> Template:
    """Returns the form of different strings, and of it what none of them has.

    Args:
        keys: The strings.
        rounded: Whether a counter begins at a round number beyond the largest.
        min_count: Rows from which on a beginning or an end may be kept.
    """
    same_length = len({len(key) for key in keys}) == 1
    if same_length and (alphabets := _alphabets(keys)):
        cells = Cells(alphabets)
        if not cells.is_one_number():
            if cells.size() < _LARGE:
                cells.start = after(cells.rank(max(keys)), rounded)
            return cells
    return _counter(keys, same_length, rounded, min_count) or _words(keys)


def after(largest: int, rounded: bool) -> int:
    """Returns the next number, or a round one that is not smaller."""
    start = largest + 1
    if not rounded:
        return start
    unit = 10 ** (len(str(start)) - 1)
    return -(-start // unit) * unit


def _alphabets(keys):
    """Returns the alphabet of each place of strings of one length, or None."""
    codes = np.asarray(keys).view(np.uint32).reshape(len(keys), -1)
    found = []
    for place in codes.T:
        letters = {chr(code) for code in np.unique(place)}
        if len(letters) == 1:
            found.append(letters.pop())
            continue
        fitting = (alphabet for alphabet in _ALPHABETS if letters <= set(alphabet))
        if (alphabet := next(fitting, None)) is None:
            return None
        found.append(alphabet)
    return found


class Cells(Template):
    """Strings of one length, with an alphabet for each place.

    In spaces of 2⁶⁴ strings and more they are drawn, in smaller ones counted; when the
    space is full the first place with an alphabet is doubled.

    Args:
        alphabets: Letters of each place, rising; one where it is fixed.
        start: First number of a small space.
    """

    def __init__(self, alphabets: list[str], start: int | None = None):
        self.alphabets, self.start = alphabets, start

    def _bases(self):
        return [len(alphabet) for alphabet in self.alphabets]

    def size(self) -> int:
        """Returns how many strings there are."""
        size = 1
        for base in self._bases():
            size *= base
        return size

    def is_one_number(self) -> bool:
        """Whether nothing varies but digits that stand together, the last ones."""
        shape = "".join(
            "d" if a == string.digits else "x" if len(a) > 1 else a
            for a in self.alphabets
        )
        return re.fullmatch("[^dx]*d{1,18}[^dx0-9]*", shape) is not None

    def rank(self, key: str) -> int:
        """Returns the number of a string among all."""
        rank = 0
        for letter, alphabet in zip(key, self.alphabets, strict=True):
            rank = rank * len(alphabet) + alphabet.index(letter)
        return rank

    def make(self, index, seed):
        numbers = np.asarray(index).astype(np.uint64)
        if self.start is None:
            numbers = mixed(numbers, seed)
            return self._written(numbers, mixed(numbers, seed + 1))
        numbers += np.uint64(self.start)
        return self._counted(numbers)

    def _counted(self, numbers):
        size = self.size()
        full = (
            numbers >= np.uint64(size)
            if size < _LARGE
            else np.zeros(len(numbers), bool)
        )
        made = np.empty(len(numbers), object)
        made[~full] = self._written(numbers[~full], np.zeros_like(numbers[~full]))
        if full.any():
            place = next(p for p, base in enumerate(self._bases()) if base > 1)
            wider = [*self.alphabets[: place + 1], *self.alphabets[place:]]
            made[full] = Cells(wider)._counted(numbers[full] - np.uint64(size))
        return made

    def _written(self, numbers, further):
        """Returns numbers in mixed radix, beyond 2⁶⁴ those of `further`."""
        letters = np.empty((len(numbers), len(self.alphabets)), np.uint32)
        written = 1
        for place in reversed(range(len(self.alphabets))):
            alphabet = self.alphabets[place]
            if written >= _LARGE:
                numbers, written = further, 1
            base = np.uint64(len(alphabet))
            codes = np.asarray([ord(letter) for letter in alphabet], np.uint32)
            letters[:, place] = codes[(numbers % base).astype(np.int64)]
            numbers, written = numbers // base, written * len(alphabet)
        width = letters.shape[1]
        return letters.view(f"<U{width}").reshape(-1).astype(object)


class Counter(Template):
    """Strings that hold a number, the largest of all and one: "order-00017".

    Args:
        prefix: What stands before it.
        suffix: What stands behind it.
        width: Digits at least.
        start: Number of row 0.
    """

    def __init__(self, prefix: str, suffix: str, width: int, start: int):
        self.prefix, self.suffix = prefix, suffix
        self.width, self.start = width, start

    def make(self, index, seed):
        digits = [str(self.start + i).zfill(self.width) for i in index.tolist()]
        made = np.empty(len(digits), object)
        made[:] = [f"{self.prefix}{d}{self.suffix}" for d in digits]
        return made


def _counter(keys, same_length, rounded, min_count):
    matches = [_NUMBERED.fullmatch(key) for key in keys]
    if not all(matches):
        return None
    ends = collections.Counter((m[1], m[3]) for m in matches)
    (prefix, suffix), count = ends.most_common(1)[0]
    if count < min_count:
        return None
    padded = same_length or any(m[2].startswith("0") and m[2] != "0" for m in matches)
    width = min(len(m[2]) for m in matches) if padded else 1
    largest = max(int(m[2]) for m in matches)
    return Counter(prefix, suffix, width, after(largest, rounded))


def _words(keys):
    """Returns strings longer than all others, of the letters that they have."""
    letters = {letter for key in keys for letter in key if letter.isalnum()}
    fitting = (alphabet for alphabet in _ALPHABETS if letters <= set(alphabet))
    alphabet = next(fitting, _ALPHABETS[-1])
    length = max(len(key) for key in keys) + 1
    cells = Cells([alphabet] * length)
    if cells.size() < _LARGE:
        cells.start = 0
    return cells


def mixed(numbers: np.ndarray, seed: Any) -> np.ndarray:
    """Returns a permutation of the numbers below 2⁶⁴, one for each seed.

    It is the finalizer of SplitMix64 (Steele et al., 2014) after an addition.
    """
    seed = _finalized(np.asarray([int(seed) % 2**64], np.uint64))
    return _finalized(numbers + seed)


def _finalized(x):
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))
