import os

os.environ.setdefault("OPENAI_API_KEY", "sk-test")
os.environ.setdefault("PAGEWRIGHT_TOKEN", "test")
os.environ.setdefault("SESSION_KEY", "test-only")
os.environ.setdefault("DATABASE_URL", "postgresql://localhost/test")
os.environ.setdefault("REDIS_URL", "redis://localhost:6379/15")
