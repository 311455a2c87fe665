"""A game's next frames, played by a network: the shape of Kim et al. (2020)."""

import keras
import tensorflow as tf

import kgan


@keras.saving.register_keras_serializable(package="tests")
class WorldModel(kgan.Game):
    """Dynamics (xₜ, aₜ, hₜ) ↦ (xₜ₊₁, hₜ₊₁) that are unrolled, and a judge of videos.

        min_G max_D  E log D(x₁ … x_T) + E log(1 − D(G(x₀, a))) + λ · E ‖x − G(x₀, a)‖²

    Kim et al., "Learning to Simulate Dynamic Environments with GameGAN" (2020), without
    its memory. Batches are nested: `{"frames", "player": {"actions", "start"}}`, frames
    x₀ … x_T, actions a₀ … a_T, of which the last is not played, and h₀.
    """

    def __init__(self, dynamics, judge, distance=1.0, seed=0, name=None):
        super().__init__(seed=seed, name=name)
        self.dynamics, self.judge, self.distance = dynamics, judge, distance

    def moves(self):
        return (
            kgan.Move(("judge",), self.judge_loss, ("d_loss",)),
            kgan.Move(("dynamics",), self.dynamics_loss, ("g_loss", "squares")),
        )

    def play(self, nets, batch):
        """Returns x₁ … x_T as the dynamics play them from x₀."""

        def step(nets, carry, action):
            frame, state = nets.dynamics([carry[0], action, carry[1]])
            return frame, state

        frames, player = batch["frames"], batch["player"]
        actions = tf.transpose(player["actions"][:, :-1])
        played, _ = nets.unroll(step, (frames[:, 0], player["start"]), actions)
        return tf.transpose(played, [1, 0, 2, 3, 4])

    def judge_loss(self, nets, batch):
        """−log D(x₁ … x_T) − log(1 − D(G(x₀, a)))."""
        real, fake = batch["frames"][:, 1:], self.play(nets.frozen, batch)
        loss = tf.reduce_mean(tf.nn.softplus(-nets.judge(real)))
        loss += tf.reduce_mean(tf.nn.softplus(nets.judge(fake)))
        return loss, {"d_loss": loss}

    def dynamics_loss(self, nets, batch):
        """−log D(G(x₀, a)) + λ · ‖x − G(x₀, a)‖²."""
        fake = self.play(nets, batch)
        fooled = tf.reduce_mean(tf.nn.softplus(-nets.frozen.judge(fake)))
        squares = tf.reduce_mean(tf.square(fake - batch["frames"][:, 1:]))
        loss = fooled + self.distance * squares
        return loss, {"g_loss": fooled, "squares": squares}

    def held_out(self, nets, batch):
        return self.judge_loss(nets, batch)[1] | self.dynamics_loss(nets, batch)[1]
