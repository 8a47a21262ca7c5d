"""Every word that threats and frameworks may use, by what it is a word for, with what it says where the name does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from pipeline.findings.risk import FACTOR_WORDS
from pipeline.system.model import ElementKind, Label, RelationKind, ShippedControl, SinkRole, Zone
from pipeline.threats.own.words import load_vocabulary

UNSEEN = "nothing shipped recognises it yet"


def vocabulary() -> Mapping[str, Mapping[str, str]]:
    """Words with their meaning, in the order of the model."""
    known = load_vocabulary()
    unseen = {*known.unseen.kinds, *known.unseen.labels, *known.unseen.controls}

    def plain(words: object) -> dict[str, str]:
        return {word: UNSEEN if word in unseen else "" for word in get_args(words)}

    return {
        "kinds of elements (about, kind, from_kind, to_kind)": plain(ElementKind),
        "zones (from_zone, zone)": plain(Zone),
        "labels of data (carries)": plain(Label),
        "roles of data (role)": plain(SinkRole),
        "relations (a_relation: kind)": plain(RelationKind),
        "controls (removed_by, lowered_by, lacks_control, without)": plain(ShippedControl),
        "factors (raise_when, lower_when)": {str(factor): said for factor, said in FACTOR_WORDS.items()},
        "attributes (the_element, where, from_where, to_where)": dict(known.attributes),
    }
