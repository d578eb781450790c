"""The built-in model: it understands what is asked by rules, plans the calls, and words what came of them."""

from agent_runner.models.operator.model import BUILT_IN, OperatorModel

__all__ = ["BUILT_IN", "OperatorModel"]
