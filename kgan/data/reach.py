"""Checks within seconds whether web servers are reachable."""

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable


def unreachable_hosts(urls: Iterable[str], seconds: float = 4.0) -> list[str]:
    """Returns the hosts among `urls` that do not answer within `seconds`, sorted.

    Each is asked once, all at the same time, name resolution included. Any answer
    counts, an HTTP error too. Proxies of the environment are used.
    """
    parts = [urllib.parse.urlsplit(url) for url in urls]
    hosts = {part.netloc: f"{part.scheme}://{part.netloc}/" for part in parts}
    answered: set[str] = set()

    def request_head(host):
        request = urllib.request.Request(hosts[host], method="HEAD")
        try:
            urllib.request.urlopen(request, timeout=seconds).close()
        except urllib.error.HTTPError as error:
            error.close()  # the host answered
        except OSError:
            return
        answered.add(host)

    # Daemons: name resolution has no time limit and must not delay the exit.
    threads = [
        threading.Thread(target=request_head, args=(h,), daemon=True) for h in hosts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    return sorted(set(hosts) - answered)
