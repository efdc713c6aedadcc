"""What a page calls a verdict, a finding, and the quantity on its axis."""

from components.drift_report.report import Finding, Verdict, Words

VERDICTS: dict[Verdict, str] = {
    "drift": "Drift",
    "none": "No drift",
    "too few examples": "Too few examples to say",
    "no reference": "Nothing to compare with",
}
_QUANTITIES = {
    "brightness": "mean luma, 0 black, 1 white",
    "contrast": "standard deviation of luma",
    "sharpness": "variance of luma's Laplacian",
    "width": "pixels",
    "height": "pixels",
    "bytes": "bytes of the file",
    "characters": "characters of a text",
    "words": "words of a text",
    "non_ascii_share": "share of the characters",
    "digit_share": "share of the characters",
    "upper_case_share": "share of the characters",
    "confidence": "probability of the predicted class",
    "unknown_words": "share of a text's words",
}
_TITLES = {
    "embedding": "Embedding",
    "label": "Label mix",
    "predicted_class": "Predicted classes",
    "near_duplicates": "Near-duplicates",
}


def title(finding: Finding) -> str:
    """Returns a heading: the feature's own name unless it is known by a better one."""
    # A text's number of words is a feature of this name too.
    if isinstance(finding.chart, Words):
        return "Vocabulary"
    return _TITLES.get(finding.name, finding.name)


def quantity(name: str) -> str:
    """Returns what a scalar feature counts or measures; its name if that is not known."""
    return _QUANTITIES.get(name, name)
