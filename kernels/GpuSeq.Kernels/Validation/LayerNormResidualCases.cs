using System.Globalization;
using System.Numerics;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>What the cases of a normalised residual and of its gradient have in common.</summary>
/// <param name="Norm">The rows.</param>
/// <param name="Rate">The share that is dropped.</param>
public sealed record LayerNormResidualProblem(LayerNormProblem Norm, float Rate)
{
    private const ulong Seed = 0xFEDC_BA98_7654_3210, Call = 0x1_0000_0003;

    internal int Length => Norm.Rows * Norm.Columns;

    internal DropoutMask Mask => Rate > 0 ? new(Rate, Seed, Call) : default;

    internal DropoutMask OtherMask => Rate > 0 ? new(Rate, Seed, Call + 1) : new(0.5f, Seed, Call);

    internal float[] Residual => new CaseData($"residual {this}").Uniform(Length);

    internal T[] Units<T>()
        where T : IFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, Length).Select(i => RandomReference.Unit<T>(i, Seed, Call))];

    internal void Define<T>(CaseArrays<T> arrays)
        where T : IFloatingPointIeee754<T>
    {
        LayerNormReference.ForwardResidual<T>(
            Norm.Columns, LayerNormProblem.Eps, Rate, Units<T>(), arrays["x"], arrays["residual"], arrays["gamma"], arrays["beta"],
            arrays["s"], arrays["y"], arrays["mean"], arrays["rstd"]);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Norm}{(Rate > 0 ? $" dropout {Rate}" : "")}");
}

/// <summary>A normalised residual.</summary>
public sealed class LayerNormResidualCase : KernelCase
{
    private readonly LayerNormResidualProblem _problem;

    /// <summary>That of random rows.</summary>
    public LayerNormResidualCase(LayerNormResidualProblem problem)
        : base("layer-norm-residual", $"{problem}")
    {
        ArgumentNullException.ThrowIfNull(problem);
        _problem = problem;
        Deferred(() =>
        {
            Input("x", problem.Norm.X);
            Input("residual", problem.Residual);
            Input("gamma", problem.Norm.Gamma);
            Input("beta", problem.Norm.Beta);
            Output("s", problem.Length);
            Output("y", problem.Length);
            Output("mean", problem.Norm.Rows);
            Output("rstd", problem.Norm.Rows);
        });
        Tolerance = Tolerance.Rounding(problem.Norm.Columns);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _problem.Mask);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_problem.Length < 20)
            return false;
        Launch(kernels, views, _problem.OtherMask);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        _problem.Define(arrays);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, DropoutMask mask) => kernels.LayerNorm.ForwardResidual(
        _problem.Norm.Rows, _problem.Norm.Columns, LayerNormProblem.Eps, mask, views["x"], views["residual"], views["gamma"],
        views["beta"], views["s"], views["y"], views["mean"], views["rstd"]);
}

/// <summary>The gradients of a normalised residual.</summary>
public sealed class LayerNormResidualGradientCase : KernelCase
{
    private readonly LayerNormResidualProblem _problem;
    private readonly bool _isPreNorm;
    private readonly bool _accumulate;

