"""The contrastive loss of patches (PatchNCE) of CUT."""

import tensorflow as tf


def patch_nce(
    queries: tf.Tensor, keys: tf.Tensor, temperature: float = 0.07
) -> tf.Tensor:
    """Computes how badly each query finds its own key among those of its image.

        ℓᵢ = −log( exp(qᵢ·kᵢ / τ) / Σⱼ exp(qᵢ·kⱼ / τ) )

    Rows q and k are brought to length 1; the other positions of the same image are the
    negatives. No gradient leads to the keys. With n positions that tell nothing it is
    log n.

    Args:
        queries: Float tensor `(batch, positions, width)`: of the translation.
        keys: The same at the same positions of the source.
        temperature: τ, a positive number.

    Returns:
        float32 `(batch, positions)`.

    Source: Park et al. (2020), Contrastive Learning for Unpaired Image-to-Image
    Translation, equation 2.
    """
    queries, keys = (_of_length_1(x) for x in (queries, tf.stop_gradient(keys)))
    logits = tf.matmul(queries, keys, transpose_b=True) / temperature
    # Not its diagonal, whose gradient TensorFlow finds for known numbers of rows alone.
    own = tf.reduce_sum(queries * keys, axis=-1) / temperature
    return tf.reduce_logsumexp(logits, axis=-1) - own


def _of_length_1(x):
    # In float32: a sum of 256 squares overflows float16.
    return tf.math.l2_normalize(tf.cast(x, tf.float32), axis=-1)
