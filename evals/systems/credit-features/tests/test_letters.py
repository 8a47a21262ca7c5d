from halden.letters import html

PERSON = {"full_name": "Kari <b>Nordmann</b>", "street": "Storgata 1", "city": "0155 Oslo", "application_id": 4711}


def test_names_are_text():
    page = html(PERSON, ["The number of your open loans is high."])
    assert "&lt;b&gt;" in page and "open loans" in page
