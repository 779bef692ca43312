"""How gunicorn serves the portal; it reads this file by itself when started in this folder."""

logger_class = "app.web.gunicorn_log.HouseLogger"
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
