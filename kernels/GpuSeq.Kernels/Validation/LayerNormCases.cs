using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>What the cases of a layer normalisation and of its gradient have in common.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Columns">C.</param>
/// <param name="IsAffine">Whether there are gamma and beta.</param>
/// <param name="Mean">The mean of the values; their deviation is about 1.</param>
public sealed record LayerNormProblem(int Rows, int Columns, bool IsAffine = true, float Mean = 0)
{
    internal const float Eps = 1e-5f;

    internal float[] X => new CaseData(ToString()).Uniform(Rows * Columns, Mean - 1.7f, Mean + 1.7f);

    internal float[] Gamma => IsAffine ? new CaseData($"gamma {this}").Uniform(Columns, 0.5f, 1.5f) : [];

    internal float[] Beta => IsAffine ? new CaseData($"beta {this}").Uniform(Columns) : [];

    /// <inheritdoc/>
    public override string ToString() => $"{Rows}x{Columns}{(IsAffine ? "" : " plain")}{(Mean != 0 ? $" mean {Mean}" : "")}";
}

/// <summary>A layer normalisation.</summary>
public sealed class LayerNormCase : KernelCase
{
    private readonly LayerNormProblem _problem;

    /// <summary>The normalisation of random rows.</summary>
    public LayerNormCase(LayerNormProblem problem)
        : base("layer-norm", $"{problem}")
    {
        ArgumentNullException.ThrowIfNull(problem);
        _problem = problem;
        Deferred(() =>
        {
            Input("x", problem.X);
            Input("gamma", problem.Gamma);
            Input("beta", problem.Beta);
            Output("y", problem.Rows * problem.Columns);
            Output("mean", problem.Rows);
            Output("rstd", problem.Rows);
        });
        Tolerance = Tolerance.Rounding(problem.Columns);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, LayerNormProblem.Eps);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_problem.Rows == 0 || _problem.Columns == 0)
            return false;
        Launch(kernels, views, 1.01f * LayerNormProblem.Eps + 0.001f);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        if (_problem.Columns > 0)
        {
            LayerNormReference.Forward<T>(
                _problem.Columns, LayerNormProblem.Eps, arrays["x"], arrays["gamma"], arrays["beta"], arrays["y"], arrays["mean"],
                arrays["rstd"]);
        }
    }

    private void Launch(KernelLibrary kernels, CaseViews views, float eps) => kernels.LayerNorm.Forward(
        _problem.Rows, _problem.Columns, eps, views["x"], views["gamma"], views["beta"], views["y"], views["mean"], views["rstd"]);
}

/// <summary>The gradients of a layer normalisation.</summary>
public sealed class LayerNormGradientCase : KernelCase
{
    private readonly LayerNormProblem _problem;
    private readonly bool _accumulate;

    /// <summary>The gradients of a <see cref="LayerNormCase"/>, whose rows it has.</summary>
    public LayerNormGradientCase(LayerNormProblem problem, bool accumulate)
        : base("layer-norm-backward", $"{problem}{(accumulate ? " added" : "")}")
    {
        ArgumentNullException.ThrowIfNull(problem);
        (_problem, _accumulate) = (problem, accumulate);
        Deferred(() =>
        {
            var data = new CaseData($"dy {Name}"); // with the rows' own seed, dy would be proportional to x and dx vanish
            Input("x", problem.X);
            Input("gamma", problem.Gamma);
            Input("dy", data.Uniform(problem.Rows * problem.Columns));
            var forward = new CaseArrays<double>(new LayerNormCase(problem));
            LayerNormReference.Forward<double>(
                problem.Columns, LayerNormProblem.Eps, forward["x"], forward["gamma"], forward["beta"], forward["y"], forward["mean"],
                forward["rstd"]);
            Input("mean", Array.ConvertAll(forward["mean"], value => (float)value));
            Input("rstd", Array.ConvertAll(forward["rstd"], value => (float)value));
            Gradient(data, "dx", problem.Rows * problem.Columns);
            Gradient(data, "dgamma", problem.Gamma.Length);
            Gradient(data, "dbeta", problem.Beta.Length);
        });
        Tolerance = Tolerance.Rounding(Math.Max(problem.Columns, problem.Rows));

        void Gradient(CaseData data, string name, int length)
        {
            if (accumulate)
                InputOutput(name, data.Uniform(length));
            else
                Output(name, length);
        }
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf => new LayerNormCase(_problem);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views)
    {
        ArgumentNullException.ThrowIfNull(views);
        Launch(kernels, views, views["rstd"]);
    }

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        ArgumentNullException.ThrowIfNull(views);
        if (_problem.Rows == 0 || _problem.Columns < 2)
            return false;
        Launch(kernels, views, views["mean"]); // a mean for a deviation
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var (dGamma, dBeta) = (arrays["dgamma"], arrays["dbeta"]);
        if (!_problem.IsAffine)
            (dGamma, dBeta) = (new T[_problem.Columns], new T[_problem.Columns]);
        LayerNormReference.Backward<T>(
            _problem.Columns, LayerNormProblem.Eps, arrays["dy"], arrays["x"], arrays["gamma"], arrays["dx"], dGamma, dBeta);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, ILGPU.ArrayView<float> rstd) => kernels.LayerNorm.Backward(
        _problem.Rows, _problem.Columns, views["dy"], views["x"], views["gamma"], views["mean"], rstd, views["dx"], views["dgamma"],
        views["dbeta"], _accumulate);
}

/// <summary>The sweep over layer normalisations.</summary>
public static class LayerNormCases
{
    private static readonly (int Rows, int Columns)[] Sizes =
    [
        (0, 5), (1, 1), (1, 3), (3, 2), (5, 7), (5, 8), (5, 9), (7, 15), (7, 16), (7, 17), (11, 61), (2, 1031), (131, 5), (67, 97),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All => Problems.SelectMany(problem => new KernelCase[]
    {
        new LayerNormCase(problem),
        new LayerNormGradientCase(problem, accumulate: false),
        new LayerNormGradientCase(problem, accumulate: true),
    });

    private static IEnumerable<LayerNormProblem> Problems =>
    [
        .. Sizes.Select(size => new LayerNormProblem(size.Rows, size.Columns)),
        new(5, 13, IsAffine: false), new(3, 64, IsAffine: false), new(7, 19, Mean: 1e4f), new(5, 256, Mean: 1e4f), new(5, 256, Mean: -300f),
    ];

    /// <summary>Operands beyond the caches, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            yield return new LayerNormCase(new(16_384, 1024));
            yield return new LayerNormGradientCase(new(16_384, 1024), accumulate: false);
        }
    }
}
