"""What several tests share."""

import pytest

from pipeline.home import METADATA_VARIABLE


@pytest.fixture(scope="session", autouse=True)
def _no_shared_metadata():
    """Keeps what tests do out of a database that the environment names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(METADATA_VARIABLE, raising=False)
        yield


@pytest.fixture(scope="session")
def statistics_of():
    """Returns a function from columns to TFDV statistics, `{feature: [values]}`."""
    import pandas
    import tensorflow_data_validation as tfdv

    def make(columns):
        return tfdv.generate_statistics_from_dataframe(pandas.DataFrame(columns))

    return make
