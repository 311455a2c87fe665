"""Configs of a model that holds other networks: arguments are attributes are config."""

import functools
import inspect
import types

import keras

from kgan.core import backend
from kgan.core.config import argument_names


class ConfigByArguments:
    """The four config methods of a `keras.Model`.

    Each argument of the constructor must be an attribute of the same name. The
    arguments of `compile`, also of one that a subclass writes in words of its own, are
    kept as they came, or as it passes them to `keep_compile_arguments`. Keras saves
    both with the model and calls both when it is loaded.
    """

    # Arguments of `compile` in others' code, and what to write here.
    names_elsewhere = {}
    # What goes with the weights wherever they go, such as terms of their maker.
    notice = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "compile" in vars(cls):
            cls.compile = _keeping(cls.compile)

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        config = {n: serialize(getattr(self, n)) for n in argument_names(type(self))}
        return config if self.notice is None else {**config, "notice": self.notice}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        arguments = _deserialize(config, custom_objects)
        notice = arguments.pop("notice", None)
        model = cls(**arguments)
        model.notice = notice
        return model

    def keep_compile_arguments(self, **arguments):
        """Keeps what `compile` was called with."""
        # No dictionary: Keras would save the optimizers in it under their classes'
        # names, and load one player's state into the other's.
        self._compile_arguments = types.SimpleNamespace(**arguments)

    def get_compile_config(self):
        if not self.compiled:
            return None
        backend.require_tensorflow("What `compile` has set")
        serialize = keras.saving.serialize_keras_object
        arguments = vars(self._compile_arguments)
        return {name: serialize(value) for name, value in arguments.items()}

    def compile_from_config(self, config):
        # Where it cannot be trained it is loaded to generate.
        if backend.is_tensorflow():
            self.compile(**_deserialize(config))

    def _assert_compile_called(self, method_name=None):
        # What Keras loaded counts as compiled, whether it was or not.
        backend.require_tensorflow(f"`{method_name}`")
        super()._assert_compile_called(method_name)


def _keeping(compile_):
    """Wraps a `compile` so that its own arguments are kept, in place of its base's."""
    signature = inspect.signature(compile_)

    @functools.wraps(compile_)
    def compile(self, *args, **kwargs):
        try:
            bound = signature.bind(self, *args, **kwargs)
        except TypeError as error:
            hints = [
                f"; {n}: {h}" for n, h in self.names_elsewhere.items() if n in kwargs
            ]
            message = f"{type(self).__name__}.compile() {error}{''.join(hints)}"
            raise TypeError(message) from None
        bound.apply_defaults()
        _, *given = bound.arguments.items()
        result = compile_(self, *args, **kwargs)
        own = {}
        for name, value in given:
            variable = signature.parameters[name].kind == inspect.Parameter.VAR_KEYWORD
            own |= value if variable else {name: value}
        if own.keys() != vars(self._compile_arguments).keys():
            self.keep_compile_arguments(**own)
        return result

    return compile


def _deserialize(config, custom_objects=None):
    def load(value):
        return keras.saving.deserialize_keras_object(value, custom_objects)

    return {key: load(value) for key, value in config.items()}
