using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>Entries of an axis, looked up.</summary>
/// <param name="Outer">Entries before the axis.</param>
/// <param name="Axis">Entries of the axis.</param>
/// <param name="Inner">Elements of an entry.</param>
/// <param name="Count">Indices, or those of each outer entry.</param>
/// <param name="IsTake">Whether each element has an index of its own.</param>
public sealed record GatherProblem(int Outer, int Axis, int Inner, int Count, bool IsTake)
{
    internal int XLength => Outer * Axis * Inner;

    internal int YLength => Outer * Count * Inner;

    internal int[] Indices => new CaseData(ToString()).Indices(IsTake ? YLength : Count, Axis);

    // Elements of x that are looked up.
    internal double Distinct(int[] indices)
    {
        if (!IsTake)
            return (double)Outer * indices.Distinct().Count() * Inner;
        return indices.Select((entry, i) => (i / (Count * Inner), entry, i % Inner)).Distinct().Count();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsTake ? "take" : "select")} {Outer}x{Axis}x{Inner} {Count} indices";
}

/// <summary>A look-up along an axis.</summary>
public sealed class GatherCase : KernelCase
{
    private readonly GatherProblem _problem;

    /// <summary>Random entries of random values.</summary>
    public GatherCase(GatherProblem problem)
        : base("gather", $"{problem}")
    {
        ArgumentNullException.ThrowIfNull(problem);
        _problem = problem;
        Deferred(() =>
        {
            Input("x", new CaseData(Name).Uniform(problem.XLength));
            Input("indices", problem.Indices);
            Output("y", problem.YLength);
        });
        Tolerance = Tolerance.Exact;
    }

    // Of x, only the elements that are looked up.
    /// <inheritdoc/>
    public override double Bytes =>
        sizeof(float) * (_problem.Distinct(Operands[1].Ints!) + Operands[1].Length + Operands[2].Length);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views)
    {
        if (_problem.IsTake)
            kernels.Gather.Take(_problem.Axis, _problem.Inner, views["x"], views.Indices("indices"), views["y"]);
        else
            kernels.Gather.Select(_problem.Axis, _problem.Inner, views["x"], views.Indices("indices"), views["y"]);
    }

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_problem.YLength == 0 || _problem.IsTake || _problem.Count < 2 || _problem.Axis < 2)
            return false;
        kernels.Gather.Select( // the last index is left out
            _problem.Axis, _problem.Inner, views["x"], views.Indices("indices").SubView(0, _problem.Count - 1),
            views["y"].SubView(0, _problem.YLength - _problem.Outer * _problem.Inner));
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var (x, indices, y) = (arrays["x"], arrays.Indices("indices"), arrays["y"]);
        if (_problem.IsTake)
            GatherReference.Take<T>(_problem.Axis, _problem.Inner, _problem.Count, x, indices, y);
        else
            GatherReference.Select<T>(_problem.Axis, _problem.Inner, x, indices, y);
    }
}

/// <summary>The gradient of a look-up along an axis.</summary>
public sealed class GatherGradientCase : KernelCase
{
    private readonly GatherProblem _problem;
    private readonly bool _accumulate;

    /// <summary>The gradient of a <see cref="GatherCase"/>, in integers.</summary>
    public GatherGradientCase(GatherProblem problem, bool accumulate)
        : base("gather-backward", $"{problem}{(accumulate ? " added" : "")}")
    {
        ArgumentNullException.ThrowIfNull(problem);
        (_problem, _accumulate) = (problem, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("indices", problem.Indices);
            Input("dy", data.Integers(problem.YLength));
            if (accumulate)
                InputOutput("dx", data.Integers(problem.XLength));
            else
                Output("dx", problem.XLength);
        });
        Tolerance = Tolerance.Exact;
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf => new GatherCase(_problem);

    // A gradient that is added touches only the elements that were looked up.
    /// <inheritdoc/>
    public override double Bytes => _accumulate
        ? sizeof(float) * (Operands[0].Length + Operands[1].Length + 2 * _problem.Distinct(Operands[0].Ints!))
        : base.Bytes;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _accumulate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_problem.XLength < 2) // a single sum may begin at 0
            return false;
        Launch(kernels, views, !_accumulate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var (indices, dy, dx) = (arrays.Indices("indices"), arrays["dy"], arrays["dx"]);
        if (!_accumulate)
            Array.Clear(dx);
        if (_problem.IsTake)
            GatherReference.TakeBackward<T>(_problem.Axis, _problem.Inner, _problem.Count, indices, dy, dx);
        else
            GatherReference.SelectBackward<T>(_problem.Axis, _problem.Inner, indices, dy, dx);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, bool accumulate)
    {
        if (_problem.IsTake)
            kernels.Gather.TakeBackward(_problem.Axis, _problem.Inner, views.Indices("indices"), views["dy"], views["dx"], accumulate);
        else
            kernels.Gather.SelectBackward(_problem.Axis, _problem.Inner, views.Indices("indices"), views["dy"], views["dx"], accumulate);
    }
}

/// <summary>The sweep over look-ups along an axis.</summary>
public static class GatherCases
{
    private static readonly (int Outer, int Axis, int Inner, int Count)[] Sizes =
    [
        (1, 1, 1, 1), (1, 7, 5, 3), (3, 5, 1, 4), (3, 5, 4, 7), (2, 9, 17, 31), (7, 1, 3, 5), (4, 3, 2, 0), (0, 3, 2, 4), (13, 61, 1, 1),
        (5, 11, 16, 67),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var size in Sizes)
            {
                foreach (var isTake in new[] { false, true })
                {
                    var problem = new GatherProblem(size.Outer, size.Axis, size.Inner, size.Count, isTake);
                    yield return new GatherCase(problem);
                    yield return new GatherGradientCase(problem, accumulate: false);
                    yield return new GatherGradientCase(problem, accumulate: true);
                }
            }
        }
    }

    /// <summary>Positions of a batch of sequences, and their gradient.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            var problem = new GatherProblem(32, 512, 256, 128, IsTake: false);
            yield return new GatherCase(problem);
            yield return new GatherGradientCase(problem, accumulate: false);
        }
    }
}
