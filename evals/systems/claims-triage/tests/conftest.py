import os

os.environ.update(
    DATABASE_URL="sqlite://",
    REPORTING_DATABASE_URL="sqlite://",
    REDIS_URL="memory://",
    MLFLOW_TRACKING_URI="file:./mlruns-test",
    PAYMENTS_URL="http://payments.test",
    PAYMENTS_TOKEN="test",
    LETTERS_URL="http://letters.test",
    SESSION_KEY="test-only-session-key",
    PHOTO_BUCKET="photos",
    MODEL_BUCKET="models",
)
