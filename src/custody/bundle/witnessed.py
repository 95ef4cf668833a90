"""Step 11: enough witnesses saw the checkpoint, so that nobody was shown another version of the log."""

from __future__ import annotations

from custody.bundle import names
from custody.bundle.bundled import Bundle
from custody.bundle.report import Step
from custody.errors import CustodyError
from custody.tlog.policy import NONE, WitnessPolicy


def check_witnesses(bundle: Bundle, step: Step) -> None:
    """Whether the quorum of the policy cosigned. Not checked yet where there is one."""
    try:
        policy = WitnessPolicy.parse(bundle.text(names.WITNESS_POLICY) or b"")
    except CustodyError:
        step.passed_over("earlier-step", names.WITNESS_POLICY)
        return
    step.passed_over("no-witnesses" if policy.quorum == NONE else "not-taken-here", names.WITNESS_POLICY)
