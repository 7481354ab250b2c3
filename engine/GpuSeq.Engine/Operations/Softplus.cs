using GpuSeq.Kernels;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>log(1 + e^x), a smooth max(0, x), without overflow (Dugas et al. 2001).</summary>
    public static Tensor Softplus(this Tensor x) => x.BinaryCrossEntropy(Filled(nameof(Softplus), x, 0f), LossReduction.None);

    /// <summary>The logarithm of the sigmoid, -log(1 + e^-x), without overflow.</summary>
    public static Tensor LogSigmoid(this Tensor x) => -x.BinaryCrossEntropy(Filled(nameof(LogSigmoid), x, 1f), LossReduction.None);

    // What the loss of a sigmoid is held against: 0 leaves log(1 + e^x) of it, 1 leaves log(1 + e^-x).
    private static Tensor Filled(string operation, Tensor like, float value)
    {
        var graph = Graph.Of(operation, like);
        var filled = graph.New(like.Shape);
        graph.Kernels.Elementwise.Fill(filled.Floats, value);
        return filled;
    }
}
