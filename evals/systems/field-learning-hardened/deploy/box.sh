#!/bin/sh
# Starts a cooperative's box. The box was set up by us: its key is in /etc/field/node and its public half in our register.
set -eu
mkdir -p /var/lib/field/photos
pip install --quiet --require-hashes --no-deps -r /etc/field/release.txt
uvicorn edge.upload:app --host 0.0.0.0 --port 8443 --ssl-keyfile /etc/field/tls.key --ssl-certfile /etc/field/tls.crt &
exec flower-supernode --root-certificates /etc/field/ca.crt --superlink fl.agricoop.example:9092 --auth-supernode-private-key /etc/field/node
