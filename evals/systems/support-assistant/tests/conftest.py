import pickle

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from support_assistant.storage.models import Base, Customer, Order


@pytest.fixture
def db():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Customer(id=1, name="Ada", email="ada@example.org", address="Storgata 1"))
        session.add(Customer(id=2, name="Bo", email="bo@example.org", address="Havnegata 9"))
        for number, customer in ((10, 1), (11, 1), (20, 2)):
            session.add(Order(id=number, customer_id=customer, items="tent", total=199.0, status="sent",
                              shipping_address="Storgata 1", payment_reference=f"pay-{number}"))
        session.commit()
        yield session


@pytest.fixture
def recorded_scores(tmp_path):
    path = tmp_path / "scores.pkl"
    path.write_bytes(pickle.dumps({"spam": 0.1, "refund": 0.9}))
    return pickle.loads(path.read_bytes())
