"""The pneumatic gate, through the PLC of the line."""

from havelguss_plc import Line


class Gate:
    def __init__(self) -> None:
        self.line = Line("line3", timeout=0.2)

    def release(self, disc: str) -> None:
        self.line.set("gate", "packing", disc)

    def reject(self, disc: str) -> None:
        self.line.set("gate", "scrap", disc)
