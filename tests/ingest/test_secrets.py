"""Secrets are found, placeholders are not, and masks keep lines."""

from __future__ import annotations

import base64
import random
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import secrets
from ingest.default_passwords import is_default
from ingest.secrets import find_secrets, is_placeholder, mask_literals_of, mask_secrets, secret_in_assignment, told_before


def noise(length: int, seed: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


_SECRETS = {
    "OpenAI": "sk-proj-" + noise(48, 1),
    "Anthropic": "sk-ant-api03-" + noise(60, 2),
    "GitHub": "ghp_" + noise(36, 3),
    "AWS": "AKIA" + noise(16, 4, string.ascii_uppercase + string.digits),
    "Hugging": "hf_" + noise(34, 5),
    "Slack": "xoxb-730518264917-582940617325-" + noise(24, 6, string.ascii_lowercase + string.digits),
    "Stripe": "sk_live_" + noise(24, 7),
    "Google": "AIza" + noise(35, 8),
}


@pytest.mark.parametrize("name", sorted(_SECRETS))
@pytest.mark.parametrize("line", ['client = Client("{}")', "KEY={}", "# old: {} (rotate)", '{{"k": "{}"}}'])
def test_known_formats_are_found_where_they_stand_and_masked(name: str, line: str) -> None:
    secret = _SECRETS[name]
    text = "first\n" + line.format(secret) + "\nlast\n"
    (span,) = find_secrets(text)
    assert secret in text[span.start : span.end] or text[span.start : span.end] in secret
    masked = mask_secrets(text)
    assert secret[4:] not in masked and masked.count("\n") == 3
    assert mask_secrets(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "url = 'postgresql://app:Winter2031@db/x'", 'password = "Winter2031"', "POSTGRES_PASSWORD: Winter2031", "DB_PASSWORD=Winter2031!",
        f'api_key="{noise(24, 9)}"', f'{{"client_secret": "{noise(32, 10)}"}}', f"export SESSION_SECRET={noise(32, 11)}", f"token: {noise(40, 12)}\r\n",
    ],
)  # fmt: skip
def test_literals_with_telling_names_are_found(text: str) -> None:
    assert len(find_secrets(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        'api_key = "your-key-here"', "API_KEY=changeme", "API_KEY=${API_KEY}", 'api_key="<YOUR_API_KEY>"', "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "AWS_KEY=AKIAIOSFODNN7EXAMPLE", "password = get_password()", "password: SecretStr", "token = settings.auth2_token", 'token = "token-classification"',
        'secret_name = "prod/db-credentials-2024"', "max_tokens=4096", "url = f'postgresql://{user}:{password}@db'", 'password="password"',
        "postgresql+psycopg://support:change-me@db/support", 'if "-----BEGIN PRIVATE KEY-----" in text:', "TOKEN_PATH=/run/secrets/token1",
        "tokenizer = AutoTokenizer.from_pretrained('gpt2-medium-12345')", "https://host:8080/a@b", "secret = r'([a-zA-Z0-9_-]{44})'", "token='test-api-key-123456'", "sk-learn-pipeline-with-a-very-long-name-of-words",
    ],
)  # fmt: skip
def test_placeholders_references_and_code_are_no_secrets(text: str) -> None:
    assert find_secrets(text) == ()
    assert mask_secrets(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f'posthog_project_api_key = "phc_{noise(40, 20)}"', f'Posthog(project_api_key="phc_{noise(40, 20)}")', f'mixpanel_project_token = "{noise(32, 21, "0123456789abcdef")}"',
        f'STRIPE_API_KEY = "pk_live_{noise(24, 22)}"', f'STRIPE_KEY=pk_test_{noise(24, 22)}', f'MAPBOX_TOKEN = "pk.eyJ{noise(40, 23)}.{noise(22, 24)}"',
        f'SENTRY_TOKEN = "https://{noise(32, 25, "0123456789abcdef")}@o12345.ingest.sentry.io/77"', f'RECAPTCHA_SITE_KEY_TOKEN = "6L{noise(38, 26)}"',
        f'AMPLITUDE_API_KEY = "{noise(32, 27, "0123456789abcdef")}"', f'NEXT_PUBLIC_API_KEY={noise(32, 28)}', f'telemetryApiKey: "{noise(32, 29)}"',
        'key = (\n    "ph"\n    "c_IOq"\n    "2AjB9dKz7QpLm3XvTnWy5Rb"\n)',
    ],
)  # fmt: skip
def test_identifiers_every_client_is_given_are_no_secrets(text: str) -> None:
    assert find_secrets(text) == ()


