"""Order pages of the signed-in customer."""

from pathlib import Path

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy.orm import Session

from support_assistant.api.deps import Visitor, current_customer, database
from support_assistant.storage.repository import OrderRepository, order_as_dict

router = APIRouter(prefix="/orders")
templates = Jinja2Templates(directory=Path(__file__).parent.parent / "templates")


@router.get("")
def my_orders(visitor: Visitor = Depends(current_customer), db: Session = Depends(database)) -> list[dict]:
    return [order_as_dict(order) for order in OrderRepository(db).for_customer(visitor.customer_id)]


@router.get("/{order_id}", response_class=HTMLResponse)
def order_page(
    order_id: int,
    request: Request,
    visitor: Visitor = Depends(current_customer),
    db: Session = Depends(database),
) -> HTMLResponse:
    order = OrderRepository(db).get(order_id)
    if order is None or order.customer_id != visitor.customer_id:
        raise HTTPException(404, "no such order")
    return templates.TemplateResponse(request, "order.html", {"order": order, "visitor": visitor})
