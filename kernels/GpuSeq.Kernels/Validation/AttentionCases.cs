using System.Numerics;
using GpuSeq.Kernels.Reference;
using ILGPU;

namespace GpuSeq.Kernels.Validation;

/// <summary>What hides keys in a case of attention.</summary>
[Flags]
public enum AttentionMasks
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Keys behind a query.</summary>
    Causal = 1,

    /// <summary>Keys far from a query, on either side.</summary>
    Band = 2,

    /// <summary>Padding; the last sequence is nothing else.</summary>
    Lengths = 4,

    /// <summary>Integers that differ by sequence and query; one query sees nothing.</summary>
    Keep = 8,

    /// <summary>Values that differ by head and query.</summary>
    Bias = 16,
}

/// <summary>What the cases of attention and of its gradient have in common.</summary>
/// <param name="B">Sequences.</param>
/// <param name="H">Heads.</param>
/// <param name="T">Queries.</param>
/// <param name="S">Keys.</param>
/// <param name="D">The head size.</param>
/// <param name="Masks">What hides keys.</param>
public sealed record AttentionProblem(int B, int H, int T, int S, int D, AttentionMasks Masks = AttentionMasks.None)
{
    /// <summary>The share of the weights that is dropped.</summary>
    public float Dropout { get; init; }

    /// <summary>Whether elements lie as [B, rows, H, D] instead of [B, H, rows, D].</summary>
    public bool RowsFirst { get; init; }

    /// <summary>The magnitude of queries and keys.</summary>
    public float Magnitude { get; init; } = 1f;

    /// <summary>Whether the weights are a result, and have a gradient.</summary>
    public bool Weights { get; init; }

    /// <summary>Whether gradients are added to what is there.</summary>
    public bool Accumulate { get; init; }

    internal AttentionShape Shape => new(B, H, T, S, D)
    {
        DropoutRate = Dropout,
        Seed = 77,
        Call = 5,
        Offset = Has(AttentionMasks.Causal) ? Math.Max(0, S - T) : 0,
        Right = Has(AttentionMasks.Causal) ? 0 : Has(AttentionMasks.Band) ? 3 : AttentionShape.Unbounded,
        Left = Has(AttentionMasks.Band) ? 7 : AttentionShape.Unbounded,
    };

    internal int Queries => B * H * T * D;

    internal int Keys => B * H * S * D;

    internal int Pairs => B * H * T * S;

    internal int[] Lengths => Has(AttentionMasks.Lengths)
        ? [.. Enumerable.Range(0, B).Select(b => b == 0 ? (S * 2 + 2) / 3 : b == B - 1 ? 0 : S)]
        : [];

    internal int[] Keep
    {
        get
        {
            if (!Has(AttentionMasks.Keep))
                return [];
            var keep = new CaseData($"keep {this}").Indices(B * T * S, 4);
            Array.Clear(keep, 0, S); // the first query
            return keep;
        }
    }

    private string MaskNames => Masks == AttentionMasks.None
        ? ""
        : $" {Masks.ToString().ToLowerInvariant().Replace(",", "", StringComparison.Ordinal)}";

    internal float[] Bias => Has(AttentionMasks.Bias) ? new CaseData($"bias {this}").Uniform(H * T * S, -2f, 2f) : [];

    /// <inheritdoc/>
    public override string ToString() =>
        $"[{B}, {H}, {T}, {S}, {D}]{MaskNames}{(RowsFirst ? " rows-first" : "")}"
        + $"{(Dropout > 0 ? " dropout" : "")}{(Magnitude != 1 ? " large" : "")}"
        + $"{(Weights ? " weights" : "")}{(Accumulate ? " accumulate" : "")}";

    internal bool Has(AttentionMasks mask) => (Masks & mask) != 0;

    internal HeadsView View(ArrayView<float> values, int rows) => RowsFirst
        ? HeadsView.RowsFirst(values, rows, D, H * D)
        : HeadsView.HeadsFirst(values, H, rows, D);

    internal AttentionMask Mask(CaseViews views) => new()
    {
        Lengths = Has(AttentionMasks.Lengths) ? views.Indices("lengths") : default,
        Keep = Has(AttentionMasks.Keep) ? new(views.Indices("keep"), (long)T * S, 0, S) : default,
        Bias = Has(AttentionMasks.Bias) ? new(views["bias"], 0, (long)T * S, S) : default,
    };

