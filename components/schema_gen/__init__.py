"""The schema: inferred once for review, then imported from `schemas/<task>.pbtxt`."""
