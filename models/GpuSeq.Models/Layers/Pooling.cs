using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>How the states of a sequence become one vector.</summary>
public enum PoolingKind
{
    /// <summary>The last state of each direction.</summary>
    Last,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The largest value of each element.</summary>
    Max,

    /// <summary>A mean with learned weights, see <see cref="AttentionPooling"/>.</summary>
    Attention,
}

/// <summary>Pooling of sequences without parameters. Padding has no part in it.</summary>
public static class Pooling
{
    private const float Large = 1e9f; // more than any state or score, and finite

    /// <summary>The mean over the steps.</summary>
    /// <param name="x">[B, T, C].</param>
    /// <param name="keep">[B, T], 1 where there is a state and 0 where there is padding.</param>
    /// <returns>[B, C].</returns>
    public static Tensor MeanOverSteps(this Tensor x, Tensor keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        return x.Multiply(OverStates(keep)).Sum(1).Divide(keep.Sum(1, keepAxis: true));
    }

    /// <summary>The largest values over the steps.</summary>
    /// <param name="x">[B, T, C].</param>
    /// <param name="keep">[B, T], 1 where there is a state and 0 where there is padding.</param>
    /// <returns>[B, C].</returns>
    public static Tensor MaxOverSteps(this Tensor x, Tensor keep) => x.Add(OverStates(Hiding(keep))).Max(1);

    /// <summary>The last states of the last layer, the directions side by side.</summary>
    /// <param name="state">Where recurrent layers ended: [layers D, B, S].</param>
    /// <param name="directions">D.</param>
    /// <returns>[B, D S].</returns>
    public static Tensor LastStates(this Tensor state, int directions)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Slice(0, ^directions..).Permute(1, 0, 2).Reshape([state.Shape[1], directions * state.Shape[2]]);
    }

    /// <summary>What is added to scores so that padding has none: 0 where there is a state, else far below any score.</summary>
    /// <param name="keep">1 where there is a state and 0 where there is padding.</param>
    internal static Tensor Hiding(Tensor keep) => (keep - 1f) * Large;

    private static Tensor OverStates(Tensor keep) => keep.Reshape([.. keep.Shape, 1]); // [B, T, 1]
}
