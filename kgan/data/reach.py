"""Is a web server there? An answer within seconds, whatever the network does."""

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable


def unreachable_hosts(urls: Iterable[str], seconds: float = 4.0) -> list[str]:
    """Asks each host among `urls` once, all at the same time.

    Any answer counts, an HTTP error too. Proxies of the environment are used.

    Args:
        urls: Addresses.
        seconds: When to give up, names that resolve slowly included.

    Returns:
        The hosts that did not answer, sorted.
    """
    parts = [urllib.parse.urlsplit(url) for url in urls]
    hosts = {part.netloc: f"{part.scheme}://{part.netloc}/" for part in parts}
    answered: set[str] = set()

    def ask(host):
        request = urllib.request.Request(hosts[host], method="HEAD")
        try:
            urllib.request.urlopen(request, timeout=seconds).close()
        except urllib.error.HTTPError as error:
            error.close()  # a server that refuses is a server
        except OSError:
            return
        answered.add(host)

    # Daemons: looking up a name has no time limit, and must not hold up the exit.
    threads = [threading.Thread(target=ask, args=(h,), daemon=True) for h in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    return sorted(set(hosts) - answered)
