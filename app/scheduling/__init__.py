"""Support calls: slots, bookings, claims and invitations."""
