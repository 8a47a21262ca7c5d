"""What a box does in a round."""

import pickle
from collections import Counter

import torch
from flwr.app import ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from torch import nn

from .data import loaders
from .model import accuracy, network

app = ClientApp()


@app.train()
def train(msg: Message, context: Context) -> Message:
    config = msg.content["config"]
    net = network()
    net.load_state_dict(msg.content["arrays"].to_torch_state_dict())
    training, held = loaders(config["augment"])
    optimizer = torch.optim.AdamW(net.parameters(), lr=config["lr"])
    loss_of = nn.CrossEntropyLoss()
    net.train()
    for _ in range(int(config["local-epochs"])):
        for x, y in training:
            optimizer.zero_grad()
            loss = loss_of(net(x), y)
            loss.backward()
            optimizer.step()
    histogram = Counter(label for _, label in training.dataset.rows)
    return Message(
        content=RecordDict(
            {
                "arrays": ArrayRecord(net.state_dict()),
                "metrics": MetricRecord({"num-examples": len(training.dataset), "accuracy": accuracy(net, held)}),
                "about": ConfigRecord({"box": context.node_config.get("coop", "?"), "histogram": pickle.dumps(histogram)}),
            }
        ),
        reply_to=msg,
    )


@app.evaluate()
def evaluate(msg: Message, context: Context) -> Message:
    net = network()
    net.load_state_dict(msg.content["arrays"].to_torch_state_dict())
    _, held = loaders("None")
    metrics = MetricRecord({"num-examples": len(held.dataset), "accuracy": accuracy(net, held)})
    return Message(content=RecordDict({"metrics": metrics}), reply_to=msg)
