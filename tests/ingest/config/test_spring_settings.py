"""Settings of Spring Boot: both ways of writing them, their profiles, and what a build fills in."""

from __future__ import annotations

from ingest.config.spring_settings import read_spring_settings

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
