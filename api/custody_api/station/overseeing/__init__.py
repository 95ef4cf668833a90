"""What supervisors and auditors look at: the morning report, clearances, statistics, the past, who looked, audits."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