def token(said: str) -> str:
    """A signed token that says this of itself."""
    parts = (base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in ('{"alg":"HS256","typ":"JWT"}', said))
    return f"{'.'.join(parts)}.{noise(43, 33)}"


@pytest.mark.parametrize(("role", "found"), [("anon", False), ("service_role", True)])
def test_a_token_that_says_it_is_nobodys_is_no_secret(role: str, found: bool) -> None:
    value = token(f'{{"role":"{role}","iss":"supabase","iat":1700000000}}')

    assert bool(find_secrets(f'createClient(url, "{value}")')) is found
    assert (secret_in_assignment("SUPABASE_KEY", value) is not None) is found


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ('"nbf":1753077935,"exp":1753078235', False),  # five minutes
        ('"iat":1893456000,"exp":1893459600', False),  # an hour, whenever it was
        ('"iat": 1500000000, "exp": 1600000000', False),  # ended years ago
        ('"exp":1600000000', False),
        ('"iat":1893456000,"exp":2208988800', True),
        ('"iat":1893456000,"exp":1894456000', True),  # eleven days
        ('"exp":4102444800', True),
        ('"iat":1500000000', True),  # never ends
        ('"exp":"1600000000"', True),  # no time
        ('"iat":1893459600,"exp":1893456000', True),  # ends before it begins: nothing to be believed
    ],
)
def test_a_token_that_is_over_is_no_secret(times: str, found: bool) -> None:
    value = token(f'{{"iss":"github.com","key":"key5",{times}}}')

    assert bool(find_secrets(f'"https://images.example/a.mp4?jwt={value}",')) is found
    assert (secret_in_assignment("ACCESS_TOKEN", value) is not None) is found


@pytest.mark.parametrize(
    "text",
    [
        f'AMPLITUDE_SECRET_KEY = "{noise(32, 30)}"',
        f'TEXT_ANALYTICS_KEY_TOKEN = "{noise(32, 31)}"',
        f'PUBLIC_TOKEN = "sk_live_{noise(24, 32)}"',
    ],
)
def test_a_public_name_does_not_hide_a_private_value(text: str) -> None:
    assert len(find_secrets(text)) == 1


@pytest.mark.parametrize(
    "seam", ['" "', '"\n    "', '" + "', '" +\n    "', '"\n    + "', '" \\\n    "', "' \n  f\"", '"  # first half\n    "']
)
def test_a_secret_in_adjacent_literals_is_masked_in_every_piece(seam: str) -> None:
    secret = _SECRETS["OpenAI"]
    pieces = (secret[:3], secret[3:20], secret[20:])
    first = "'" if seam.startswith("'") else '"'
    text = f"client = OpenAI(\n    api_key=({first}{seam.join(pieces)}{seam[-1]})\n)  # done\n"
    masked = mask_secrets(text)
    assert len(find_secrets(text)) == 3
    assert masked.count("\n") == text.count("\n") and masked.endswith(")  # done\n") and masked.startswith("client = OpenAI(\n")
    assert not any(piece in masked for piece in pieces[1:])
    assert mask_secrets(masked) == masked


def test_literals_that_are_no_secret_stay_when_they_are_adjacent() -> None:
    text = 'help = (\n    "Set the token in the environment, "\n    "or pass it as an argument"\n)\nprint("a" "b", x + "-" + y)\n'
    assert mask_secrets(text) == text


def test_pieces_of_a_secret_whose_name_stands_elsewhere_are_masked() -> None:
    secret = noise(30, 33)
    masked = mask_literals_of(f'    "{secret[:10]}"\n    "{secret[10:]}",\n    "other words here",', secret)
    assert secret[:10] not in masked and secret[10:] not in masked and "other words here" in masked


def test_a_private_key_is_masked_line_by_line() -> None:
    body = "\n".join(noise(64, seed) for seed in range(5))
    text = f"key = '''-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----'''\n"
    masked = mask_secrets(text)
    assert masked.count("\n") == text.count("\n")
    assert not any(line in masked for line in body.split("\n"))
    assert masked.startswith("key = '''-----BEGIN RSA PRIVATE KEY-----\n****\n")


