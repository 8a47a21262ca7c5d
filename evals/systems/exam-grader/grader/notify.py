import smtplib
from email.message import EmailMessage


def tell(mail: str, what: str) -> None:
    message = EmailMessage()
    message["From"] = "korrekt@hs-nordtal.example"
    message["To"] = mail
    message["Subject"] = what
    message.set_content(f"{what}\n\nhttps://korrekt.hs-nordtal.example/mine\n")
    with smtplib.SMTP("mail.hs-nordtal.example", 587, timeout=20) as smtp:
        smtp.starttls()
        smtp.send_message(message)
