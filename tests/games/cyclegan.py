"""Translation between two sets of images without pairs: Zhu et al. (2017)."""

import keras
import numpy as np
import tensorflow as tf

import kgan
from kgan.export.endpoints import Endpoint, Input


@keras.saving.register_keras_serializable(package="tests")
class CycleGAN(kgan.Game):
    """Two translators G: X → Y and F: Y → X, and a judge of each set.

        L(G, F, D_X, D_Y) = L_GAN(G, D_Y) + L_GAN(F, D_X) + λ · L_cyc(G, F)

    Equations 1 to 3 with the least-squares losses of section 4, whose D-half is halved;
    the judges see images of pools. Batches are `{"x", "y"}`.
    """

    log_names = {"to_y": "g", "to_x": "f", "judge_x": "dx", "judge_y": "dy"}

    def __init__(
        self,
        to_y,
        to_x,
        judge_x,
        judge_y,
        pool_x,
        pool_y,
        cycle=10.0,
        seed=0,
        name=None,
    ):
        super().__init__(seed=seed, name=name)
        self.to_y, self.to_x = to_y, to_x
        self.judge_x, self.judge_y = judge_x, judge_y
        self.pool_x, self.pool_y = pool_x, pool_y
        self.cycle = cycle

    def fields(self):
        shapes = {"x": self.to_y.input_shape[1:], "y": self.to_x.input_shape[1:]}
        return {name: kgan.Field(s, low=-1.0, high=1.0) for name, s in shapes.items()}

    def moves(self):
        translators, judges = ("to_y", "to_x"), ("judge_x", "judge_y")
        return (
            kgan.Move(translators, self.translators_loss, ("g_loss", "cycle")),
            kgan.Move(judges, self.judges_loss, ("d_loss",), draws=self.swaps),
        )

    def swaps(self, rows, seed):
        return {"swap": self.pool_x.swaps(rows, seed)}

    def translators_loss(self, nets, batch):
        """(D_Y(G(x)) − 1)² + (D_X(F(y)) − 1)² + λ (|F(G(x)) − x| + |G(F(y)) − y|)."""
        x, y = batch["x"], batch["y"]
        fake_y, fake_x = nets.to_y(x), nets.to_x(y)
        fooled = squares(nets.frozen.judge_y(fake_y), 1.0)
        fooled += squares(nets.frozen.judge_x(fake_x), 1.0)
        cycle = distance(nets.to_x(fake_y), x) + distance(nets.to_y(fake_x), y)
        return fooled + self.cycle * cycle, {"g_loss": fooled, "cycle": cycle}

    def judges_loss(self, nets, batch):
        """½ (D_X(x) − 1)² + ½ D_X(F(y))², the same for D_Y and G(x)."""
        x, y = batch["x"], batch["y"]
        shown_x = nets.pool_x(nets.frozen.to_x(y), batch["swap"])
        shown_y = nets.pool_y(nets.frozen.to_y(x), batch["swap"])
        loss = squares(nets.judge_x(x), 1.0) + squares(nets.judge_x(shown_x), 0.0)
        loss += squares(nets.judge_y(y), 1.0) + squares(nets.judge_y(shown_y), 0.0)
        return 0.5 * loss, {"d_loss": loss}

    def held_out(self, nets, batch):
        found = self.judges_loss(nets, batch)[1] | self.translators_loss(nets, batch)[1]
        return {name: found[name] for name in ("d_loss", "cycle")}

    # === What other rooms ask ===

    def shown(self, rows=None, seed=0, examples=None, columns=8):
        x, y = (examples[name][:rows] for name in ("x", "y"))
        columns = {"x": x, "G(x)": self.to_y(x), "y": y, "F(y)": self.to_x(y)}
        return {name: to_bytes(images) for name, images in columns.items()}

    def endpoints(self):
        return {
            name: _translation(getattr(self, name), name) for name in ("to_y", "to_x")
        }


def squares(logits, target):
    return tf.reduce_mean(tf.square(logits - target))


def distance(a, b):
    return tf.reduce_mean(tf.abs(a - b))


def to_bytes(images):
    return np.clip(np.round((np.asarray(images) + 1) * 127.5), 0, 255).astype(np.uint8)


def _translation(network, name):
    def translate(images):
        return {"images": network(images, training=False)}

    spec = tf.TensorSpec((None, *network.input_shape[1:]), tf.float32, "images")
    outputs = {"images": "float32 (batch, height, width, channels), in [−1, 1]"}
    return Endpoint(translate, (Input(spec, "in [−1, 1]", 0.5),), outputs, (network,))