def test_a_name_and_a_value_tell_a_secret() -> None:
    assert secret_in_assignment("POSTGRES_PASSWORD", "winter") == "Secret Keyword"
    assert secret_in_assignment("POSTGRES_USER", "support") is None
    assert secret_in_assignment("API_TOKEN", "${TOKEN}") is None
    assert secret_in_assignment("MAX_TOKENS", "40960000") is None
    assert is_placeholder("replace-me") and not is_placeholder("Winter2031")


@pytest.mark.parametrize(
    "piece",
    ["sk-", "eyJ", "://a:", "password=", "aws_key='", "xoxb-1-", "-----BEGIN PRIVATE KEY-----", "ghp_", "-us1", 'token="', "SG.", "hf_"],
)
def test_repeated_beginnings_take_time_that_grows_with_the_text(piece: str) -> None:
    start = time.monotonic()
    find_secrets(piece * (200_000 // len(piece)))
    assert time.monotonic() - start < 3


@settings(deadline=None, max_examples=80)
@given(st.text(max_size=200), st.sampled_from(sorted(_SECRETS.values())))
def test_any_text_keeps_its_lines_under_the_mask(text: str, secret: str) -> None:
    whole = text + f"\n{secret}\n"
    assert mask_secrets(whole).count("\n") == whole.count("\n")
    assert secret not in mask_secrets(whole)


def test_only_the_first_piece_of_a_secret_keeps_its_beginning() -> None:
    secret = _SECRETS["OpenAI"]
    assert mask_secrets(f'key = "{secret[:24]}" "{secret[24:]}"') == f'key = "{secret[:4]}****" "****"'


@pytest.mark.parametrize(
    "text",
    [
        'return "postgresql+pg8000://letta:letta@localhost:5432/letta"', "url = 'postgresql://app:app@db/x'", "amqp://guest:guest@rabbitmq:5672//",
        "bolt://neo4j:neo4j@127.0.0.1:7687", "mongodb://root:root123@host.docker.internal/", "redis://:redis@[::1]:6379/0", "mysql://shop:password123@mysql:3306/shop",
        r'PATTERN = r"https?://(?:www\.)?[-a-zA-Z0-9@:%._+~#=]{1,256}"',
    ],
)  # fmt: skip
def test_default_logins_of_local_services_and_patterns_of_addresses_are_no_secrets(text: str) -> None:
    assert find_secrets(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        'url = "postgresql://letta:letta@db.corp.example.net:5432/letta"', "postgresql://app:app77@10.0.3.7/x", "amqp://guest:guest77@localhost//",
        "redis://:q8Zr2LmX0v@localhost:6379/0", "postgresql://app:Winter2031@db/x", "mysql://shop:root123@shop.mysql.database.azure.com/shop",
        "    {'NEO4J_URI': 'neo4j+s://73b760b4.databases.example.io',\n     'NEO4J_PASSWORD': 'Zq8Rk2Lm0X-vTb5NcYpR7sWd3HfJ9gKa1Qe'}",
    ],
)  # fmt: skip
def test_defaults_elsewhere_and_other_passwords_here_are_secrets(text: str) -> None:
    assert len(find_secrets(text)) == 1


def test_a_default_password_is_told_by_what_stands_beside_it() -> None:
    local = {"DB_USER": "superagi", "DB_HOST": "db", "OTHER_HOST": "far.example.net"}
    assert secret_in_assignment("DB_PASSWORD", "superagi", local) is None
    assert secret_in_assignment("DB_PASSWORD", "superagi") == "Secret Keyword"
    assert secret_in_assignment("DB_PASSWORD", "superagi", {"DB_USER": "superagi", "DB_HOST": "db.example.net"}) == "Secret Keyword"
    assert secret_in_assignment("DB_PASSWORD", "postgres", {"DB_URL": "postgresql://u@db.example.net:5432/x"}) == "Secret Keyword"
    assert secret_in_assignment("DB_PASSWORD", "postgres", {"DB_URL": "postgresql://u@localhost:5432/x"}) is None
    assert secret_in_assignment("POSTGRES_PASSWORD", "postgres") is None
    assert secret_in_assignment("LETTA_PG_PASSWORD", "letta") is None
    assert secret_in_assignment("POSTGRES_PASSWORD", "postgres-Tq77") == "Secret Keyword"
    assert secret_in_assignment("GRAFANA_API_KEY", "admin-admin-admin") == "Secret Keyword"  # no password: nobody hands out such keys
    assert secret_in_assignment("SIGNING_KEY", "signing_key") == "Secret Keyword"  # in use as it stands, anybody can sign with it


def test_words_in_a_template_are_placeholders_and_keys_are_not() -> None:
    for name, value in (
        ("PYLON_API_KEY", "pylon_api_key_here"), ("GUEST_SIGNING_KEY", "guest_signing_key"), ("AUTH_SECRET", "super-secret-key"),
        ("DB_PASSWORD", "choosewell"), ("DB_PASSWORD", "password123"), ("SESSION_SECRET", "at-least-32-characters-long"),
    ):  # fmt: skip
        assert secret_in_assignment(name, value, template=True) is None, name
    for name, value in (("API_KEY", _SECRETS["Anthropic"]), ("SESSION_SECRET", noise(40, 40)), ("DB_PASSWORD", "Winter2031")):
        assert secret_in_assignment(name, value, template=True) is not None, name


def test_an_empty_literal_does_not_open_a_longer_one() -> None:
    assert find_secrets('l.username="",l.password="",l.host=null,l.port=8080,l.query=""') == ()
    assert len(find_secrets('l.password="""Winter2031""",l.host=null')) == 1


@pytest.mark.parametrize("value", ["comment.keyword.$2", "constant.reserved.$0", "meta.tag.$1.html"])
def test_what_a_grammar_calls_a_piece_of_text_is_no_secret(value: str) -> None:
    assert find_secrets(f'rules:[/x/,{{token:"{value}",next:"@pop"}}]') == ()


def test_a_key_in_a_comment_is_a_secret() -> None:
    assert find_secrets("// const key = { token: 'h7Tq2Zp9.Lw4Xk81vBn3' }")


def test_a_value_that_is_made_by_an_expression_is_no_secret() -> None:
    assert find_secrets('token = f"kk-{secrets.token_urlsafe(32)}"\nmetrics["time_to_first_token"] = f"{time_to_first_token:.4f}s"\n') == ()
    assert len(find_secrets(f'token = "kk-{noise(40, 41)}"')) == 1


def test_the_pair_of_keys_an_object_store_is_delivered_with_is_no_secret() -> None:
    assert secret_in_assignment("MINIO_ACCESS_KEY", "minioadmin") is None
    assert secret_in_assignment("MINIO_SECRET_KEY", "miniosecret") is None
    assert secret_in_assignment("MINIO_SECRET_KEY", "Vinter77-orchard") == "Secret Keyword"


@pytest.mark.parametrize("value", ["miniosecret", "myredissecret", "postgrespassword", "redis_password1"])
def test_a_product_with_a_word_for_what_it_is_there_for_is_a_default(value: str) -> None:
    assert is_default("", value)
    assert not is_default("", value.replace("redis", "grove").replace("minio", "grove").replace("postgres", "grove"))


def test_a_variable_that_holds_a_part_or_the_other_half_of_an_earlier_secret_names_it() -> None:
    file = {
        "DATABASE_URL": "postgres://app:Vinter77orchard@db.acme.io/app", "POSTGRES_PASSWORD": "Vinter77orchard",
        "S3_ACCESS_KEY": "Hx82mLq0Zt5Rw", "S3_SECRET_KEY": "q7Rt3Yb9Kc2Nv8Dp", "MAIL_PASSWORD": "Sommer88meadow",
    }  # fmt: skip
    before = {name: told_before(name, value, file) for name, value in file.items()}
    assert before == {
        "DATABASE_URL": None, "POSTGRES_PASSWORD": "DATABASE_URL", "S3_ACCESS_KEY": None, "S3_SECRET_KEY": "S3_ACCESS_KEY", "MAIL_PASSWORD": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        'FIND_MY_PASSWORD = "user:find:password:{0}"',
        r'PASSWORD = "^(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9@$!%*?&]{8,}$"',
        "'1password': '1password.1Password'",
        'unsubscribeToken: "preview-token-123"',
        "SRH_TOKEN: dev_token",
    ],
)
def test_keys_of_a_store_patterns_products_and_tokens_of_a_preview_are_no_secrets(text: str) -> None:
    assert find_secrets(text) == ()


