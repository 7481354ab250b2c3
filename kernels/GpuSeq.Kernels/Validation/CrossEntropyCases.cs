using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>What the cases of a cross-entropy and of its gradient have in common.</summary>
/// <param name="Shape">Sizes and options.</param>
/// <param name="HasWeights">Whether classes have weights.</param>
/// <param name="Ignored">The share of rows that are ignored.</param>
/// <param name="Scale">The magnitude of the logits.</param>
/// <param name="Mean">The mean of the logits.</param>
public sealed record CrossEntropyProblem(
    CrossEntropyShape Shape, bool HasWeights = false, double Ignored = 0, float Scale = 3, float Mean = 0)
{
    internal float[] Logits => new CaseData(ToString()).Uniform(Shape.Rows * Shape.Classes, Mean - Scale, Mean + Scale);

    internal float[] Weights => HasWeights ? new CaseData($"w {this}").Uniform(Shape.Classes, 0.2f, 2f) : [];

    internal int[] Targets
    {
        get
        {
            var targets = new CaseData($"t {this}").Indices(Shape.Rows, Math.Max(1, Shape.Classes));
            var random = new CaseData($"i {this}").Uniform(Shape.Rows, 0, 1);
            return [.. targets.Select((target, row) => random[row] < Ignored ? Shape.IgnoredIndex : target)];
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Shape} {Shape.Reduction}{(Shape.LabelSmoothing > 0 ? " smoothed" : "")}{(HasWeights ? " weighted" : "")}"
        + $"{(Ignored > 0 ? $" {Ignored:0%} ignored" : "")}{(Scale > 3 || Mean != 0 ? " large" : "")}";
}

/// <summary>A cross-entropy, with its reduction.</summary>
public sealed class CrossEntropyCase : KernelCase
{
    private readonly CrossEntropyShape _shape;
    private readonly bool _isReduced;

    /// <summary>The cross-entropy of random logits.</summary>
    public CrossEntropyCase(CrossEntropyProblem problem)
        : base("cross-entropy", $"{problem}")
    {
        ArgumentNullException.ThrowIfNull(problem);
        _shape = problem.Shape;
        _isReduced = _shape.Reduction != LossReduction.None;
        Deferred(() =>
        {
            Input("logits", problem.Logits);
            Input("targets", problem.Targets);
            Input("weights", problem.Weights);
            Output("losses", _shape.Rows);
            Output("normalizers", 2 * _shape.Rows);
            if (_isReduced)
            {
                Output("loss", 1);
                Output("total", 1);
            }
        });
        Tolerance = Tolerance.Rounding(Math.Max(_shape.Classes, _shape.Rows));
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, 0);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.Rows == 0)
            return false;
        Launch(kernels, views, 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var (targets, weights, losses) = (arrays.Indices("targets"), arrays["weights"], arrays["losses"]);
        CrossEntropyReference.Forward<T>(_shape, arrays["logits"], targets, weights, losses, arrays["normalizers"]);
        if (_isReduced)
            (arrays["loss"][0], arrays["total"][0]) = CrossEntropyReference.Reduce<T>(_shape, targets, weights, losses);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, int leftOut)
    {
        var rows = _shape.Rows - leftOut;
        var shape = new CrossEntropyShape(rows, _shape.Classes)
        {
            IgnoredIndex = _shape.IgnoredIndex,
            LabelSmoothing = _shape.LabelSmoothing,
            Reduction = _shape.Reduction,
        };
        var (targets, weights, losses) = (views.Indices("targets").SubView(0, rows), views["weights"], views["losses"].SubView(0, rows));
        var logits = views["logits"].SubView(0, (long)rows * _shape.Classes);
        kernels.CrossEntropy.Forward(shape, logits, targets, weights, losses, views["normalizers"].SubView(0, 2L * rows));
        if (_isReduced)
            kernels.CrossEntropy.Reduce(shape, targets, weights, losses, views["loss"], views["total"]);
    }
}

/// <summary>The gradient of a cross-entropy.</summary>
public sealed class CrossEntropyGradientCase : KernelCase
{
    private readonly CrossEntropyProblem _problem;
    private readonly CrossEntropyShape _shape;
    private readonly bool _accumulate;
    private readonly bool _isMeanOfNothing; // NaN, but its gradient is 0
    private readonly string _upstream;

