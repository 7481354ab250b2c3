using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>A tensor in another layout.</summary>
public sealed class LayoutProblem
{
    private readonly Lazy<int[]> _map;

    private LayoutProblem(string name, StridedCopy copy, int[] sizes, int[] result, Func<int[]> map, bool isOneToOne = true)
    {
        (Name, Copy, IsOneToOne, _map) = (name, copy, isOneToOne, new(map));
        (Length, ResultLength) = (Count(sizes), Count(result));
    }

    internal string Name { get; }

    internal StridedCopy Copy { get; }

    internal int Length { get; } // of the operand

    internal int ResultLength { get; }

    internal int[] Map => _map.Value; // the operand's element for each of the result

    internal bool IsOneToOne { get; }

    internal static LayoutProblem Permute(int[] sizes, params int[] order) => new(
        $"permute {Join(sizes)} by {Join(order)}", StridedCopy.Permute(sizes, order), sizes, sizes,
        () => LayoutReference.Permute(sizes, order));

    internal static LayoutProblem Window(int[] sizes, int[] begins, int[] counts, int[]? steps = null)
    {
        steps ??= [.. sizes.Select(_ => 1)];
        return new(
            $"window {Join(sizes)} from {Join(begins)} to {Join(counts)} steps {Join(steps)}",
            StridedCopy.Window(sizes, begins, counts, steps), sizes, counts, () => LayoutReference.Window(sizes, begins, counts, steps));
    }

    internal static LayoutProblem Broadcast(int[] sizes, int[] target) => new(
        $"broadcast {Join(sizes)} to {Join(target)}", StridedCopy.Broadcast(sizes, target), sizes, target,
        () => LayoutReference.Broadcast(sizes, target), isOneToOne: false);

    private static int Count(int[] sizes) => sizes.Aggregate(1, (count, size) => count * size);

    private static string Join(int[] sizes) => sizes.Length == 0 ? "0-d" : string.Join('x', sizes);
}

/// <summary>A strided copy.</summary>
public sealed class LayoutCase : KernelCase
{
    private readonly LayoutProblem _problem;
    private readonly bool _accumulate;

    /// <summary>A copy of integers, so that the result is exact where it is added.</summary>
    public LayoutCase(LayoutProblem problem, bool accumulate = false)
        : base("strided-copy", Describe(problem, accumulate))
    {
        (_problem, _accumulate) = (problem, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("x", data.Integers(problem.Length, 1000));
            if (accumulate)
                InputOutput("y", data.Integers(problem.ResultLength, 1000));
            else
                Output("y", problem.ResultLength);
        });
        Tolerance = Tolerance.Exact;
        IsQuick = problem.ResultLength < 5000;
    }

    // Of a window's operand, only the elements in it.
    /// <inheritdoc/>
    public override double Bytes => sizeof(float)
        * (Math.Min(_problem.Length, _problem.ResultLength) + (_accumulate ? 2.0 : 1.0) * _problem.ResultLength);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _accumulate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_problem.ResultLength == 0)
            return false;
        Launch(kernels, views, !_accumulate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        LayoutReference.Copy<T>(_problem.Map, arrays["x"], arrays["y"], _accumulate);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, bool accumulate) =>
        kernels.Layout.Copy(_problem.Copy, views["x"], views["y"], accumulate);

    internal static string Describe(LayoutProblem problem, bool accumulate) => $"{problem.Name}{(accumulate ? " added" : "")}";
}

/// <summary>The gradient of a strided copy: the copy the other way round; what was not taken gets nothing.</summary>
public sealed class LayoutGradientCase : KernelCase
{
    private readonly LayoutProblem _problem;
    private readonly bool _accumulate;

    /// <summary>The gradient of a <see cref="LayoutCase"/>.</summary>
    public LayoutGradientCase(LayoutProblem problem, bool accumulate)
        : base("strided-copy-backward", LayoutCase.Describe(problem, accumulate))
    {
        (_problem, _accumulate) = (problem, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("dy", data.Integers(problem.ResultLength, 1000));
            if (accumulate)
                InputOutput("dx", data.Integers(problem.Length, 1000));
            else
                Output("dx", problem.Length);
        });
        Tolerance = Tolerance.Exact;
        IsQuick = problem.Length < 5000;
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf => new LayoutCase(_problem);

    // A gradient that is added touches only the elements that were taken.
    /// <inheritdoc/>
    public override double Bytes => _accumulate ? 3.0 * sizeof(float) * _problem.ResultLength : base.Bytes;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views)
    {
        if (!_accumulate)
            kernels.Elementwise.Fill(views["dx"], 0f);
        kernels.Layout.Copy(_problem.Copy.Reversed, views["dy"], views["dx"], _accumulate);
    }

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_problem.ResultLength == 0)
            return false;
        kernels.Layout.Copy(_problem.Copy.Reversed, views["dy"], views["dx"], accumulate: !_accumulate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        LayoutReference.CopyBackward<T>(_problem.Map, arrays["dy"], arrays["dx"], _accumulate);
    }
}

