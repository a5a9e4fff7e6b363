"""Keeping signatures worth something for decades: time stamps, evidence of revocation, archive
forms of what we issued and chains of proof beside what we received."""

from services.preservation.keeping import begin, preserve
from services.preservation.proving import beside
from services.preservation.renewing import renew_stamps
from services.preservation.stamping import stamper

__all__ = ["begin", "beside", "preserve", "renew_stamps", "stamper"]
