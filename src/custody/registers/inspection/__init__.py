"""What an inspector is shown: sections and anomalies as named functions over the registers, at one position."""

from custody.registers.inspection.anomalies import ANOMALIES
from custody.registers.inspection.look import Look, Picture
from custody.registers.inspection.sections import SECTIONS, sampled

__all__ = ["ANOMALIES", "SECTIONS", "Look", "Picture", "sampled"]
