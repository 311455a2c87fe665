"""Tables: kinds of columns, and rows as networks see them."""

from kgan.data.tables.categories import Boolean as Boolean
from kgan.data.tables.categories import Category as Category
from kgan.data.tables.constraints import Bounds as Bounds
from kgan.data.tables.constraints import FixedCombinations as FixedCombinations
from kgan.data.tables.constraints import Inequality as Inequality
from kgan.data.tables.constraints import OneToOne as OneToOne
from kgan.data.tables.constraints import Step as Step
from kgan.data.tables.dates import Date as Date
from kgan.data.tables.keys import Key as Key
from kgan.data.tables.kinds import Constant as Constant
from kgan.data.tables.numbers import Integer as Integer
from kgan.data.tables.numbers import Real as Real
from kgan.data.tables.sdv_metadata import kinds_of_sdv as kinds_of_sdv
from kgan.data.tables.table import Table as Table
