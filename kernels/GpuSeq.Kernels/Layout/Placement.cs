using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Rows of sequences and the longer sequences that they are placed into, such as a cache of keys and values.</summary>
/// <param name="batch">B, sequences.</param>
/// <param name="rows">T, rows of each that are placed.</param>
/// <param name="columns">C, elements of a row.</param>
/// <param name="capacity">S, rows of each of the longer sequences.</param>
public readonly struct PlacementShape(int batch, int rows, int columns, int capacity)
{
    /// <summary>B, sequences.</summary>
    public int Batch { get; } = batch;

    /// <summary>T, rows of each that are placed.</summary>
    public int Rows { get; } = rows;

    /// <summary>C, elements of a row.</summary>
    public int Columns { get; } = columns;

    /// <summary>S, rows of each of the longer sequences.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Elements from a row of x to the next, where x is a part of wider rows; at least C.</summary>
    public int Stride { get; init; } = columns;

    /// <inheritdoc/>
    public override string ToString() => $"[{Batch}, {Rows}, {Columns}] into [{Batch}, {Capacity}, {Columns}]";
}

/// <summary>
/// Rows are placed into longer sequences, at a place that each sequence has: y[b, first[b] + t, c] = x[b, t, c]. The other rows
/// of y stay as they are.
/// </summary>
/// <remarks>A place outside y is an error of the caller: on a CPU it is thrown, on a GPU such rows are left out.</remarks>
public sealed class Placement
{
    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, PlacementKernels.Arguments> _place;

    internal Placement(KernelLibrary library)
    {
        _library = library;
        _place = library.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>, PlacementKernels.Arguments>(
            library.Shape == KernelShape.Row ? PlacementKernels.PlaceRows : PlacementKernels.PlaceLane);
    }

    /// <summary>y[b, first[b] + t, c] = x[b, t, c].</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[B, T, C], rows at a stride.</param>
    /// <param name="first">[B], each from 0 to S - T.</param>
    /// <param name="y">[B, S, C].</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Place(PlacementShape shape, ArrayView<float> x, ArrayView<int> first, ArrayView<float> y)
    {
        var rows = shape.Batch * shape.Rows;
        var needed = rows == 0 ? 0 : (rows - 1L) * shape.Stride + shape.Columns;
        if (shape.Rows > shape.Capacity || shape.Stride < shape.Columns || x.Length < needed || first.Length != shape.Batch
            || y.Length != (long)shape.Batch * shape.Capacity * shape.Columns)
        {
            throw new ArgumentException($"Placement: {x.Length} elements at {first.Length} places do not lead to {y.Length}, {shape}.");
        }
        if (rows == 0 || shape.Columns == 0)
            return;
        var arguments = new PlacementKernels.Arguments(shape);
        var items = _library.Shape == KernelShape.Row ? RowItems.Blocks(rows, arguments.RowsPerItem) : checked(rows * shape.Columns);
        _place(items, x, first, y, arguments);
    }
}
