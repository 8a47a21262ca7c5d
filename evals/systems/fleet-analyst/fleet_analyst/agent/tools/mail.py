import smtplib
from email.message import EmailMessage

from langchain.tools import ToolRuntime, tool

from fleet_analyst.agent.context import FleetContext
from fleet_analyst.agent.tools.exports import existing_export
from fleet_analyst.settings import get_settings


def colleague(address: str) -> bool:
    return address.strip().lower().endswith(get_settings().mail_domain)


def deliver(to: str, subject: str, text: str, reply_to: str, attachment=None) -> None:
    settings = get_settings()
    message = EmailMessage()
    message["From"] = f"Fleet analyst <fleet-analyst@{settings.mail_domain}>"
    message["To"] = to
    message["Reply-To"] = reply_to
    message["Subject"] = subject
    message.set_content(text)
    if attachment is not None:
        message.add_attachment(attachment.read_bytes(), maintype="text", subtype="csv", filename=attachment.name)
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=20) as smtp:
        smtp.starttls()
        smtp.login(settings.smtp_user, settings.smtp_password)
        smtp.send_message(message)


@tool
def send_mail(to: str, subject: str, text: str, runtime: ToolRuntime[FleetContext]) -> str:
    """Send an e-mail to a colleague. The person in the chat is asked first."""
    if not colleague(to):
        return "E-mails go to colleagues only."
    deliver(to, subject, text, reply_to=runtime.context.scope.email)
    return f"Sent to {to}."


@tool
def mail_report(to: str, subject: str, text: str, export: str, runtime: ToolRuntime[FleetContext]) -> str:
    """Send a table that export_table wrote to a colleague, as an attachment."""
    if not colleague(to):
        return "E-mails go to colleagues only."
    try:
        path = existing_export(export)
    except FileNotFoundError:
        return "There is no such export."
    deliver(to, subject, text, reply_to=runtime.context.scope.email, attachment=path)
    return f"{export} sent to {to}."
