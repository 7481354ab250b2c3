using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>What a step makes of the norm of its gradients.</summary>
public sealed class StepControlCase : KernelCase
{
    private readonly float _maxNorm;
    private readonly bool _skips;

    /// <summary>Random gradients, in pieces or whole.</summary>
    /// <param name="length">How many.</param>
    /// <param name="parts">What of them counts; empty for all.</param>
    /// <param name="maxNorm">The limit, or 0.</param>
    /// <param name="skips">Whether a step with gradients that are not finite is skipped.</param>
    /// <param name="odd">A value among the gradients.</param>
    public StepControlCase(int length, (int Begin, int Length)[] parts, float maxNorm, bool skips, float odd = 0f)
        : base("step-control", $"{length}{(parts.Length > 0 ? $" pieces of {parts.Length}" : "")}{(maxNorm > 0 ? $" limit {maxNorm}" : "")}"
            + $"{(skips ? " skipping" : "")}{(float.IsFinite(odd) ? "" : $" with-{odd}")}")
    {
        (_maxNorm, _skips) = (maxNorm, skips);
        Tolerance = Tolerance.Rounding(length);
        Deferred(() =>
        {
            var g = new CaseData(Name).Uniform(length);
            if (length > 0 && odd != 0f)
                g[length / 2] = odd;
            Input("g", g);
            Input("pieces", Reduction.Pieces(parts));
            InputOutput("scalars", [float.NaN, 2f, float.NaN]);
        });
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Optimizers.Control(views["g"], views.Indices("pieces"), _maxNorm, _skips, views["scalars"]);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["g"].Length == 0 || Operands[0].Floats!.Any(value => !float.IsFinite(value)))
            return false;
        kernels.Optimizers.Control(views["g"].Part(0, 0), default, _maxNorm, _skips, views["scalars"]);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var scalars = arrays["scalars"];
        var norm = OptimizerReference.Norm<T>(arrays["g"], arrays.Indices("pieces"));
        var isSkipped = _skips && !T.IsFinite(norm);
        scalars[StepControl.Norm] = norm;
        scalars[StepControl.SkippedSteps] += isSkipped ? T.One : T.Zero;
        scalars[StepControl.Factor] = isSkipped ? -T.One : OptimizerReference.ClipCoefficient(norm, T.CreateChecked(_maxNorm));
    }
}

/// <summary>Gradients that are clipped one by one, but for infinities.</summary>
public sealed class ClipValueCase : KernelCase
{
    private readonly float _limit;

    /// <summary>Gradients of some magnitude.</summary>
    public ClipValueCase(int length, float limit)
        : base("clip-value", $"{length} to {limit}")
    {
        _limit = limit;
        Tolerance = Tolerance.Exact;
        var g = new CaseData(Name).Uniform(length);
        foreach (var (i, odd) in new[] { float.PositiveInfinity, float.NegativeInfinity, float.NaN, float.MaxValue }.Index())
        {
            if (length > 4)
                g[i * length / 4] = odd;
        }
        InputOutput("g", g);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Optimizers.ClipValue(views["g"], _limit, keepsInfinities: true);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["g"].Length <= 4)
            return false;
        kernels.Optimizers.ClipValue(views["g"], _limit);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (g, limit) = (arrays["g"], T.CreateChecked(_limit));
        for (var i = 0; i < g.Length; i++)
            g[i] = T.IsFinite(g[i]) ? T.Min(limit, T.Max(-limit, g[i])) : g[i];
    }
}

/// <summary>The factor that clips gradients.</summary>
public sealed class ClipCoefficientCase : KernelCase
{
    private readonly float _maxNorm;