def test_a_value_that_only_begins_like_one_of_a_preview_is_a_secret() -> None:
    assert [span.detector for span in find_secrets('API_TOKEN = "dev_8fh3kd92mfk2"')] == ["Secret Keyword"]


@pytest.mark.parametrize(
    "text",
    [
        "const ENV = { N8N_WEBHOOK_PASSWORD: 'N8N_WEBHOOK_PASSWORD' };",
        "password: 'N8N_HOOK_PASSWORD'",
        'API_KEY = "AZURE_GPT4_VISION_API_KEY"',
    ],
)
def test_the_name_of_a_variable_that_holds_a_secret_is_no_secret(text: str) -> None:
    assert find_secrets(text) == ()


@pytest.mark.parametrize("text", ['HeaderToken = "X-ACME9-API-TOKEN"', 'const apiKey = "x-acme2-service-api-key"'])
def test_the_name_of_a_header_is_no_secret(text: str) -> None:
    assert find_secrets(text) == ()


def test_a_secret_with_hyphens_is_no_name_of_a_header() -> None:
    assert [span.detector for span in find_secrets('const apiKey = "acme-9f3k2m7q-x8w1z5-api-key"')] == ["Secret Keyword"]


@pytest.mark.parametrize("text", ["N8N_WEBHOOK_PASSWORD: 'N8N_WINTER_2027'", "password: 'N8N_password_77x'"])
def test_a_password_that_is_only_written_like_a_variable_is_a_secret(text: str) -> None:
    assert [span.detector for span in find_secrets(text)] == ["Secret Keyword"]