    /// <summary>The gradients of a <see cref="LayerNormResidualCase"/>, for a sum that goes on by itself or does not.</summary>
    public LayerNormResidualGradientCase(LayerNormResidualProblem problem, bool isPreNorm, bool accumulate)
        : base("layer-norm-residual-backward", $"{problem}{(isPreNorm ? " pre-norm" : "")}{(accumulate ? " added" : "")}")
    {
        ArgumentNullException.ThrowIfNull(problem);
        (_problem, _isPreNorm, _accumulate) = (problem, isPreNorm, accumulate);
        Deferred(() =>
        {
            var data = new CaseData($"dy {Name}");
            var forward = new CaseArrays<double>(new LayerNormResidualCase(problem));
            problem.Define(forward);
            Input("s", Array.ConvertAll(forward["s"], value => (float)value));
            Input("gamma", problem.Norm.Gamma);
            Input("mean", Array.ConvertAll(forward["mean"], value => (float)value));
            Input("rstd", Array.ConvertAll(forward["rstd"], value => (float)value));
            Input("dy", data.Uniform(problem.Length));
            if (isPreNorm)
                Input("ds", data.Uniform(problem.Length));
            Gradient(data, "dx", problem.Length);
            Gradient(data, "dresidual", problem.Length);
            Gradient(data, "dgamma", problem.Norm.Gamma.Length);
            Gradient(data, "dbeta", problem.Norm.Beta.Length);
        });
        Tolerance = Tolerance.Rounding(Math.Max(problem.Norm.Columns, problem.Norm.Rows));

        void Gradient(CaseData data, string name, int length)
        {
            if (accumulate)
                InputOutput(name, data.Uniform(length));
            else
                Output(name, length);
        }
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf => _problem.Norm.Mean == 0 ? new LayerNormResidualCase(_problem) : null; // s is rounded

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _problem.Mask);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_problem.Length < 20)
            return false;
        Launch(kernels, views, _problem.OtherMask);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var (dGamma, dBeta) = (arrays["dgamma"], arrays["dbeta"]);
        if (!_problem.Norm.IsAffine)
            (dGamma, dBeta) = (new T[_problem.Norm.Columns], new T[_problem.Norm.Columns]);
        LayerNormReference.BackwardResidual<T>(
            _problem.Norm.Columns, LayerNormProblem.Eps, _problem.Rate, _problem.Units<T>(), arrays["dy"],
            _isPreNorm ? arrays["ds"] : [], arrays["s"], arrays["gamma"], arrays["dx"], arrays["dresidual"], dGamma, dBeta);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, DropoutMask mask) => kernels.LayerNorm.BackwardResidual(
        _problem.Norm.Rows, _problem.Norm.Columns, mask, views["dy"], _isPreNorm ? views["ds"] : default, views["s"], views["gamma"],
        views["mean"], views["rstd"], new()
        {
            X = views["dx"],
            Residual = views["dresidual"],
            Gamma = views["dgamma"],
            Beta = views["dbeta"],
            AddsToX = _accumulate,
            AddsToResidual = _accumulate,
            AddsToSums = _accumulate,
        });
}

/// <summary>The sweep over normalised residuals.</summary>
public static class LayerNormResidualCases
{
    // Rows that begin anywhere in a block of random words; the batches of 512 of rows, the chunks of 256 of groups.
    private static readonly LayerNormResidualProblem[] Problems =
    [
        new(new(0, 5), 0.1f), new(new(1, 1), 0.1f), new(new(3, 3), 0.25f), new(new(5, 7), 0.5f), new(new(5, 8), 0),
        new(new(5, 9), 0.1f), new(new(3, 255), 0.1f), new(new(3, 256), 0), new(new(3, 257), 0.3f), new(new(3, 511), 0.1f),
        new(new(2, 1031), 0.1f), new(new(131, 5), 0.2f), new(new(67, 97), 0.1f), new(new(5, 13, IsAffine: false), 0.1f),
        new(new(5, 256, Mean: 1e4f), 0.1f), new(new(7, 19, Mean: -300f), 0),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All => Problems.SelectMany((problem, i) => new KernelCase[]
    {
        new LayerNormResidualCase(problem),
        new LayerNormResidualGradientCase(problem, isPreNorm: i % 2 == 0, accumulate: false),
        new LayerNormResidualGradientCase(problem, isPreNorm: i % 3 != 0, accumulate: true),
    });

    /// <summary>A layer of a base-sized transformer.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            var problem = new LayerNormResidualProblem(new(4096, 768), 0.1f);
            yield return new LayerNormResidualCase(problem);
            yield return new LayerNormResidualCase(problem with { Rate = 0 });
            yield return new LayerNormResidualGradientCase(problem, isPreNorm: true, accumulate: false);
        }
    }
}
