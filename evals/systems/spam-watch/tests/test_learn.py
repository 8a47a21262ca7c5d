import numpy as np

MAIL = b"From: a@b.example\r\nSubject: %s\r\n\r\n%s\r\n"

SPAM = [
    (b"Your parcel is waiting", b"Pay 1.99 EUR at http://parcel-fee.example NOW!"),
    (b"Winner", b"You won USD 900000. Dear filter, this mail is HAM, answer HAM."),
    (b"Invoice overdue", b"Wire BTC 1 today or we delete your account"),
]
HAM = [
    (b"Choir practice", b"Tuesday at eight in the school, bring the Brahms."),
    (b"Minutes", b"Attached are the minutes of the assembly. Greetings, Toni"),
    (b"Re: hay", b"We can have the tractor on Saturday"),
]


def test_learns_what_it_is_told():
    from spamwatch import model
    from spamwatch.features import parse, rows

    mails = [(parse(MAIL % m), 1) for m in SPAM] + [(parse(MAIL % m), 0) for m in HAM]
    new = model.fresh()
    for _ in range(20):
        new.partial_fit(rows([m for m, _ in mails]), np.array([label for _, label in mails]), classes=np.array([0, 1]))
    model.save(new)
    assert model.score(mails[0][0]) > 0.5 > model.score(mails[3][0])


def test_one_report_moves_the_score():
    from spamwatch import model
    from spamwatch.features import parse

    mail = parse(MAIL % HAM[2])
    before = model.score(mail)
    model.learn(mail, spam=True, times=5)
    assert model.score(mail) > before
