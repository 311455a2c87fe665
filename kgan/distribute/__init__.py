"""Strategies of `tf.distribute`: on how many devices and machines to train."""

from kgan.distribute.cluster import is_chief as is_chief
from kgan.distribute.consensus import AgreedStop as AgreedStop
from kgan.distribute.consensus import agreed as agreed
from kgan.distribute.consensus import check_equal as check_equal
from kgan.distribute.consensus import of_chief as of_chief
from kgan.distribute.consensus import wait_for_all as wait_for_all
from kgan.distribute.strategies import get as get
from kgan.distribute.strategies import names as names
from kgan.distribute.workers import is_lost_worker as is_lost_worker
from kgan.distribute.workers import lost_workers as lost_workers
from kgan.distribute.workers import naming_lost_workers as naming_lost_workers
