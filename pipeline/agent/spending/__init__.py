"""What the analyst spends: limits out of a budget's words, a ledger that keeps to them, prices, and replies that are not paid for twice.

`limits_named` and `price_of` give what a `Ledger` is made of; `estimate_tokens` what is reserved; a `ReplyStore` holds what was paid for.
"""

from pipeline.agent.spending.ledger import BUDGET_ENDED, Ledger, Reservation, Spent, Total, Usage, usage_of
from pipeline.agent.spending.limits import Limits, limits_named
from pipeline.agent.spending.prices import Price, price_named, price_of
from pipeline.agent.spending.replies import ReplyStore, StoredReply, default_folder, request_key
from pipeline.agent.spending.tokens import estimate_tokens

__all__ = [
    "BUDGET_ENDED", "Ledger", "Limits", "Price", "ReplyStore", "Reservation", "Spent", "StoredReply", "Total", "Usage",
    "default_folder", "estimate_tokens", "limits_named", "price_named", "price_of", "request_key", "usage_of",
]  # fmt: skip
