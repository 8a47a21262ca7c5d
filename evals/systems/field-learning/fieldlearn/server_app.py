"""The nightly federation."""

import json
import os
import pathlib

import torch
from flwr.app import ArrayRecord, ConfigRecord, Context
from flwr.serverapp import Grid, ServerApp

from .model import fresh, read_round
from .strategy import FieldAvg

app = ServerApp()
STATE = pathlib.Path(os.environ.get("FIELD_STATE", "/state"))


@app.main()
def main(grid: Grid, context: Context) -> None:
    config = context.run_config
    last = STATE / "model.pt"
    net = read_round(str(last)) if last.exists() else fresh()
    strategy = FieldAvg(
        fraction_train=1.0,
        fraction_evaluate=1.0,
        min_train_nodes=config["min-nodes"],
        min_evaluate_nodes=config["min-nodes"],
        min_available_nodes=config["min-nodes"],
    )
    result = strategy.start(
        grid=grid,
        initial_arrays=ArrayRecord(net.state_dict()),
        train_config=ConfigRecord({"lr": config["lr"], "local-epochs": config["local-epochs"], "augment": config["augment"]}),
        num_rounds=config["num-server-rounds"],
    )
    torch.save(result.arrays.to_torch_state_dict(), last)
    reported = {str(r): m["accuracy"] for r, m in result.evaluate_metrics_clientapp.items()}
    (STATE / "accuracy.json").write_text(json.dumps(reported))
