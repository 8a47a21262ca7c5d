"""SMTP front between Postfix and Postfix."""
import logging
import smtplib
import time

from aiosmtpd.controller import Controller

from . import db, model, opinion, settings
from .features import heavy_words, parse, text_of

log = logging.getLogger("spamwatch")
CONF = settings()
TRAPS = set(CONF["traps"])


class Front:
    async def handle_DATA(self, server, session, envelope):
        raw = envelope.original_content
        try:
            verdict, score, message = self.judge(raw, envelope)
        except Exception:
            log.exception("not scored")
            return self.forward(envelope, raw)
        if verdict == "refuse":
            number = db.keep(raw, envelope.mail_from, ",".join(envelope.rcpt_tos), score, verdict)
            words = ", ".join(heavy_words(message, model.get().coef_[0]))
            return "550 5.7.1 looks like spam (%.4f, no. %d): %s" % (score, number, words)
        head = "X-Spam-Score: %.6f\r\nX-Spam-Flag: %s\r\n" % (score, "YES" if verdict == "junk" else "NO")
        return self.forward(envelope, head.encode() + raw)

    def judge(self, raw, envelope):
        message = parse(raw)
        score = model.score(message)
        limits = CONF["limits"]
        low, high = limits["unsure"]
        label = None
        if TRAPS & set(envelope.rcpt_tos):
            model.learn(message, spam=True, times=3)
            label = 1
        elif low < score < high:
            said = opinion.ask(message)
            if said is not None:
                score = 0.9 if said else 0.1
                model.learn(message, spam=said)
        verdict = "refuse" if score > limits["refuse"] else "junk" if score > limits["junk"] else "inbox"
        log.info("%s -> %s %s %.4f %r", envelope.mail_from, envelope.rcpt_tos, verdict, score, text_of(message)[:200])
        db.keep(raw, envelope.mail_from, ",".join(envelope.rcpt_tos), score, verdict, label)
        return verdict, score, message

    def forward(self, envelope, content):
        front = CONF["front"]
        try:
            with smtplib.SMTP(front["next_host"], front["next_port"], timeout=60) as smtp:
                smtp.sendmail(envelope.mail_from, envelope.rcpt_tos, content)
        except smtplib.SMTPException as e:
            log.error("next hop: %s", e)
            return "451 4.3.0 try again"
        return "250 OK"


def main():
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    front = CONF["front"]
    controller = Controller(Front(), hostname=front["listen"], port=front["port"], data_size_limit=None)
    controller.start()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
