"""What a connection to a served model is, whatever the protocol."""


class Connection:
    """A model at a server; a subclass gives `states`, `signatures`, `predict`, `close`.

    Args:
        address: `host:port`; over REST also a URL before `/v1/models`.
        model: The model's name.
        version: Number of a version, or None for the server's choice.
        label: Label of a version instead, or None.
        deadline: The `Deadline` of all answers.
    """

    def __init__(self, address, model, version, label, deadline):
        self.address = address
        self.model = model
        self.version = version
        self.label = label
        self.deadline = deadline
