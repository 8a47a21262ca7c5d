"""Warranty claims."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from support_assistant.api.deps import Visitor, current_customer, database
from support_assistant.api.limits import limiter
from support_assistant.services.claims import ClaimService

router = APIRouter(prefix="/claims")


class ClaimRequest(BaseModel):
    order_id: int
    description: str = Field(min_length=20, max_length=4000)


@router.post("", status_code=201)
@limiter.limit("5/hour")
def file_claim(
    body: ClaimRequest,
    request: Request,
    visitor: Visitor = Depends(current_customer),
    db: Session = Depends(database),
) -> dict[str, str]:
    claim = ClaimService(db).propose(visitor.customer_id, body.order_id, body.description)
    return {"claim": str(claim.id), "status": claim.status}
