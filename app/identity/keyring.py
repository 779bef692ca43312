"""The keys in use. The factory derives them from the installation's secrets and lets the engine carry them."""

from app.core.db import session
from app.identity.links import Keys

ENGINE_OPTION = "identity_keys"


def keys_in_use() -> Keys:
    """The keys that the engine carries. Raises KeyError when the factory gave it none."""
    keys: Keys = session.get_bind().get_execution_options()[ENGINE_OPTION]
    return keys
