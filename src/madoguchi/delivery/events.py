"""What delivery says to itself through the outbox."""

PARCEL_READY = "delivery.ParcelReady"  # {parcel}
