"""Configs that follow from constructors: arguments are attributes are config."""

import inspect
import itertools

import keras


def argument_names(cls, base=object):
    """Returns names of a constructor's arguments, its parents' for `**kwargs`.

    Those of `base`, a parent, and of its own parents are left out.
    """
    names = {}
    for kind in itertools.takewhile(lambda kind: kind is not base, cls.__mro__):
        if "__init__" not in vars(kind):
            continue
        parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
        variable = [
            p for p in parameters if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
        names |= dict.fromkeys(p.name for p in parameters if p not in variable)
        if not variable:
            break
    return list(names)


class Configured(keras.layers.Layer):
    """Base class of layers each of whose arguments is an attribute of the same name."""

    def get_config(self):
        names = argument_names(type(self), base=keras.layers.Layer)
        own = {name: getattr(self, name) for name in names if hasattr(self, name)}
        serialize = keras.saving.serialize_keras_object
        return super().get_config() | {n: serialize(v) for n, v in own.items()}
