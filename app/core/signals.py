"""Bells that a domain rings after its commit (`app.core.db.ring`) and the worker listens to.

A bell is only haste: the work itself is a row, and the worker's sweep finds it anyway.
"""

from blinker import Signal

outbox_filled = Signal("a message waits to be sent")
checkpoint_wanted = Signal("somebody waits for a signed checkpoint")
publication_waits = Signal("a publication has batches to commit")
job_waits = Signal("long work waits for a worker")
calendar_added = Signal("somebody's calendar waits to be fetched")
