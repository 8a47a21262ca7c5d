import logging

from fastapi import FastAPI

from deskloft.api import inbound, staff

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")

app = FastAPI(title="Deskloft", docs_url=None, redoc_url=None, openapi_url=None)
app.include_router(inbound.router)
app.include_router(staff.router)


@app.get("/health")
async def health() -> dict:
    return {"ok": True}
