using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Turns indices of an axis into numbers of rows of the table [outer axis, inner] or, to take elements, of elements.</summary>
internal static unsafe class GatherKernels
{
    /// <summary>The axis.</summary>
    public struct Arguments
    {
        public FlatCut Cut;
        public int Axis;
        public int Inner;
        public int Count; // of indices for each outer entry
        public int IsTake;
    }

    /// <summary>Lane i computes number i; -1, which no table has, for an index outside the axis.</summary>
    public static void NumberLane(Index1D i, ArrayView<int> indices, ArrayView<int> ids, Arguments arguments)
    {
        var index = indices[arguments.IsTake != 0 ? i.X : i.X % arguments.Count];
        ids[i] = index >= 0 && index < arguments.Axis ? Number(i.X, index, arguments) : -1;
    }

    /// <summary>Item i computes a part of the numbers.</summary>
    public static void NumberPart(Index1D item, ArrayView<int> indices, ArrayView<int> ids, Arguments arguments) =>
        NumberRange(item, indices, ids, arguments);

    [IntrinsicImplementation]
    public static void NumberRange(int item, ArrayView<int> indices, ArrayView<int> ids, Arguments arguments)
    {
        var source = indices.Pointer();
        var target = ids.Pointer();
        for (var i = (int)arguments.Cut.Begin(item); i < arguments.Cut.End(item); i++)
        {
            var position = arguments.IsTake != 0 ? i : i % arguments.Count;
            if ((uint)source[position] >= (uint)arguments.Axis)
                ThrowOutside(source[position], position, arguments.Axis);
            target[i] = Number(i, source[position], arguments);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Number(int i, int index, Arguments arguments)
    {
        if (arguments.IsTake == 0)
            return i / arguments.Count * arguments.Axis + index;
        var row = i / arguments.Inner;
        return (row / arguments.Count * arguments.Axis + index) * arguments.Inner + i - row * arguments.Inner;
    }

    [DoesNotReturn]
    private static void ThrowOutside(int index, int position, int axis) => throw new ArgumentOutOfRangeException(
        nameof(index), $"Gather: index {index} at position {position} is not from 0 to {axis}, exclusively.");
}
