"""The letter to a declined applicant: HTML, then PDF; the print shop takes it from the folder."""
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from weasyprint import HTML

TEMPLATES = Path(__file__).parents[1] / "templates"
_env = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(), undefined=StrictUndefined)


def _nothing(url: str, *args: object, **kwargs: object) -> dict:
    raise ValueError(f"letters load nothing: {url}")


def html(person: dict, texts: list[str]) -> str:
    return _env.get_template("decline.html").render(
        name=person["full_name"], street=person["street"], city=person["city"], reference=person["application_id"], reasons=texts, today=date.today()
    )


def write(person: dict, texts: list[str], folder: Path) -> Path:
    path = folder / f"{int(person['application_id'])}.pdf"
    HTML(string=html(person, texts), url_fetcher=_nothing).write_pdf(path)
    path.chmod(0o640)
    return path
