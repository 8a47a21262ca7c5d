"""Settings of Spring Boot: both ways of writing them, their profiles, and what a build fills in."""

from __future__ import annotations

from ingest.config.spring_settings import read_spring_settings
from ingest.heads import kind_of_head

YAML = """app:
  version: @project.version@
spring:
  ai:
    openai:
      chat:
        options: {model: gpt-4o}
management.endpoints.web.exposure.include: [health, env]
---
spring:
  config.activate.on-profile: dev
logging:
  level:
    org.springframework.ai: DEBUG
"""


def _told(text: str, path: str) -> list[tuple[str, object, object, int]]:
    found = read_spring_settings(text, path)
    return [(one.name, one.attributes.get("value"), one.attributes.get("profile"), one.place.start_line) for one in found]


def test_yaml_is_told_by_path_with_the_profile_of_its_document() -> None:
    assert _told(YAML, "src/main/resources/application.yml") == [
        ("spring.ai.openai.chat.options.model", "gpt-4o", None, 7),
        ("management.endpoints.web.exposure.include", "health", None, 8),
        ("management.endpoints.web.exposure.include", "env", None, 8),
        ("logging.level.org.springframework.ai", "DEBUG", "dev", 14),
    ]


def test_properties_are_told_by_name_with_the_profile_of_their_file() -> None:
    text = "# management.a=1\nmanagement.endpoints.web.exposure.include=*\nserver.port : 8080\nother=1\n"
    assert _told(text, "application-eu.properties") == [
        ("management.endpoints.web.exposure.include", "*", "eu", 2),
        ("server.port", "8080", "eu", 3),
    ]


def test_the_password_of_the_one_user_is_a_credential_where_it_stands_here() -> None:
    name = "spring.security.user.password"
    for value, found in (("desk4711", "password"), ("{noop}desk", "password"), ("${DESK}", None), ("{bcrypt}$2a$10$abc", None), ("", None)):
        settings = read_spring_settings(f"{name}={value}\n", "application.properties")
        assert [one.attributes.get("secret") for one in settings] == [found], value


def test_a_file_that_the_main_one_imports_is_known_by_where_it_lies_and_what_stands_in_it() -> None:
    imported, other = b"spring:\n  ai:\n    openai: {}\nclaims:\n  limit: 3\n", b"claims:\n  spring: 3\n"
    assert kind_of_head("assistant/src/main/resources/assistant.yml", imported) == "spring_settings"
    assert kind_of_head("assistant/src/main/resources/assistant.yml", other) is None
    assert kind_of_head("deploy/assistant.yml", imported) is None  # a manifest of something else may have such a key
    assert kind_of_head("src/test/resources/assistant.yml", imported) is None


def test_a_character_in_two_escapes_is_one_as_java_reads_it() -> None:
    text = 'spring:\n  ai:\n    note: "a story \\uD83D\\uDCD6"\n    openai: {chat: {options: {model: "gpt \\\\uD83D\\\\uDCD6"}}}\n'
    assert ("spring.ai.openai.chat.options.model", "gpt \\uD83D\\uDCD6", None, 4) in _told(text, "application.yml")
    assert ("spring.ai.note", "a story \U0001f4d6", None, 3) in _told(text, "application.yml")