    internal AttentionReference<TNumber> Reference<TNumber>(CaseArrays<TNumber> arrays)
        where TNumber : IFloatingPointIeee754<TNumber>
    {
        var keep = Has(AttentionMasks.Keep) ? new int[Pairs] : [];
        var bias = Has(AttentionMasks.Bias) ? new TNumber[Pairs] : [];
        var factors = Dropout > 0 ? new TNumber[Pairs] : [];
        var dropped = (uint)MathF.Round(Dropout * 65536f);
        for (var i = 0; i < Pairs; i++)
        {
            var (row, s) = Math.DivRem(i, S);
            var (b, h, t) = (row / T / H, row / T % H, row % T);
            if (keep.Length > 0)
                keep[i] = arrays.Indices("keep")[(b * T + t) * S + s];
            if (bias.Length > 0)
                bias[i] = arrays["bias"][(h * T + t) * S + s];
            if (factors.Length > 0)
            {
                var block = row * ((S + 7) / 8) + s / 8;
                var words = RandomReference.Philox([(uint)block, 0, (uint)Shape.Call, 0], [(uint)Shape.Seed, 0]);
                var number = words[s % 8 / 2] >> s % 2 * 16 & 0xFFFF;
                factors[i] = number < dropped ? TNumber.Zero : TNumber.CreateChecked(65536) / TNumber.CreateChecked(65536 - dropped);
            }
        }
        return new(Shape, Has(AttentionMasks.Lengths) ? arrays.Indices("lengths") : [], keep, bias, factors);
    }

    /// <summary>Elements as they lie, brought to [B, H, rows, D], or back.</summary>
    internal TNumber[] Reorder<TNumber>(TNumber[] values, int rows, bool back = false)
    {
        if (!RowsFirst)
            return values;
        var reordered = new TNumber[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (b, h, row, d) = (i / D / rows / H, i / D / rows % H, i / D % rows, i % D);
            var other = ((b * rows + row) * H + h) * D + d;
            if (back)
                reordered[other] = values[i];
            else
                reordered[i] = values[other];
        }
        return reordered;
    }
}

/// <summary>Attention, or its weights.</summary>
public sealed class AttentionCase : KernelCase
{
    private readonly AttentionProblem _problem;

    /// <summary>The attention of random queries.</summary>
    public AttentionCase(AttentionProblem problem)
        : base(NameOf(problem), $"{problem}")
    {
        ArgumentNullException.ThrowIfNull(problem);
        _problem = problem;
        IsQuick = problem.Pairs * problem.D < 200_000;
        Deferred(() =>
        {
            AddInputs(problem, Input, Input);
            Output("o", problem.Queries);
            Output("lse", problem.B * problem.H * problem.T);
            if (problem.Weights)
                Output("weights", problem.Pairs);
        });
        Tolerance = Tolerance.Rounding(problem.S + problem.D);
    }

    /// <inheritdoc/>
    public override double Flops => _problem.Shape.Flops;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _problem.Shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        // A factor of the scores that is off; it shows where a query has keys to choose from.
        if (_problem.S < 2 || _problem.Queries == 0 || _problem.Masks != AttentionMasks.None)
            return false;
        Launch(kernels, views, _problem.Shape with { Scale = 1.01f * _problem.Shape.Scale });
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var o = new T[_problem.Queries];
        _problem.Reference(arrays).Forward(
            _problem.Reorder(arrays["q"], _problem.T), _problem.Reorder(arrays["k"], _problem.S), _problem.Reorder(arrays["v"], _problem.S),
            o, arrays["lse"], _problem.Weights ? arrays["weights"] : new T[_problem.Pairs]);
        _problem.Reorder(o, _problem.T, back: true).CopyTo(arrays["o"], 0);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, AttentionShape shape)
    {
        var (q, o) = (_problem.View(views["q"], _problem.T), _problem.View(views["o"], _problem.T));
        var (k, v) = (_problem.View(views["k"], _problem.S), _problem.View(views["v"], _problem.S));
        if (_problem.Weights)
            kernels.Attention.ForwardWithWeights(shape, q, k, v, o, views["weights"], views["lse"], _problem.Mask(views));
        else
            kernels.Attention.Forward(shape, q, k, v, o, views["lse"], _problem.Mask(views));
    }

    internal static void AddInputs(AttentionProblem problem, Action<string, float[]> floats, Action<string, int[]> ints)
    {
        var data = new CaseData($"{problem with { Accumulate = false }}");
        floats("q", data.Uniform(problem.Queries, -problem.Magnitude, problem.Magnitude));
        floats("k", data.Uniform(problem.Keys, -problem.Magnitude, problem.Magnitude));
        floats("v", data.Uniform(problem.Keys));
        if (problem.Has(AttentionMasks.Lengths))
            ints("lengths", problem.Lengths);
        if (problem.Has(AttentionMasks.Keep))
            ints("keep", problem.Keep);
        if (problem.Has(AttentionMasks.Bias))
            floats("bias", problem.Bias);
    }

    // A few queries take another kernel than many.
    private static string NameOf(AttentionProblem problem) =>
        problem.Weights ? "attention-weights" : problem.T <= 4 ? "attention-one-query" : "attention";
}

