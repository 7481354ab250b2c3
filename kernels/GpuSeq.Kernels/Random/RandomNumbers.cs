using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Random numbers that depend only on a seed, the number of the call and the place in the result: the same on every
/// accelerator, for every vector width and any number of threads. See <see cref="Philox"/>.
/// </summary>
public sealed class RandomNumbers
{
    private const int ItemLength = 4096; // about 4 microseconds; a multiple of a batch

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, RandomKernels.Arguments> _make;

    internal RandomNumbers(KernelLibrary library)
    {
        _library = library;
        _make = library.LoadKernel<ArrayView<float>, ArrayView<float>, RandomKernels.Arguments>(
            library.Shape == KernelShape.Row ? RandomKernels.Part : RandomKernels.Lane);
    }

    /// <summary>Numbers spread evenly from low to high, exclusively.</summary>
    /// <param name="y">[N].</param>
    /// <param name="low">The least one.</param>
    /// <param name="high">What they stay below.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="call">The number of the call under the seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is empty or not finite.</exception>
    public void Uniform(ArrayView<float> y, float low, float high, ulong seed, ulong call)
    {
        if (!(low < high) || !float.IsFinite(high - low))
            throw new ArgumentOutOfRangeException(nameof(high), high, $"Uniform: no finite interval begins at {low}.");
        Make(y, y, new()
        {
            Operation = (int)RandomOperation.Uniform,
            A = low,
            B = high - low,
            Last = MathF.BitDecrement(high),
            Random = new(seed, call),
        });
    }

    /// <summary>Normally distributed numbers, at most 5.8 deviations from the mean.</summary>
    /// <param name="y">[N].</param>
    /// <param name="mean">The mean.</param>
    /// <param name="deviation">The standard deviation, not negative.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="call">The number of the call under the seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative or not a number.</exception>
    public void Normal(ArrayView<float> y, float mean, float deviation, ulong seed, ulong call)
    {
        if (!(deviation >= 0f))
            throw new ArgumentOutOfRangeException(nameof(deviation), deviation, "Normal: the deviation must not be negative.");
        Make(y, y, new() { Operation = (int)RandomOperation.Normal, A = mean, B = deviation, Random = new(seed, call) });
    }

    /// <summary>Normally distributed numbers between two bounds, as PyTorch's <c>trunc_normal_</c> has them.</summary>
    /// <param name="y">[N].</param>
    /// <param name="mean">The mean of the normal distribution.</param>
    /// <param name="deviation">Its standard deviation, above 0.</param>
    /// <param name="low">The least number, or -infinity.</param>
    /// <param name="high">The largest number, or infinity.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="call">The number of the call under the seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is not above 0, or nothing is between the bounds.</exception>
    public void TruncatedNormal(ArrayView<float> y, float mean, float deviation, float low, float high, ulong seed, ulong call)
    {
        if (!(deviation > 0f) || !float.IsFinite(deviation))
            throw new ArgumentOutOfRangeException(nameof(deviation), deviation, "TruncatedNormal: the deviation must be above 0.");
        var (a, b) = (((double)low - mean) / deviation, ((double)high - mean) / deviation);
        var between = a > 0 ? NormalShareBelow(-a) - NormalShareBelow(-b) : NormalShareBelow(b) - NormalShareBelow(a);
        if (!(between >= 1e-30))
            throw new ArgumentOutOfRangeException(nameof(high), high, $"TruncatedNormal: hardly any number is between {low} and {high}.");
        Make(y, y, new()
        {
            Operation = (int)RandomOperation.TruncatedNormal,
            A = mean,
            B = deviation,
            First = low,
            Last = high,
            Below = (float)NormalShareBelow(a),
            Between = (float)between,
            Above = (float)NormalShareBelow(-b),
            Random = new(seed, call),
        });
    }

    // The standard normal distribution's share below x, also far on the left: by its series near 0, else by Laplace's
    // continued fraction.
    private static double NormalShareBelow(double x)
    {
        var magnitude = Math.Abs(x);
        var density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        double tail;
        if (magnitude > 40)
        {
            tail = 0;
        }
        else if (magnitude > 2.5)
        {
            var fraction = magnitude;
            for (var i = 100; i > 0; i--)
                fraction = magnitude + i / fraction;
            tail = density / fraction;
        }
        else
        {
            var (term, sum) = (magnitude, magnitude);
            for (var i = 3; i < 100; i += 2)
                sum += term *= x * x / i;
            tail = 0.5 - density * sum;
        }
        return x < 0 ? tail : 1 - tail;
    }

    /// <summary>Ones with a probability, zeros elsewhere.</summary>
    /// <param name="y">[N].</param>
    /// <param name="probability">The probability of a one.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="call">The number of the call under the seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not one.</exception>
    public void Bernoulli(ArrayView<float> y, float probability, ulong seed, ulong call)
    {
        if (!(probability is >= 0f and <= 1f))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "Bernoulli: a probability is from 0 to 1.");
        Make(y, y, new() { Operation = (int)RandomOperation.Bernoulli, A = probability, Random = new(seed, call) });
    }

    /// <summary>y (+)= x / (1 - rate) where the numbers of the call are at least the rate, else 0.</summary>
    internal void Drop(ArrayView<float> x, ArrayView<float> y, float rate, ulong seed, ulong call, bool accumulate) => Make(x, y, new()
    {
        Operation = (int)RandomOperation.Dropout,
        A = rate,
        B = 1f / (1f - rate),
        Write = accumulate ? Writing.Add : Writing.Assign, // words take longer than memory
        Random = new(seed, call),
    });

    private void Make(ArrayView<float> x, ArrayView<float> y, RandomKernels.Arguments arguments)
    {
        if (y.Length == 0)
            return;
        arguments.Cut = new(_library, y.Length, ItemLength);
        var items = _library.Shape == KernelShape.Row ? arguments.Cut.Items : checked((int)((y.Length + 3) / 4));
        _make(items, x, y, arguments);
    }
}