def test_a_variable_of_a_configuration_that_is_given_its_own_name_has_no_secret() -> None:
    assert secret_in_assignment("N8N_WEBHOOK_PASSWORD", "N8N_WEBHOOK_PASSWORD") is None
    assert secret_in_assignment("N8N_WEBHOOK_PASSWORD", "N8N_WINTER_2027") == "Secret Keyword"


@pytest.mark.parametrize(
    "text",
    [
        'const HeaderAPIToken = "X-ACME2-API-TOKEN"',
        'API_KEY_HEADER_TOKEN = "x-n8n-api-key-token"',
        "headers = { apiToken: 'Acme24-Access-Token' }",
    ],
)
def test_the_name_of_a_header_that_carries_a_secret_is_no_secret(text: str) -> None:
    assert find_secrets(text) == ()


@pytest.mark.parametrize("text", ['const HeaderAPIToken = "X-ACME2-8f3Kd92m-TOKE"', 'API_TOKEN = "acme-4f8a-92kd-token77x"'])
def test_a_secret_that_is_only_written_like_a_header_is_one(text: str) -> None:
    assert [span.detector for span in find_secrets(text)] == ["Secret Keyword"]


@pytest.mark.parametrize("value", ["thisisopenaikey", "this-is-an-api-key", "put_the_key", "enter-openai-api-key"])
def test_a_providers_key_that_says_it_is_one_is_a_placeholder(value: str) -> None:
    assert secret_in_assignment("OPENAI_API_KEY", value) is None


@pytest.mark.parametrize(("name", "value"), [("PG_PASSWORD", "thisisapassword"), ("JWT_SECRET", "thisisthesecretkey"),
                                             ("OPENAI_API_KEY", "thisis7f3a91bc20")])  # fmt: skip
def test_such_words_still_open_what_the_project_itself_guards(name: str, value: str) -> None:
    assert secret_in_assignment(name, value) is not None


