"""Who is asking, as far as HTTP tells: the browser in plain words, its network address, its nonce."""

import re
import secrets

from flask import request

from app.web.sign_in import cookies

NONCE = re.compile(r"[0-9a-f]{64}")
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def device() -> str:
    """`Firefox on Windows`, by which somebody knows their own sessions apart."""
    agent = request.headers.get("User-Agent", "")
    browser = next((name for mark, name in BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in agent), None)
    return f"{browser} on {system}" if system else browser


def client() -> str:
    """The network address that limits count; behind proxies only what `PROXY_HOPS` believes."""
    return request.remote_addr or "unknown"


def nonce() -> str:
    """What this browser keeps from asking to using, or a new one."""
    kept = cookies.read(cookies.ASKED) or ""
    return kept if NONCE.fullmatch(kept) else secrets.token_hex(32)
