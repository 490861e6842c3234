"""Which addresses lead to one mailbox, for limits on letters."""

from core import names

SAME_DOMAIN = {"googlemail.com": "gmail.com"}


def mailbox(address: str) -> str:
    """Return one key for all addresses that providers commonly deliver to the same mailbox.

    What follows a plus sign is left out, and so are dots before the @. Where a provider tells such addresses apart, a
    few people share a limit. A domain that takes every address cannot be recognised.
    """
    local, at, domain = names.address_key(address).rpartition("@")
    plain = local.partition("+")[0].replace(".", "") or local
    return f"{plain}{at}{SAME_DOMAIN.get(domain, domain)}"
