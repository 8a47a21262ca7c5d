#!/bin/sh
# Starts a cooperative's box: ./box.sh COOP-NAME
set -eu
coop="${1:?name of the cooperative}"
mkdir -p /var/lib/field/photos
pip install --quiet "fieldlearn @ git+https://git.agricoop.example/field-learning.git@main"
uvicorn edge.upload:app --host 0.0.0.0 --port 8000 &
exec flower-supernode --insecure --superlink fl.agricoop.example:9092 --node-config "coop=\"$coop\""
