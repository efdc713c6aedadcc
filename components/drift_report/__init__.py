"""Compares this span's training data with the previous span's."""
