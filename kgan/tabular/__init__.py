"""Synthetic tables: from a DataFrame to one of new rows."""

from kgan.core.table_blocks import Block as Block
from kgan.data.tables import Boolean as Boolean
from kgan.data.tables import Bounds as Bounds
from kgan.data.tables import Category as Category
from kgan.data.tables import Constant as Constant
from kgan.data.tables import Date as Date
from kgan.data.tables import FixedCombinations as FixedCombinations
from kgan.data.tables import Inequality as Inequality
from kgan.data.tables import Integer as Integer
from kgan.data.tables import Key as Key
from kgan.data.tables import OneToOne as OneToOne
from kgan.data.tables import Real as Real
from kgan.data.tables import Step as Step
from kgan.data.tables import Table as Table
from kgan.data.tables import kinds_of_sdv as kinds_of_sdv
from kgan.tabular.conditions import Between as Between
from kgan.tabular.gan import TabularGAN as TabularGAN
from kgan.tabular.training import recommended as recommended
