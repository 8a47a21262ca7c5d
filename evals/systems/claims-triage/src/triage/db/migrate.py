from triage.db.session import engine
from triage.db.tables import Base

if __name__ == "__main__":
    Base.metadata.create_all(engine())
