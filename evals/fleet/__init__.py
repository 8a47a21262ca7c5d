"""A fleet of public packages on two nights, for a landscape that is read as its reader would: `nights.yaml` names them, and that is all.

`python -m evals.fleet fetch DIR` downloads and unpacks both releases of each, which are never installed or run, and writes `night1.yaml`
and `night2.yaml` beside them; then `threatloom landscape DIR/night1.yaml`, and the second.
"""
