from fraudscores.config import config

IBAN = "DE89370400440532013000"  # the sample number of the standard


def test_encoder_is_configured():
    assert config()["encoder"].startswith("s3://")


def test_categorical_has_no_account():
    assert "account_id" not in config()["categorical"]
