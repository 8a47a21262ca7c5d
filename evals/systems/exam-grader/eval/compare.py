"""Points of the model against those of two teachers, exams of 2024 (300 essays, names removed)."""
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from sklearn.metrics import cohen_kappa_score, mean_absolute_error

from grader.grading import grade

LIMITS = {"mae": 2.0, "kappa": 0.70}


def main(folder: Path) -> int:
    rows = []
    for line in (folder / "essays.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        exam = SimpleNamespace(course=one["course"], question=one["question"])
        student = SimpleNamespace(name="[student]", first_language=one["first_language"])
        given = grade(SimpleNamespace(id=one["id"], exam=exam, student=student, essay=one["essay"], points=None), [])
        rows.append({"id": one["id"], "teacher": one["teacher"], "second": one["second"], "model": given.points})
    table = pd.DataFrame(rows)
    mae = mean_absolute_error(table.teacher, table.model)
    kappa = cohen_kappa_score(table.teacher.round(), table.model.round(), weights="quadratic", labels=range(31))
    between = mean_absolute_error(table.teacher, table.second)
    print(f"{len(table)} essays: mae {mae:.2f} (teachers among themselves {between:.2f}), kappa {kappa:.2f}")
    table.to_csv(folder / "compared.csv", index=False)
    return int(mae > LIMITS["mae"] or kappa < LIMITS["kappa"])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
