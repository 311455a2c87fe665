"""Configs of a model that holds other networks: arguments are attributes are config."""

import inspect

import keras


class ConfigByArguments:
    """Gives a `keras.Model` subclass its four config methods.

    Each argument of the constructor must be an attribute of the same name; `compile`
    leaves its arguments in the dictionary `compile_arguments`. Keras saves both with
    the model and calls both when it is loaded; a `compile` that is overridden without
    `compile_from_config` would be skipped with a warning.
    """

    def get_config(self):
        """Returns the constructor's arguments, serialised."""
        names = list(inspect.signature(type(self).__init__).parameters)[1:]
        serialize = keras.saving.serialize_keras_object
        return {name: serialize(getattr(self, name)) for name in names}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes the model that `get_config` describes."""
        return cls(**_deserialize(config, custom_objects))

    def get_compile_config(self):
        """Returns the arguments of `compile`, serialised."""
        serialize = keras.saving.serialize_keras_object
        return {key: serialize(v) for key, v in self.compile_arguments.items()}

    def compile_from_config(self, config):
        """Compiles as the saved model was compiled."""
        self.compile(**_deserialize(config))


def _deserialize(config, custom_objects=None):
    def load(value):
        return keras.saving.deserialize_keras_object(value, custom_objects)

    return {key: load(value) for key, value in config.items()}
