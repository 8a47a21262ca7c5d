FROM python:3.12-slim-bookworm@sha256:5b1f8d6ca8fe9aa1ee4d2bd7ce1a2c5b2a0ec9c0c9d3f1b7a64e5d8c7f30a912

RUN apt-get update && apt-get install -y --no-install-recommends cron libsndfile1 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements/trainer.txt requirements/trainer.txt
RUN pip install --no-cache-dir -r requirements/trainer.txt
COPY roomvoice roomvoice
COPY deploy/trainer.cron /etc/cron.d/trainer
VOLUME /work
CMD ["sh", "-c", "env > /etc/environment && exec cron -f"]