    /// <summary>The gradient of a <see cref="CrossEntropyCase"/>, whose logits it has.</summary>
    public CrossEntropyGradientCase(CrossEntropyProblem problem, bool accumulate)
        : base("cross-entropy-backward", $"{problem}{(accumulate ? " added" : "")}")
    {
        ArgumentNullException.ThrowIfNull(problem);
        (_problem, _shape, _accumulate) = (problem, problem.Shape, accumulate);
        _isMeanOfNothing = _shape.Reduction == LossReduction.Mean && problem.Targets.All(target => target == _shape.IgnoredIndex);
        _upstream = _shape.Reduction == LossReduction.None ? "dlosses" : "dloss";
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("logits", problem.Logits);
            Input("targets", problem.Targets);
            Input("weights", problem.Weights);
            var forward = new CaseArrays<double>(new CrossEntropyCase(problem));
            var (losses, normalizers) = (new double[_shape.Rows], forward["normalizers"]);
            CrossEntropyReference.Forward<double>(
                _shape, forward["logits"], forward.Indices("targets"), forward["weights"], losses, normalizers);
            Input("normalizers", Array.ConvertAll(normalizers, value => (float)value));
            Input(_upstream, data.Uniform(_shape.Reduction == LossReduction.None ? _shape.Rows : 1, 0.5f, 1.5f));
            var reduced = CrossEntropyReference.Reduce<double>(_shape, forward.Indices("targets"), forward["weights"], losses);
            Input("total", [(float)reduced.TotalWeight]);
            if (accumulate)
                InputOutput("dlogits", data.Uniform(_shape.Rows * _shape.Classes));
            else
                Output("dlogits", _shape.Rows * _shape.Classes);
        });
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf => _isMeanOfNothing ? null : new CrossEntropyCase(_problem);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.Classes < 2 || Operands[1].Ints!.All(target => target == _shape.IgnoredIndex))
            return false;
        Launch(kernels, views, new(_shape.Rows, _shape.Classes)
        {
            IgnoredIndex = _shape.IgnoredIndex,
            LabelSmoothing = _shape.LabelSmoothing > 0.5f ? 0.4f : _shape.LabelSmoothing + 0.01f,
            Reduction = _shape.Reduction,
        });
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        CrossEntropyReference.Backward<T>(
            _shape, arrays["logits"], arrays.Indices("targets"), arrays["weights"], arrays["normalizers"], arrays[_upstream],
            arrays["total"][0], arrays["dlogits"], _accumulate);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, CrossEntropyShape shape) => kernels.CrossEntropy.Backward(
        shape, views["logits"], views.Indices("targets"), views["weights"], views["normalizers"], views[_upstream], views["total"],
        views["dlogits"], _accumulate);
}

/// <summary>The sweep over cross-entropies.</summary>
public static class CrossEntropyCases
{
    private static readonly (int Rows, int Classes)[] Sizes =
    [
        (0, 5), (1, 1), (3, 1), (1, 3), (5, 2), (7, 7), (7, 8), (7, 9), (17, 15), (17, 16), (17, 17), (31, 65), (131, 31), (5, 1031),
        (1, 4099),
    ];

    private static IEnumerable<CrossEntropyProblem> Problems
    {
        get
        {
            foreach (var (index, (rows, classes)) in Sizes.Index())
            {
                var shape = new CrossEntropyShape(rows, classes);
                yield return new(shape with { LabelSmoothing = 0.1f, IgnoredIndex = 0 }, HasWeights: true, Ignored: 0.4);
                yield return (index % 4) switch
                {
                    0 => new(shape with { Reduction = LossReduction.Sum }, Ignored: 0.3),
                    1 => new(shape),
                    2 => new(shape with { Reduction = LossReduction.None, LabelSmoothing = 0.25f }),
                    _ => new(shape with { Reduction = LossReduction.None }, HasWeights: true),
                };
            }
            foreach (var shape in new CrossEntropyShape[] { new(5, 3), new(11, 37) })
            {
                yield return new(shape, Scale: 300);
                yield return new(shape with { LabelSmoothing = 0.1f }, HasWeights: true, Mean: 1e4f);
            }
            yield return new(new(9, 4), Ignored: 1);
            yield return new(new(9, 4) { LabelSmoothing = 1f }, HasWeights: true);
        }
    }

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var problem in Problems)
            {
                yield return new CrossEntropyCase(problem);
                yield return new CrossEntropyGradientCase(problem, accumulate: false);
                yield return new CrossEntropyGradientCase(problem, accumulate: true);
            }
        }
    }

    /// <summary>The classes of a vocabulary, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            var problem = new CrossEntropyProblem(new(512, 50_257));
            yield return new CrossEntropyCase(problem);
            yield return new CrossEntropyGradientCase(problem, accumulate: false);
        }
    }
}
