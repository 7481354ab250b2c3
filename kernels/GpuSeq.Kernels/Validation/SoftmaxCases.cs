using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>A softmax, or its logarithm.</summary>
public sealed class SoftmaxCase : KernelCase
{
    private readonly int _rows;
    private readonly int _columns;
    private readonly bool _log;

    /// <summary>The softmax of given or random values.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="log">Whether the logarithm is wanted.</param>
    /// <param name="label">What is special about the values.</param>
    /// <param name="values">[rows, columns], or null for random ones.</param>
    public SoftmaxCase(int rows, int columns, bool log, string label = "", float[]? values = null)
        : base(log ? "log-softmax" : "softmax", $"{rows}x{columns}{label}")
    {
        (_rows, _columns, _log) = (rows, columns, log);
        Deferred(() =>
        {
            Input("x", values ?? Values(rows, columns));
            Output("y", rows * columns);
        });
        Tolerance = Tolerance.Rounding(columns);
    }

    internal static float[] Values(int rows, int columns) => new CaseData($"softmax {rows}x{columns}").Uniform(rows * columns, -4f, 4f);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        kernels.Softmax.Forward(_rows, _columns, views["x"], views["y"], _log);
    }

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_rows == 0 || _columns == 0)
            return false;
        var length = (_rows - 1L) * _columns;
        kernels.Softmax.Forward(_rows - 1, _columns, views["x"].SubView(0, length), views["y"].SubView(0, length), _log);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) => SoftmaxReference.Forward<T>(_columns, arrays["x"], arrays["y"], _log);
}

/// <summary>The gradient of a softmax, or of its logarithm.</summary>
public sealed class SoftmaxGradientCase : KernelCase
{
    private readonly int _rows;
    private readonly int _columns;
    private readonly bool _log;
    private readonly bool _accumulate;

    /// <summary>The gradient of a <see cref="SoftmaxCase"/>, whose result it has.</summary>
    public SoftmaxGradientCase(int rows, int columns, bool log, bool accumulate)
        : base(log ? "log-softmax-backward" : "softmax-backward", $"{rows}x{columns}{(accumulate ? " added" : "")}")
    {
        (_rows, _columns, _log, _accumulate) = (rows, columns, log, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            var y = new double[rows * columns];
            SoftmaxReference.Forward(columns, Array.ConvertAll(SoftmaxCase.Values(rows, columns), value => (double)value), y, log);
            Input("y", Array.ConvertAll(y, value => (float)value));
            Input("dy", data.Uniform(rows * columns));
            if (accumulate)
                InputOutput("dx", data.Uniform(rows * columns));
            else
                Output("dx", rows * columns);
        });
        Tolerance = Tolerance.Rounding(columns);
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf => new SoftmaxCase(_rows, _columns, _log);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _log);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_rows == 0 || _columns < 2)
            return false;
        Launch(kernels, views, !_log);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        SoftmaxReference.Backward<T>(_columns, arrays["y"], arrays["dy"], arrays["dx"], _log, _accumulate);

    private void Launch(KernelLibrary kernels, CaseViews views, bool log) =>
        kernels.Softmax.Backward(_rows, _columns, views["y"], views["dy"], views["dx"], log, _accumulate);
}

/// <summary>The sweep over softmaxes.</summary>
public static class SoftmaxCases
{
    private static readonly (int Rows, int Columns)[] Sizes =
    [
        (0, 5), (5, 0), (1, 1), (3, 1), (1, 3), (5, 2), (7, 7), (7, 8), (7, 9), (13, 15), (13, 16), (13, 17), (11, 31), (11, 33), (23, 65),
        (131, 7), (3, 1031), (1, 4099),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var log in new[] { false, true })
            {
                foreach (var (rows, columns) in Sizes)
                {
                    yield return new SoftmaxCase(rows, columns, log);
                    yield return new SoftmaxGradientCase(rows, columns, log, accumulate: false);
                    yield return new SoftmaxGradientCase(rows, columns, log, accumulate: true);
                }
                var data = new CaseData("special");
                yield return new SoftmaxCase(5, 37, log, " mean 1e4", data.Uniform(5 * 37, 9_990f, 10_010f));
                yield return new SoftmaxCase(5, 37, log, " far apart", data.Uniform(5 * 37, -1e6f, 1e6f));
                yield return new SoftmaxCase(3, 17, log, " extremes", Replace(3 * 17, 20, float.MaxValue, float.MinValue, float.Epsilon));
                float[] masked = [.. data.Uniform(5 * 11).Select((x, i) => i is < 22 or > 30 ? Negative : x)];
                yield return new SoftmaxCase(5, 11, log, " masked", masked);
                yield return new SoftmaxCase(3, 17, log, " nan", Replace(3 * 17, 17, float.NaN, Negative));
                yield return new SoftmaxCase(3, 17, log, " infinity", Replace(3 * 17, 18, float.PositiveInfinity, Negative));
            }
        }
    }

    private const float Negative = float.NegativeInfinity;

    private static float[] Replace(int length, int at, params ReadOnlySpan<float> values)
    {
        var data = new CaseData("special").Uniform(length);
        values.CopyTo(data.AsSpan(at));
        return data;
    }

    /// <summary>Operands beyond the caches, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            foreach (var log in new[] { false, true })
            {
                yield return new SoftmaxCase(16_384, 1024, log);
                yield return new SoftmaxGradientCase(16_384, 1024, log, accumulate: false);
            }
        }
    }
}
