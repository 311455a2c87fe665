"""On how many devices and machines to train: strategies of `tf.distribute`."""

from kgan.strategies.agreement import AgreedStop as AgreedStop
from kgan.strategies.agreement import agreed as agreed
from kgan.strategies.agreement import check_equal as check_equal
from kgan.strategies.agreement import of_chief as of_chief
from kgan.strategies.agreement import wait_for_all as wait_for_all
from kgan.strategies.by_name import get as get
from kgan.strategies.by_name import names as names
from kgan.strategies.cluster import is_chief as is_chief
from kgan.strategies.workers import is_lost_worker as is_lost_worker
from kgan.strategies.workers import lost_workers as lost_workers
from kgan.strategies.workers import naming_lost_workers as naming_lost_workers