/// <summary>The gradients of attention.</summary>
public sealed class AttentionBackwardCase : KernelCase
{
    private readonly AttentionProblem _problem;

    /// <summary>The gradients of an <see cref="AttentionCase"/>.</summary>
    public AttentionBackwardCase(AttentionProblem problem)
        : base("attention-backward", $"{problem}")
    {
        ArgumentNullException.ThrowIfNull(problem);
        _problem = problem;
        IsQuick = problem.Pairs * problem.D < 80_000;
        Deferred(Declare);
        // Weights come of the difference of a score and lse, whose rounding grows with the scores.
        Tolerance = Tolerance.Rounding(problem.S + problem.T + problem.D, problem.Magnitude * problem.Magnitude);
    }

    /// <inheritdoc/>
    public override double Flops => 2.5 * _problem.Shape.Flops;

    /// <inheritdoc/>
    public override KernelCase? GradientOf => new AttentionCase(_problem with { Accumulate = false });

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _problem.Shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_problem.S < 2 || _problem.Queries == 0 || _problem.Masks != AttentionMasks.None)
            return false;
        Launch(kernels, views, _problem.Shape with { Scale = 1.01f * _problem.Shape.Scale });
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var (dq, dk, dv) = (Before("dq", _problem.T), Before("dk", _problem.S), Before("dv", _problem.S));
        _problem.Reference(arrays).Backward(
            _problem.Reorder(arrays["do"], _problem.T), _problem.Weights ? arrays["dweights"] : [],
            _problem.Reorder(arrays["q"], _problem.T), _problem.Reorder(arrays["k"], _problem.S), _problem.Reorder(arrays["v"], _problem.S),
            dq, dk, dv);
        _problem.Reorder(dq, _problem.T, back: true).CopyTo(arrays["dq"], 0);
        _problem.Reorder(dk, _problem.S, back: true).CopyTo(arrays["dk"], 0);
        _problem.Reorder(dv, _problem.S, back: true).CopyTo(arrays["dv"], 0);

        T[] Before(string name, int rows) => (T[])_problem.Reorder(arrays[name], rows).Clone();
    }

    private void Declare()
    {
        AttentionCase.AddInputs(_problem, Input, Input);
        var data = new CaseData($"do {Name}");
        Input("do", data.Uniform(_problem.Queries));
        if (_problem.Weights)
            Input("dweights", data.Uniform(_problem.Pairs));
        var (o, lse, weights) = Forward();
        Input("o", Array.ConvertAll(o, value => (float)value));
        Input("lse", Array.ConvertAll(lse, value => (float)value));
        if (_problem.Weights)
            Input("weights", Array.ConvertAll(weights, value => (float)value));
        Gradient("dq", _problem.Queries);
        Gradient("dk", _problem.Keys);
        Gradient("dv", _problem.Keys);

        void Gradient(string name, int length)
        {
            if (_problem.Accumulate)
                InputOutput(name, data.Uniform(length));
            else
                Output(name, length);
        }
    }

    // What the forward pass left. Of shapes that are only timed, the definition would take minutes: something near it does.
    private (double[] O, double[] Lse, double[] Weights) Forward()
    {
        const double LargestDefined = 1e8;
        var (o, weights) = (new double[_problem.Queries], new double[_problem.Pairs]);
        var forward = new CaseArrays<double>(new AttentionCase(_problem));
        if (_problem.Shape.Flops > LargestDefined)
        {
            Array.Fill(forward["lse"], Math.Log(_problem.S));
            return (o, forward["lse"], weights);
        }
        _problem.Reference(forward).Forward(
            _problem.Reorder(forward["q"], _problem.T), _problem.Reorder(forward["k"], _problem.S),
            _problem.Reorder(forward["v"], _problem.S), o, forward["lse"], weights);
        return (_problem.Reorder(o, _problem.T, back: true), forward["lse"], weights);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, AttentionShape shape)
    {
        kernels.Attention.Backward(
            shape, Queries("do"), Queries("q"), Keys("k"), Keys("v"), Queries("o"), views["lse"], Queries("dq"), Keys("dk"), Keys("dv"),
            _problem.Mask(views), _problem.Weights ? views["weights"] : default, _problem.Weights ? views["dweights"] : default,
            (_problem.Accumulate, _problem.Accumulate, _problem.Accumulate));

        HeadsView Queries(string name) => _problem.View(views[name], _problem.T);

        HeadsView Keys(string name) => _problem.View(views[name], _problem.S);
    }
}

