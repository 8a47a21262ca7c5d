"""Which tables say whose their records are, and in which columns: seen from statements, inserts and declarations of a program.

Takes an assembly and its statements, gives the owner's columns by table, which is named in small letters and for one record. What only a
schema outside the code declares is not seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.system.assembly import Assembly
from pipeline.system.controls.mapped_statements import snake
from pipeline.system.controls.owned_statements import OWNER, Statement
from pipeline.system.controls.table_columns import declared_tables, filled_tables


def owners_of(assembly: Assembly, statements: Sequence[Statement]) -> dict[str, set[str]]:
    """Columns that say whose a record is, by table."""
    found: dict[str, set[str]] = {}
    for statement in statements:
        found.setdefault(statement.table, set()).update(statement.owners)
    for table in (*declared_tables(assembly.program), *filled_tables(assembly.program)):
        owning = (name for column in table.columns if OWNER.fullmatch(name := snake(column.name)))
        found.setdefault(table.name.removesuffix("s"), set()).update(owning)
    return {table: columns for table, columns in found.items() if columns}
