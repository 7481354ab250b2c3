using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>Rows that are placed into longer sequences.</summary>
public sealed class PlacementCase : KernelCase
{
    private readonly PlacementShape _shape;

    /// <summary>Random rows at random places.</summary>
    public PlacementCase(PlacementShape shape)
        : base("placement", $"{shape}{(shape.Stride > shape.Columns ? $" of rows of {shape.Stride}" : "")}")
    {
        _shape = shape;
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("x", data.Uniform(shape.Batch * shape.Rows * shape.Stride));
            Input("first", data.Indices(shape.Batch, shape.Capacity - shape.Rows + 1));
            InputOutput("y", data.Uniform(shape.Batch * shape.Capacity * shape.Columns));
        });
        Tolerance = Tolerance.Exact;
    }

    // Of y, only the rows that are placed, and those are not read.
    /// <inheritdoc/>
    public override double Bytes => sizeof(float) * (2.0 * _shape.Batch * _shape.Rows * _shape.Columns + _shape.Batch);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Placement.Place(_shape, views["x"], views.Indices("first"), views["y"]);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.Batch * _shape.Rows * _shape.Columns == 0)
            return false;
        var shape = new PlacementShape(_shape.Batch - 1, _shape.Rows, _shape.Columns, _shape.Capacity) { Stride = _shape.Stride };
        kernels.Placement.Place( // the last sequence is left out
            shape, views["x"], views.Indices("first").SubView(0, shape.Batch),
            views["y"].SubView(0, (long)shape.Batch * shape.Capacity * shape.Columns));
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        PlacementReference.Place<T>(_shape, arrays["x"], arrays.Indices("first"), arrays["y"]);
    }
}

/// <summary>The sweep over rows that are placed into longer sequences.</summary>
public static class PlacementCases
{
    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All =>
        new PlacementShape[]
        {
            new(1, 1, 1, 1), new(2, 1, 5, 3), new(3, 4, 7, 4), new(2, 3, 16, 11), new(5, 2, 33, 9), new(2, 0, 4, 3), new(0, 2, 4, 3),
            new(2, 3, 0, 5), new(1, 1, 40_000, 3), new(2, 1, 10, 6) { Stride = 15 }, new(3, 5, 8, 17) { Stride = 24 },
        }.Select(shape => new PlacementCase(shape));

    /// <summary>The keys and values of a prompt.</summary>
    public static IEnumerable<KernelCase> Benchmarks => [new PlacementCase(new(8, 512, 1536, 1024) { Stride = 2304 })];
}
