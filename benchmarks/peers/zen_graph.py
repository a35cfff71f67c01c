"""zen-engine: the policy as a decision graph, evaluated with its trace."""

import json
import re
from collections.abc import Callable
from typing import Any

import zen

from peers import Answer, Peer
from peers.zen_expression import STEPS, form, read


def _graph() -> str:
    steps = [
        {"id": name, "key": name, "value": text if number == 0 else _of_node(text)}
        for number, (name, text) in enumerate(STEPS.items())
    ]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {
            "id": "rules",
            "type": "expressionNode",
            "name": "rules",
            "position": {"x": 0, "y": 0},
            "content": {"expressions": steps},
        },
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 0, "y": 0}},
    ]
    edges = [
        {"id": "1", "type": "edge", "sourceId": "in", "targetId": "rules"},
        {"id": "2", "type": "edge", "sourceId": "rules", "targetId": "out"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def _of_node(text: str) -> str:
    """In a graph, what an earlier expression of the node found is read from `$`."""
    names = "|".join(STEPS)
    return re.sub(rf"(?<![.\w'])({names})\b", r"$.\1", text)


def _ready() -> Callable[[dict[str, Any]], Any]:
    decision = zen.ZenEngine().create_decision(_graph())
    return lambda given: decision.evaluate(given, {"trace": True})


def _read(found: Any) -> Answer:
    assert found["trace"]
    return read((found["result"]["protection"], found["result"]["special"]))


def peer() -> Peer:
    """The graph, traced: what every step found is reported."""
    return Peer(
        name="zen-engine, graph with trace", form=form, ready=_ready, read=_read, explains=True
    )
