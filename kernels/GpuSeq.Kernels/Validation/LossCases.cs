using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>Losses of single predictions.</summary>
public sealed class LossCase : KernelCase
{
    private readonly LossFunction _function;
    private readonly LossReduction _reduction;
    private readonly int _length;

    /// <summary>The losses of random predictions.</summary>
    /// <param name="function">What a prediction costs.</param>
    /// <param name="reduction">What becomes of the losses.</param>
    /// <param name="length">The number of predictions.</param>
    /// <param name="weighted">Whether there are weights, of the positive class too where it has one.</param>
    /// <param name="scale">The magnitude of the predictions.</param>
    public LossCase(LossFunction function, LossReduction reduction, int length, bool weighted, float scale = 3f)
        : base(NameOf(function), $"{length} {reduction}{(weighted ? " weighted" : "")}{(scale > 3 ? " large" : "")}")
    {
        (_function, _reduction, _length) = (function, reduction, length);
        Deferred(() =>
        {
            foreach (var (name, values) in Inputs(function, length, weighted, scale))
                Input(name, values);
            Output("y", reduction == LossReduction.None ? length : 1);
        });
        Tolerance = Tolerance.Rounding(reduction == LossReduction.None ? 1 : length);
    }

    internal static string NameOf(LossFunction function) =>
        function == LossFunction.SquaredError ? "squared-error" : "binary-cross-entropy";

    internal static IEnumerable<(string Name, float[] Values)> Inputs(LossFunction function, int length, bool weighted, float scale)
    {
        var data = new CaseData($"{function} {length}");
        yield return ("x", data.Uniform(length, -scale, scale));
        yield return ("targets", data.Uniform(length, 0f, 1f));
        yield return ("weights", weighted ? data.Uniform(length, 0.5f, 2f) : []);
        yield return ("positive", weighted && function == LossFunction.BinaryCrossEntropy ? data.Uniform(length, 0.5f, 4f) : []);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        kernels.Losses.Forward(_function, _reduction, views["x"], views["targets"], views["y"], views["weights"], views["positive"]);
    }

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_length < 2)
            return false;
        // Predictions change places with targets shifted by one.
        var (x, targets) = (views["x"].SubView(1, _length - 1), views["targets"].SubView(0, _length - 1));
        var y = _reduction == LossReduction.None ? views["y"].SubView(0, _length - 1) : views["y"];
        kernels.Losses.Forward(_function, _reduction, x, targets, y);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var (weights, positive, y) = (arrays["weights"], arrays["positive"], arrays["y"]);
        var sum = T.Zero;
        for (var i = 0; i < _length; i++)
        {
            var value = LossReference.Value(
                _function, arrays["x"][i], arrays["targets"][i], weights.Length > 0 ? weights[i] : T.One,
                positive.Length > 0 ? positive[i] : T.One);
            if (_reduction == LossReduction.None)
                y[i] = value;
            sum += value;
        }
        if (_reduction != LossReduction.None)
            y[0] = _reduction == LossReduction.Mean ? sum / T.CreateChecked(_length) : sum;
    }
}

/// <summary>The gradients of losses of single predictions.</summary>
public sealed class LossGradientCase : KernelCase
{
    private readonly LossFunction _function;
    private readonly LossReduction _reduction;
    private readonly int _length;
    private readonly bool _weighted;
    private readonly float _scale;
    private readonly bool _accumulate;

    /// <summary>The gradient of a <see cref="LossCase"/>, whose predictions it has.</summary>
    public LossGradientCase(LossFunction function, LossReduction reduction, int length, bool weighted, float scale, bool accumulate)
        : base(
            $"{LossCase.NameOf(function)}-backward",
            $"{length} {reduction}{(weighted ? " weighted" : "")}{(scale > 3 ? " large" : "")}{(accumulate ? " added" : "")}")
    {
        (_function, _reduction, _length, _weighted, _scale, _accumulate) = (function, reduction, length, weighted, scale, accumulate);
        Deferred(() =>
        {
            foreach (var (name, values) in LossCase.Inputs(function, length, weighted, scale))
                Input(name, values);
            var data = new CaseData(Name);
            Input("dy", data.Uniform(reduction == LossReduction.None ? length : 1, 0.5f, 1.5f));
            if (accumulate)
                InputOutput("dx", data.Uniform(length));
            else
                Output("dx", length);
        });
        Tolerance = Tolerance.Rounding(1);
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf => new LossCase(_function, _reduction, _length, _weighted, _scale);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _reduction, views["dy"]);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_length < 2)
            return false;
        var isMean = _reduction == LossReduction.Mean;
        Launch(kernels, views, isMean ? LossReduction.Sum : LossReduction.Mean, views["dy"].SubView(0, 1));
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var (weights, positive, dy, dx) = (arrays["weights"], arrays["positive"], arrays["dy"], arrays["dx"]);
        for (var i = 0; i < _length; i++)
        {
            var slope = LossReference.Slope(
                _function, arrays["x"][i], arrays["targets"][i], weights.Length > 0 ? weights[i] : T.One,
                positive.Length > 0 ? positive[i] : T.One);
            var upstream = dy[_reduction == LossReduction.None ? i : 0];
            if (_reduction == LossReduction.Mean)
                upstream /= T.CreateChecked(_length);
            dx[i] = _accumulate ? dx[i] + upstream * slope : upstream * slope;
        }
    }

    private void Launch(KernelLibrary kernels, CaseViews views, LossReduction reduction, ILGPU.ArrayView<float> dy) =>
        kernels.Losses.Backward(
            _function, reduction, views["x"], views["targets"], dy, views["dx"], _accumulate, views["weights"], views["positive"]);
}

/// <summary>The sweep over losses of single predictions.</summary>
public static class LossCases
{
    private static readonly int[] Lengths = [0, 1, 3, 7, 8, 9, 15, 16, 17, 61, 4095, 4097];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var function in Enum.GetValues<LossFunction>())
            {
                foreach (var (index, length) in Lengths.Index())
                {
                    var reduction = (LossReduction)(index % 3);
                    foreach (var (weighted, scale) in new[] { (false, 3f), (true, 3f), (true, 100f) })
                    {
                        yield return new LossCase(function, reduction, length, weighted, scale);
                        yield return new LossGradientCase(function, reduction, length, weighted, scale, accumulate: false);
                        yield return new LossGradientCase(function, reduction, length, weighted, scale, accumulate: true);
                    }
                }
            }
        }
    }

    /// <summary>Operands beyond the caches, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            foreach (var function in Enum.GetValues<LossFunction>())
            {
                yield return new LossCase(function, LossReduction.Mean, 1 << 24, weighted: false);
                yield return new LossGradientCase(function, LossReduction.Mean, 1 << 24, weighted: false, scale: 3f, accumulate: false);
            }
        }
    }
}
