import os

os.environ |= {
    "DESKLOFT_DATABASE": "postgresql+asyncpg://test@localhost/test",
    "DESKLOFT_OPENAI_KEY": "test",
    "DESKLOFT_HOOK_KEY": "test",
    "DESKLOFT_MAIL_KEY": "test",
}
