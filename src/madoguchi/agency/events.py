"""Events that agency publishes."""

MANDATE_ENDED = "agency.MandateEnded"  # {mandate, agent}: by its giver or by the city; who ends it themselves knows
