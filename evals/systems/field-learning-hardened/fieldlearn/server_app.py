"""The nightly federation."""

import json
import os
import pathlib

from flwr.app import ArrayRecord, ConfigRecord, Context
from flwr.serverapp import Grid, ServerApp
from safetensors.torch import save_file

from .model import fresh, read_round
from .strategy import FieldTrimmed

app = ServerApp()
STATE = pathlib.Path(os.environ.get("FIELD_STATE", "/state"))


@app.main()
def main(grid: Grid, context: Context) -> None:
    config = context.run_config
    last = STATE / "model.safetensors"
    net = read_round(str(last)) if last.exists() else fresh()
    strategy = FieldTrimmed(
        register=json.loads((STATE / "register.json").read_text()),
        run=context.run_id,
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
    save_file({n: v.contiguous() for n, v in result.arrays.to_torch_state_dict().items()}, str(STATE / f"candidate-{context.run_id}.safetensors"))
