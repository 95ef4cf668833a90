"""Registers: tables derived from the acts, which answer questions and can be deleted without loss."""

from custody.registers.follower import REGISTERS, Follower
from custody.registers.reading import Registers
from custody.registers.rebuild import Difference, differences, rebuild
from custody.registers.register import Register
from custody.registers.runner import RegisterState, Runner
from custody.registers.store import Store, registers_file

__all__ = [
    "REGISTERS",
    "Difference",
    "Follower",
    "Register",
    "RegisterState",
    "Registers",
    "Runner",
    "Store",
    "differences",
    "rebuild",
    "registers_file",
]
