FROM python:3.12-slim-bookworm@sha256:5b1f8d6ca8fe9aa1ee4d2bd7ce1a2c5b2a0ec9c0c9d3f1b7a64e5d8c7f30a912

WORKDIR /app
COPY requirements/backend.txt requirements/backend.txt
RUN pip install --no-cache-dir -r requirements/backend.txt
RUN python -c "from huggingface_hub import snapshot_download; \
    snapshot_download('Systran/faster-whisper-small', revision='536b0662742c02347bc0e980a01041f333bce120', local_dir='/opt/asr')"
COPY roomvoice roomvoice

RUN useradd --system --uid 10001 --no-create-home voice
USER voice
EXPOSE 8080
CMD ["uvicorn", "roomvoice.server.app:app", "--host", "0.0.0.0", "--port", "8080", "--ws-max-size", "65536"]
