import pytest

from pipeline.serving_config.quantity import amount


@pytest.mark.parametrize(
    ("text", "number"),
    [("500m", 0.5), ("2", 2), (1, 1), ("2Gi", 2 * 2**30), ("1.5k", 1500), ("10Mi", 10 * 2**20)],
)
def test_quantities_are_those_of_kubernetes(text, number):
    assert amount(text) == number


@pytest.mark.parametrize("text", ["", "Gi", "1 Gi", "1GB", "-1"])
def test_other_quantities_are_refused(text):
    with pytest.raises(ValueError, match="no quantity"):
        amount(text)
