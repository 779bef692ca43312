"""What gunicorn and `flask` load."""

from app.core import logs
from app.factory import create_app
from app.settings import log_format
from app.web import request_log

logs.install(log_format(), find_facts=request_log.facts)
app = create_app()
