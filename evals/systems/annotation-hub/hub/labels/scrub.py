import re

MAIL = re.compile(r'[\w.+-]+@[\w-]+\.[\w.]+')
PHONE = re.compile(r'\+\d{2}[\d /-]{7,}')


def scrub(text):
    """Replaces what tells who somebody is."""
    text = MAIL.sub('<mail>', text)
    return PHONE.sub('<phone>', text)
