"""What is compared, and how: numbers, mixes of classes, words, and what the model sees.

The distances were chosen by measured power: see `benchmarks/drift_power.py`.
"""

from components.drift_report.measures.duplicates import near_duplicates
from components.drift_report.measures.embeddings import embedding
from components.drift_report.measures.measure import Measure
from components.drift_report.measures.mixes import labels, mix
from components.drift_report.measures.numbers import number
from components.drift_report.measures.words import words

__all__ = ["Measure", "embedding", "labels", "mix", "near_duplicates", "number", "words"]