@pytest.mark.parametrize(
    ("before", "secret"),
    [
        ("https://hooks.slack-gov.com/services/T4RD0KQ7L/B8MC2XW5Z/", noise(24, 41)),
        ("https://chat.corp.internal/services/T4RD0KQ7L/B8MC2XW5Z/", noise(24, 42)),
        ("https://discord.com/api/v10/webhooks/730518264917582940/", noise(68, 43)),
        (
            "https://acme.webhook.office.com/webhookb2/7c1e@9d2f/IncomingWebhook/",
            noise(32, 44, "0123456789abcdef") + "/4b7d19ce-52af-4e08-9a63-d18f7c20b5e9",
        ),
        ("https://prod-07.westeurope.logic.azure.com:443/workflows/4b7d/triggers/manual/paths/invoke?sp=%2Frun&sig=", noise(43, 45)),
    ],
)  # fmt: skip
def test_the_address_of_a_chats_hook_is_a_secret_and_its_host_stays_readable(before: str, secret: str) -> None:
    text = f'HOOK = "{before}{secret}"\n'
    (span,) = find_secrets(text)
    assert text[span.start : span.end] == secret
    assert before in mask_secrets(text) and secret not in mask_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        'HOOK = "https://hooks.slack-gov.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"',
        'HOOK = f"https://discord.com/api/webhooks/{hook_id}/{hook_token}"',
        'HOOK = "https://discord.com/api/webhooks/730518264917582940"', 'ROUTE = "/services/TRAINING/BATCHES/latest"',
        'HOOK = f"https://acme.webhook.office.com/webhookb2/{team}/IncomingWebhook/{key}/{owner}"',
        'BLOB = "https://prod-07.westeurope.logic.azure.com/workflows/4b7d/triggers/manual/paths/invoke?api-version=2016-10-01"',
    ],
)  # fmt: skip
def test_an_address_of_a_hook_without_its_key_is_no_secret(text: str) -> None:
    assert find_secrets(text) == ()


def test_the_key_that_opens_stored_connections_is_a_secret_unless_it_is_made_elsewhere() -> None:
    key = base64.urlsafe_b64encode(random.Random(46).randbytes(32)).decode()
    assert secret_in_assignment("AIRFLOW__CORE__FERNET_KEY", key) == "Secret Keyword"
    assert len(find_secrets(f'fernet_key = "{key}"')) == 1
    assert secret_in_assignment("AIRFLOW__CORE__FERNET_KEY", "") is None
    assert secret_in_assignment("AIRFLOW__CORE__FERNET_KEY", "${FERNET_KEY}") is None
    assert secret_in_assignment("AIRFLOW__CORE__FERNET_KEY_CMD", "cat /run/keys/fernet") is None
    assert find_secrets("fernet_key = Fernet.generate_key().decode()") == ()


@pytest.mark.parametrize("value", ["replace-at-deploy-time", "replace_before_use", "REPLACE-BY-OPS-8231"])
def test_what_is_to_be_replaced_is_a_placeholder(value: str) -> None:
    assert secret_in_assignment("OPENAI_API_KEY", value) is None


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [
                "pass",
                "word",
                "1password",
                "access",
                "_key",
                "-",
                "id",
                "token",
                "ſecret",
                " = ",
                "'",
                '"]',
                ":",
                "=>",
                "encryption",
                "api",
                "\t",
                "x",
            ]
        ),
        max_size=14,
    )
)
def test_names_of_secrets_are_found_where_the_whole_pattern_finds_them(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert [match.span() for match in secrets._keywords(text)] == [match.span() for match in secrets._KEYWORDS.finditer(text)]


@pytest.mark.parametrize(
    "text",
    [
        'payments_api_key: str = "fjkpay_7Qm2xV9tLr4Zb8Ks"',
        "const clientSecret: string = 'h7Qm2xV9tLr4Zb8KsWd3';",
        'token: Optional[str] = "q9Lm2xV7tRr4Zb8KsWd3"',
    ],
)
def test_a_type_between_name_and_value_hides_no_secret(text: str) -> None:
    assert [span.detector for span in find_secrets(text)] == ["Secret Keyword"]


@pytest.mark.parametrize("text", ['api_key: str = "your-api-key-here-0000"', 'def sign(secret: str, name="q9Lm2xV7tRr4Zb8KsWd3"): ...'])
def test_a_type_alone_makes_no_secret(text: str) -> None:
    assert not list(find_secrets(text))


@pytest.mark.parametrize("text", ["The key is shop-live-7Qm2xV9tLr4Zb8Ks, ask Ida.", "curl -H 'X-Key: acme_live_9tLr4Zb8Ks7Qm2xV'"])
def test_a_key_named_after_the_live_service_is_a_secret_wherever_it_stands(text: str) -> None:
    assert [span.detector for span in find_secrets(text)] == ["Live Key"]


@pytest.mark.parametrize(
    "text", ["see docs/go-live-checklist2024", "pk_live_7Qm2xV9tLr4Zb8Ks", "the go-live-20240101000000 tag", "is_live_environment = 1"]
)
def test_words_about_going_live_are_no_secret(text: str) -> None:
    assert not list(find_secrets(text))
