using System.Globalization;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>Draws from random logits, none of which is so close that rounding decides it.</summary>
public sealed class SamplingCase : KernelCase
{
    private const ulong Seed = 0x0F1E_2D3C_4B5A_6978, Call = 0x2_0000_0005;

    private readonly int _columns;
    private readonly SamplingOptions _options;

    /// <summary>Draws by options. Logits may be integers, of which many are equal.</summary>
    public SamplingCase(int rows, int columns, SamplingOptions options, bool integers = false)
        : base("sampling", Describe(rows, columns, options, integers))
    {
        ArgumentNullException.ThrowIfNull(options);
        (_columns, _options) = (columns, options);
        Deferred(() =>
        {
            Input("x", Data(Name, rows, columns, options, integers));
            OutputIndices("choices", rows);
        });
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _options, Call);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (Operands[1].Length < 20 || _columns < 5)
            return false;
        if (_options.Temperature == 0f || _options.TopK == 1 || _options.TopP < 0.1f)
            Launch(kernels, views, new() { Temperature = 100f }, Call);
        else
            Launch(kernels, views, _options, Call + 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var choices = arrays.Indices("choices");
        for (var row = 0; row < choices.Length; row++)
        {
            var logits = arrays["x"].AsSpan(row * _columns, _columns);
            choices[row] = _options.Temperature == 0f
                ? ReductionReference.ArgMax<T>(logits)
                : SamplingReference.Choose<T>(
                    SamplingReference.Probabilities<T>(logits, _options, out _), RandomReference.Unit<T>(row, Seed, Call), out _);
        }
    }

    internal static string Describe(int rows, int columns, SamplingOptions options, bool integers) => string.Create(
        CultureInfo.InvariantCulture,
        $"{rows}x{columns}"
        + $"{(options.Temperature == 1f ? "" : options.Temperature == 0f ? " greedy" : $" temperature {options.Temperature}")}"
        + $"{(options.TopK == 0 ? "" : $" top-k {options.TopK}")}{(options.TopP == 1f ? "" : $" top-p {options.TopP}")}"
        + $"{(integers ? " equal" : "")}");

    // A row whose nucleus or choice hangs by a thread is made again.
    internal static float[] Data(string seed, int rows, int columns, SamplingOptions options, bool integers)
    {
        var data = new CaseData(seed);
        var logits = new List<float>();
        for (var row = 0; row < rows; row++)
        {
            while (true)
            {
                var values = integers ? data.Integers(columns, 2) : data.Uniform(columns, -3f, 3f);
                if (columns < 20_000 && options.Temperature > 0f && !IsClear(values, row, options))
                    continue;
                logits.AddRange(values);
                break;
            }
        }
        return [.. logits];
    }

    private static bool IsClear(float[] logits, int row, SamplingOptions options)
    {
        const double Least = 2e-5;
        var probabilities = SamplingReference.Probabilities<double>(Array.ConvertAll(logits, value => (double)value), options, out var cut);
        SamplingReference.Choose<double>(probabilities, RandomReference.Unit<double>(row, Seed, Call), out var distance);
        return cut > Least && distance > Least;
    }

    private void Launch(KernelLibrary kernels, CaseViews views, SamplingOptions options, ulong call) =>
        kernels.Sampling.Draw(views["x"], views.Indices("choices"), _columns, options, Seed, call);
}

/// <summary>What options leave of random logits.</summary>
public sealed class LogitFilterCase : KernelCase
{
    private readonly int _columns;
    private readonly SamplingOptions _options;

    /// <summary>A filter of logits.</summary>
    public LogitFilterCase(int rows, int columns, SamplingOptions options, bool integers = false)
        : base("logit-filter", SamplingCase.Describe(rows, columns, options, integers))
    {
        (_columns, _options) = (columns, options);
        Deferred(() =>
        {
            Input("x", SamplingCase.Data(Name, rows, columns, options, integers));
            Output("y", rows * columns);
        });
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _options);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (Operands[0].Length == 0)
            return false;
        Launch(kernels, views, _options with { Temperature = _options.Temperature + 1f });
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        SamplingReference.Filter<T>(arrays["x"], arrays["y"], _columns, _options);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, SamplingOptions options) =>
        kernels.Sampling.Filter(views["x"], views["y"], _columns, options);
}

