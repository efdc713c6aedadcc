"""What several tests share."""

import pytest


@pytest.fixture(scope="session")
def statistics_of():
    """Returns a function from columns to TFDV statistics, `{feature: [values]}`."""
    import pandas
    import tensorflow_data_validation as tfdv

    def make(columns):
        return tfdv.generate_statistics_from_dataframe(pandas.DataFrame(columns))

    return make
