using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Matrices to fewer bits and back. Narrowing happens once for a model: it is plain code in both shapes. Widening takes rows in
/// their order, or by number.
/// </summary>
internal static unsafe class LowPrecisionConversion
{
    /// <summary>The sizes, and how rows are dealt to work items.</summary>
    public struct Arguments
    {
        public int Rows; // of the matrix
        public int Columns;
        public int Targets; // rows that are written
        public int RowsPerItem;
        public int Width; // bits of the vectors
    }

    /// <summary>In either shape, item i narrows element i.</summary>
    public static void ToBFloat16(Index1D i, ArrayView<float> x, ArrayView<ushort> y) => y[i] = BFloat16Format.Narrow(x[i]);

    /// <summary>In either shape, item i narrows row i, whose scale is the largest magnitude over 127.</summary>
    public static void ToInt8(Index1D i, ArrayView<float> x, ArrayView<sbyte> y, ArrayView<float> scales, int columns)
    {
        var begin = (long)i.X * columns;
        var largest = 0f;
        for (var k = 0; k < columns; k++)
            largest = GroupReduce.Larger(XMath.Abs(x[begin + k]), largest);
        var scale = largest / Int8Format.Largest;
        scales[i] = scale;
        for (var k = 0; k < columns; k++)
            y[begin + k] = Int8Format.Narrow(x[begin + k], scale);
    }

    /// <summary>Group shape: lane i widens element i of y; NaN where there is no such row.</summary>
    public static void WidenLane<TElement, TFormat>(
        Index1D i, ArrayView<TElement> x, ArrayView<float> scales, ArrayView<int> ids, ArrayView<float> y, Arguments arguments)
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement>
    {
        var target = i.X / arguments.Columns;
        var row = ids.Length > 0 ? ids[target] : target;
        if (row < 0 || row >= arguments.Rows)
        {
            y[i] = float.NaN;
            return;
        }
        var value = TFormat.Widen(x[(long)row * arguments.Columns + (i.X - target * arguments.Columns)]);
        y[i] = scales.Length > 0 ? value * scales[row] : value;
    }

    /// <summary>Row shape: item i widens a few rows.</summary>
    public static void WidenPart<TElement, TFormat>(
        Index1D item, ArrayView<TElement> x, ArrayView<float> scales, ArrayView<int> ids, ArrayView<float> y, Arguments arguments)
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement> => Widen<TElement, TFormat>(item, x, scales, ids, y, arguments);

    [IntrinsicImplementation]
    public static void Widen<TElement, TFormat>(
        int item, ArrayView<TElement> x, ArrayView<float> scales, ArrayView<int> ids, ArrayView<float> y, Arguments arguments)
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement>
    {
        var end = (int)Math.Min(arguments.Targets, ((long)item + 1) * arguments.RowsPerItem);
        for (var target = item * arguments.RowsPerItem; target < end; target++)
        {
            var row = ids.Length > 0 ? ids[target] : target;
            if ((uint)row >= (uint)arguments.Rows)
                EmbeddingSum.ThrowOutside(row, target, arguments.Rows);
            var source = x.Pointer() + (long)row * arguments.Columns;
            var values = y.Pointer() + (long)target * arguments.Columns;
            var scale = scales.Length > 0 ? scales[row] : 1f;
            switch ((SimdWidth)arguments.Width)
            {
                case SimdWidth.Bits512:
                    Widen<Vector512Lanes, TElement, TFormat>(source, scale, values, arguments.Columns);
                    break;
                case SimdWidth.Bits256:
                    Widen<Vector256Lanes, TElement, TFormat>(source, scale, values, arguments.Columns);
                    break;
                default:
                    Widen<Vector128Lanes, TElement, TFormat>(source, scale, values, arguments.Columns);
                    break;
            }
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Widen<TVector, TElement, TFormat>(TElement* x, float scale, float* y, nint count)
        where TVector : struct, IVector<TVector>
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement>
    {
        var factor = TVector.Broadcast(scale);
        nint i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            TVector.Store(TFormat.Load<TVector>(x + i) * factor, y + i);
        for (; i < count; i++)
            y[i] = TFormat.Widen(x[i]) * scale;
    }
}
