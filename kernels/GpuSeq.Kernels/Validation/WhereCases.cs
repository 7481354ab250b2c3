using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>A choice between two operands, of which either may be a number; as such, also the gradients of a choice.</summary>
public sealed class WhereCase : KernelCase
{
    private const float Number = -0.75f;

    private readonly bool _accumulate;

    /// <summary>A choice by a random mask.</summary>
    public WhereCase(int length, bool hasA, bool hasB, bool accumulate)
        : base("where", $"{length}{(hasA ? " a" : "")}{(hasB ? " b" : "")}{(accumulate ? " added" : "")}")
    {
        _accumulate = accumulate;
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("mask", Array.ConvertAll(data.Indices(length, 3), value => value == 2 ? int.MinValue : value));
            Input("a", hasA ? data.Uniform(length) : []);
            Input("b", hasB ? data.Uniform(length) : []);
            if (accumulate)
                InputOutput("y", data.Uniform(length));
            else
                Output("y", length);
        });
        Tolerance = accumulate ? Tolerance.Rounding(1) : Tolerance.Exact;
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Elementwise.Where(views.Indices("mask"), views["a"], views["b"], views["y"], Number, _accumulate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["y"].Length < 20 || views["a"].Length + views["b"].Length == 0)
            return false;
        kernels.Elementwise.Where(views.Indices("mask"), views["b"], views["a"], views["y"], Number, _accumulate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) => ElementwiseReference.Where<T>(
        arrays.Indices("mask"), arrays["a"], arrays["b"], arrays["y"], T.CreateChecked(Number), _accumulate);
}

/// <summary>The sweep over choices.</summary>
public static class WhereCases
{
    private static readonly int[] Lengths = [0, 1, 3, 7, 8, 9, 31, 61, 16_385];

    private static readonly (bool A, bool B)[] Operands = [(true, true), (true, false), (false, true)];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All =>
        from length in Lengths
        from operands in Operands
        from added in Enumerable.Range(0, 2)
        select new WhereCase(length, operands.A, operands.B, accumulate: added == 1);

    /// <summary>A mask of attention scores.</summary>
    public static IEnumerable<KernelCase> Benchmarks => [new WhereCase(16 * 12 * 256 * 256, hasA: false, hasB: true, accumulate: false)];
}
