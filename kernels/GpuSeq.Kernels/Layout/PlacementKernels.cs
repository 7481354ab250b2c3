using System.Diagnostics.CodeAnalysis;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Places rows into longer sequences.</summary>
internal static unsafe class PlacementKernels
{
    /// <summary>The sizes.</summary>
    public struct Arguments(PlacementShape shape)
    {
        public int Count = shape.Batch * shape.Rows; // of all rows
        public int Rows = shape.Rows;
        public int Columns = shape.Columns;
        public int Capacity = shape.Capacity;
        public int Stride = shape.Stride;
        public int RowsPerItem = GpuSeq.Kernels.RowItems.RowsPerItem(
            shape.Batch * shape.Rows, shape.Columns, GpuSeq.Kernels.RowItems.Moves);
    }

    /// <summary>Lane i places an element.</summary>
    public static void PlaceLane(Index1D i, ArrayView<float> x, ArrayView<int> first, ArrayView<float> y, Arguments arguments)
    {
        var row = i.X / arguments.Columns;
        var column = i.X - row * arguments.Columns;
        var sequence = row / arguments.Rows;
        var place = first[sequence] + row - sequence * arguments.Rows;
        if (place >= 0 && place < arguments.Capacity)
            y[(sequence * arguments.Capacity + place) * (long)arguments.Columns + column] = x[row * (long)arguments.Stride + column];
    }

    /// <summary>Item i places a block of rows.</summary>
    public static void PlaceRows(Index1D item, ArrayView<float> x, ArrayView<int> first, ArrayView<float> y, Arguments arguments) =>
        PlaceBlock(item, x, first, y, arguments);

    [IntrinsicImplementation]
    public static void PlaceBlock(int item, ArrayView<float> x, ArrayView<int> first, ArrayView<float> y, Arguments arguments)
    {
        var begin = item * arguments.RowsPerItem;
        var end = Math.Min(begin + arguments.RowsPerItem, arguments.Count);
        for (var row = begin; row < end; row++)
        {
            var (sequence, t) = Math.DivRem(row, arguments.Rows);
            var place = first.Pointer()[sequence] + t;
            if ((uint)place >= (uint)arguments.Capacity)
                ThrowOutside(place, sequence, arguments.Capacity);
            new ReadOnlySpan<float>(x.Pointer() + (long)row * arguments.Stride, arguments.Columns).CopyTo(
                new(y.Pointer() + ((long)sequence * arguments.Capacity + place) * arguments.Columns, arguments.Columns));
        }
    }

    [DoesNotReturn]
    private static void ThrowOutside(int place, int sequence, int capacity) => throw new ArgumentOutOfRangeException(
        nameof(place), $"Placement: place {place} of sequence {sequence} is not from 0 to {capacity}, exclusively.");
}