/// <summary>The sweep over strided copies.</summary>
public static class LayoutCases
{
    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var problem in Problems)
            {
                yield return new LayoutCase(problem);
                yield return new LayoutCase(problem, accumulate: true);
                if (!problem.IsOneToOne)
                    continue;
                yield return new LayoutGradientCase(problem, accumulate: false);
                yield return new LayoutGradientCase(problem, accumulate: true);
            }
        }
    }

    /// <summary>Permutations of attention's heads, transpositions, a slice, and the slice's gradient.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            yield return new LayoutCase(LayoutProblem.Permute([16, 512, 12, 64], 0, 2, 1, 3));
            yield return new LayoutCase(LayoutProblem.Permute([4096, 4096], 1, 0));
            yield return new LayoutCase(LayoutProblem.Permute([64, 512, 1000], 0, 2, 1));
            var slice = LayoutProblem.Window([32, 512, 768], [0, 100, 0], [32, 256, 768]);
            yield return new LayoutCase(slice);
            yield return new LayoutGradientCase(slice, accumulate: false);
        }
    }

    private static IEnumerable<LayoutProblem> Problems =>
    [
        .. Permutations, .. Windows,
        LayoutProblem.Broadcast([], [3]), LayoutProblem.Broadcast([1], [17]), LayoutProblem.Broadcast([5, 1], [5, 9]),
        LayoutProblem.Broadcast([4, 1, 6], [2, 4, 3, 6]), LayoutProblem.Broadcast([1, 7, 1], [3, 7, 33]),
        LayoutProblem.Broadcast([3, 1], [2, 0, 3, 4]),
    ];

    // Contiguous runs, the edges of transposed blocks, axes that merge and that do not, long rows that are cut.
    private static IEnumerable<LayoutProblem> Permutations =>
    [
        LayoutProblem.Permute([]), LayoutProblem.Permute([7], 0), LayoutProblem.Permute([0, 3], 1, 0), LayoutProblem.Permute([1, 1], 1, 0),
        LayoutProblem.Permute([3, 5], 1, 0), LayoutProblem.Permute([7, 8], 1, 0), LayoutProblem.Permute([8, 15], 1, 0),
        LayoutProblem.Permute([16, 16], 1, 0), LayoutProblem.Permute([17, 33], 1, 0), LayoutProblem.Permute([31, 61], 1, 0),
        LayoutProblem.Permute([1, 300], 1, 0), LayoutProblem.Permute([2, 5, 3, 7], 0, 2, 1, 3),
        LayoutProblem.Permute([3, 9, 2, 16], 0, 2, 1, 3),
        LayoutProblem.Permute([2, 9, 11], 0, 2, 1), LayoutProblem.Permute([2, 9, 11], 2, 1, 0), LayoutProblem.Permute([2, 9, 11], 1, 2, 0),
        LayoutProblem.Permute([2, 3, 4, 3, 2, 5], 5, 3, 1, 4, 2, 0), LayoutProblem.Permute([2, 3, 4, 3, 2, 5], 4, 5, 0, 1, 2, 3),
        LayoutProblem.Permute([2, 1, 4, 1, 2, 3], 1, 0, 3, 2, 5, 4), LayoutProblem.Permute([40_009], 0),
        LayoutProblem.Permute([3, 20_011], 1, 0),
        LayoutProblem.Permute([20_011, 3], 1, 0), LayoutProblem.Permute([127, 131], 1, 0), LayoutProblem.Permute([5, 3, 4001], 1, 0, 2),
    ];

    private static IEnumerable<LayoutProblem> Windows =>
    [
        LayoutProblem.Window([9], [2], [5]), LayoutProblem.Window([9], [9], [0]), LayoutProblem.Window([20], [1], [7], [3]),
        LayoutProblem.Window([5, 7], [1, 2], [3, 4]), LayoutProblem.Window([5, 7], [0, 3], [5, 1]),
        LayoutProblem.Window([6, 9], [1, 0], [2, 9], [4, 1]),
        LayoutProblem.Window([4, 5, 17], [0, 1, 0], [4, 2, 17]), LayoutProblem.Window([4, 5, 17], [1, 0, 2], [2, 3, 5], [2, 2, 3]),
        LayoutProblem.Window([2, 40_000], [0, 17], [2, 33_001]),
    ];
}