/// <summary>The sweep over attention.</summary>
public static class AttentionCases
{
    // Nothing, one, the edges of panels and blocks, primes, tall and wide, odd lengths and head sizes.
    private static readonly (int B, int H, int T, int S, int D)[] Sizes =
    [
        (0, 2, 3, 3, 4), (2, 1, 0, 3, 4), (1, 2, 5, 0, 4), (1, 1, 1, 1, 1), (1, 1, 5, 1, 3), (2, 3, 7, 9, 8), (1, 2, 15, 17, 16),
        (1, 1, 16, 16, 33), (1, 1, 17, 31, 6), (1, 1, 33, 65, 10), (2, 1, 31, 13, 59), (1, 1, 8, 9, 111), (1, 1, 9, 11, 256),
        (1, 1, 5, 128, 4), (1, 1, 128, 5, 4), (1, 1, 97, 113, 59), (1, 2, 113, 97, 111), (1, 1, 130, 300, 64), (1, 1, 1025, 257, 16),
        (1, 1, 40, 1025, 64), (1, 1, 70, 260, 256),
    ];

    private static readonly (int B, int H, int T, int S, int D)[] FewQueries =
    [
        (1, 1, 1, 1, 1), (2, 3, 1, 7, 8), (1, 2, 2, 33, 16), (1, 1, 3, 65, 59), (2, 1, 4, 9, 6), (1, 2, 1, 0, 4), (1, 1, 1, 70, 256),
        (1, 4, 1, 1025, 64),
    ];

    private static readonly AttentionMasks[] Combinations =
    [
        AttentionMasks.Causal, AttentionMasks.Band, AttentionMasks.Lengths, AttentionMasks.Keep, AttentionMasks.Bias,
        AttentionMasks.Causal | AttentionMasks.Lengths, AttentionMasks.Causal | AttentionMasks.Band,
        AttentionMasks.Keep | AttentionMasks.Bias | AttentionMasks.Lengths,
        AttentionMasks.Causal | AttentionMasks.Band | AttentionMasks.Lengths | AttentionMasks.Keep | AttentionMasks.Bias,
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All => Problems.SelectMany(problem => new KernelCase[]
    {
        new AttentionCase(problem),
        new AttentionBackwardCase(problem),
    });

    /// <summary>The shapes of BERT-Base, and of generation with its cache.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            foreach (var t in new[] { 128, 512 })
            {
                yield return new AttentionCase(new(8, 12, t, t, 64) { RowsFirst = true });
                yield return new AttentionCase(new(8, 12, t, t, 64, AttentionMasks.Causal) { RowsFirst = true });
                yield return new AttentionBackwardCase(new(8, 12, t, t, 64) { RowsFirst = true });
            }
            yield return new AttentionCase(new(8, 12, 1, 1024, 64));
            yield return new AttentionCase(new(1, 12, 128, 128, 64) { Weights = true });
        }
    }

    private static IEnumerable<AttentionProblem> Problems
    {
        get
        {
            foreach (var (b, h, t, s, d) in Sizes.Concat(FewQueries))
                yield return new(b, h, t, s, d);
            foreach (var masks in Combinations)
            {
                yield return new(3, 2, 5, 7, 4, masks);
                yield return new(2, 2, 19, 37, 8, masks) { RowsFirst = true };
                yield return new(2, 1, 37, 19, 8, masks) { Accumulate = true };
                yield return new(2, 2, 1, 21, 8, masks);
                yield return new(2, 2, 6, 21, 8, masks) { Weights = true };
                yield return new(2, 1, 140, 290, 20, masks);
            }
            yield return new(2, 3, 17, 23, 12) { RowsFirst = true };
            yield return new(2, 3, 6, 11, 5) { Weights = true };
            yield return new(1, 2, 19, 33, 8) { Dropout = 0.1f };
            yield return new(2, 2, 23, 40, 8, AttentionMasks.Causal) { Dropout = 0.5f, Weights = true, Accumulate = true };
            yield return new(1, 2, 1, 300, 8) { Dropout = 0.25f };
            yield return new(1, 1, 150, 300, 16, AttentionMasks.Causal | AttentionMasks.Lengths) { Dropout = 0.1f, RowsFirst = true };
            yield return new(1, 2, 18, 20, 16) { Magnitude = 30f };
            yield return new(1, 2, 130, 270, 64) { Magnitude = 8f };
        }
    }
}