/// <summary>Normally distributed numbers between bounds.</summary>
public sealed class TruncatedNormalCase : KernelCase
{
    private const ulong Seed = 77, Call = 3;

    private readonly (float Mean, float Deviation, float Low, float High) _distribution;

    /// <summary>Numbers of a distribution.</summary>
    public TruncatedNormalCase(int length, (float Mean, float Deviation, float Low, float High) distribution)
        : base(
            "random",
            $"truncated {length} {distribution.Mean:G3},{distribution.Deviation:G3},{distribution.Low:G3},{distribution.High:G3}")
    {
        _distribution = distribution;
        Deferred(() => Output("y", length));
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, Call);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (Operands[0].Length == 0)
            return false;
        Launch(kernels, views, Call + 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var y = arrays["y"];
        var (mean, deviation) = (T.CreateChecked(_distribution.Mean), T.CreateChecked(_distribution.Deviation));
        var a = (T.CreateChecked(_distribution.Low) - mean) / deviation;
        var b = (T.CreateChecked(_distribution.High) - mean) / deviation;
        for (var i = 0; i < y.Length; i++)
            y[i] = mean + deviation * RandomReference.TruncatedNormal(i, a, b, Seed, Call);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, ulong call) => kernels.Random.TruncatedNormal(
        views["y"], _distribution.Mean, _distribution.Deviation, _distribution.Low, _distribution.High, Seed, call);
}

/// <summary>The sweep over draws and bounded numbers.</summary>
public static class SamplingCases
{
    private static readonly (int Rows, int Columns, SamplingOptions Options)[] Problems =
    [
        (0, 3, new()), (1, 1, new()), (3, 5, new() { Temperature = 0.5f }), (25, 31, new()), (25, 64, new() { Temperature = 2f }),
        (21, 65, new() { Temperature = 0f }), (20, 9, new() { TopK = 1 }), (25, 7, new() { TopK = 3 }), (25, 70, new() { TopK = 64 }),
        (20, 5, new() { TopK = 9 }), (25, 33, new() { TopP = 0.5f }), (25, 11, new() { TopP = 0.01f }), (21, 130, new() { TopP = 0.95f }),
        (20, 130, new() { TopP = 0.99f, Temperature = 3f }), (25, 97, new() { Temperature = 0.7f, TopK = 20, TopP = 0.8f }),
        (5, 517, new()), (3, 1031, new() { TopP = 0.9f, Temperature = 0.8f }),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var (rows, columns, options) in Problems)
            {
                foreach (var integers in new[] { false, true })
                {
                    if (integers && columns > 100)
                        continue;
                    yield return new SamplingCase(rows, columns, options, integers);
                    yield return new LogitFilterCase(rows, columns, options, integers);
                }
            }
            foreach (var length in new[] { 0, 1, 5, 257, 1031 })
                yield return new TruncatedNormalCase(length, (0f, 0.02f, -2f, 2f)); // PyTorch's bounds are far away for BERT's 0.02
            yield return new TruncatedNormalCase(257, (0f, 1f, -2f, 2f));
            yield return new TruncatedNormalCase(257, (0.5f, 2f, 1f, 3f));
            yield return new TruncatedNormalCase(257, (0f, 1f, float.NegativeInfinity, -4.5f));
            yield return new TruncatedNormalCase(257, (-1f, 1f, 3.5f, float.PositiveInfinity));
            yield return new TruncatedNormalCase(257, (1f, 0.5f, float.NegativeInfinity, float.PositiveInfinity));
        }
    }

    /// <summary>The next tokens of a batch with the vocabulary of GPT-2.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            yield return new SamplingCase(64, 50_257, new());
            yield return new SamplingCase(64, 50_257, new() { TopK = 40 });
            yield return new SamplingCase(64, 50_257, new() { TopP = 0.9f, Temperature = 0.3f });
            yield return new LogitFilterCase(64, 50_257, new() { TopK = 40 });
        }
    }
}
