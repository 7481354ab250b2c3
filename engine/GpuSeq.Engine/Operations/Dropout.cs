using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>
    /// In training, sets each element to 0 with a probability and scales the others by 1 / (1 - rate) (Srivastava et al. 2014);
    /// otherwise returns x itself.
    /// </summary>
    /// <param name="x">Any shape.</param>
    /// <param name="rate">The probability, from 0 to 1, exclusively.</param>
    public static Tensor Dropout(this Tensor x, float rate)
    {
        var graph = Graph.Of(nameof(Dropout), x);
        CheckRate(nameof(Dropout), rate);
        if (!graph.IsTraining || rate == 0f)
            return x;
        var y = graph.Result(x.Shape, x);
        var (seed, call) = (graph.Random.Seed, graph.Random.NextCall());
        graph.Kernels.Dropout.Forward(x.Floats, y.Floats, rate, seed, call);

        graph.Remember(
            nameof(Dropout),
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Dropout.Backward(graph.Arrived(y), dx.Floats, rate, seed, call, dx.Adds);
            },
            v => [[.. v[0].Select((value, i) => value * DropoutFactor(i, rate, seed, call))]]);
        return y;
    }

    private static void CheckRate(string operation, float rate)
    {
        if (!(rate >= 0f && rate < 1f))
            throw new ArgumentOutOfRangeException(nameof(rate), $"{operation}: the dropout rate {rate} is not in [0, 1).");
    }

    // What dropout multiplies element i of a call by.
    private static double DropoutFactor(int i, double rate, ulong seed, ulong call) =>
        RandomReference.Unit<double>(i, seed, call) < rate ? 0 : 1 / (1 - rate);
}
