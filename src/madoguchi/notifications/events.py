"""What notifications says to itself through the outbox."""

SEND = "notifications.MailPromised"  # {key}