    /// <summary>The factor for a norm.</summary>
    public ClipCoefficientCase(float norm, float maxNorm)
        : base("clip", $"{norm} to {maxNorm}")
    {
        _maxNorm = maxNorm;
        Input("norm", [norm]);
        Output("scale", 1);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Optimizers.ClipCoefficient(views["norm"], _maxNorm, views["scale"]);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (!(Operands[0].Floats![0] > _maxNorm) || !float.IsFinite(Operands[0].Floats![0]))
            return false;
        kernels.Optimizers.ClipCoefficient(views["norm"], _maxNorm * 2, views["scale"]);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        arrays["scale"][0] = OptimizerReference.ClipCoefficient(arrays["norm"][0], T.CreateChecked(_maxNorm));
}

/// <summary>A moving average that takes weights in, or that changes places with them.</summary>
public sealed class WeightAverageCase : KernelCase
{
    private readonly float? _share;

    /// <summary>Random weights.</summary>
    /// <param name="length">How many.</param>
    /// <param name="share">What of them enters the average; null for an exchange.</param>
    public WeightAverageCase(int length, float? share)
        : base(share is null ? "exchange" : "weight-average", $"{length}{(share is null ? "" : $" share {share}")}")
    {
        _share = share;
        Tolerance = share is null ? Tolerance.Exact : Tolerance.Rounding(1);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            if (share is null)
                InputOutput("p", data.Uniform(length));
            else
                Input("p", data.Uniform(length));
            InputOutput("average", data.Uniform(length));
        });
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, views["p"].Length);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["p"].Length == 0)
            return false;
        Launch(kernels, views, views["p"].Length - 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        if (_share is { } share)
            OptimizerReference.Average<T>(arrays["p"], arrays["average"], T.CreateChecked(share));
        else
            OptimizerReference.Exchange<T>(arrays["p"], arrays["average"]);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, long length)
    {
        var (p, average) = (views["p"].SubView(0, length), views["average"].SubView(0, length));
        if (_share is { } share)
            kernels.Optimizers.Average(p, average, share);
        else
            kernels.Optimizers.Exchange(p, average);
    }
}

/// <summary>The sweep over what surrounds the steps of optimizers: norms, clipping, averages.</summary>
public static class StepControlCases
{
    private static readonly int[] Lengths = [0, 1, 3, 31, 4095, 4096, 4097, 20_011];
    private static readonly int[] SumLengths = [0, 1, 3, 31, 16_384, 16_385, 65_536, 65_537, 200_003];
    private static readonly float[] Norms = [0f, 1e-8f, 0.5f, 0.999999f, 1f, 3f, 1e20f, float.PositiveInfinity, float.NaN];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All => Controls.Concat(Clips).Concat(Averages);

    /// <summary>A model of 16 million parameters, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks =>
    [
        new StepControlCase(1 << 24, [], 1f, skips: true), new WeightAverageCase(1 << 24, 0.001f), new WeightAverageCase(1 << 24, null),
        new ClipValueCase(1 << 24, 0.5f),
    ];

    private static IEnumerable<KernelCase> Controls
    {
        get
        {
            foreach (var length in SumLengths)
            {
                yield return new StepControlCase(length, [], 0f, skips: length % 2 == 0);
                yield return new StepControlCase(length, [], 1.5f, skips: true);
                yield return new StepControlCase(length, [], 1.5f, skips: true, float.PositiveInfinity);
                yield return new StepControlCase(length, [], 1e6f, skips: false, float.NaN);
            }
            yield return new StepControlCase(100, [(0, 1), (16, 33), (96, 4)], 1f, skips: true);
            yield return new StepControlCase(100, [(0, 20), (64, 36)], 1f, skips: true, float.NaN); // which does not count
            yield return new StepControlCase(120_000, [(16, 20_000), (40_000, 1), (48_000, 70_001)], 0f, skips: true);
            yield return new StepControlCase(1600, [.. Enumerable.Range(0, 80).Select(i => (20 * i, 17))], 1f, skips: true);
        }
    }

    private static IEnumerable<KernelCase> Clips
    {
        get
        {
            foreach (var norm in Norms)
                yield return new ClipCoefficientCase(norm, 1f);
            foreach (var length in Lengths)
                yield return new ClipValueCase(length, 0.5f);
        }
    }

    private static IEnumerable<KernelCase> Averages =>
        from length in Lengths
        from share in new float?[] { 0.001f, 0.9f, null }
        select new WeightAverageCase(length, share);
}
