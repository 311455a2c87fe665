"""Small trained models, and what they export."""

from exported import folder as folder
from exported import served as served
from exported import trained as trained
from stand_in_hub import hub as hub
