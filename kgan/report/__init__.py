"""A page on which a person looks at a model: pictures beside the figures."""

from kgan.report.page import write as write
