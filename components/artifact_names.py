"""Names of artifact types, for those who look them up in ML Metadata without TFX."""

DRIFT_REPORT = "components.DriftReport"
EVALUATION_REPORT = "components.EvaluationReport"
