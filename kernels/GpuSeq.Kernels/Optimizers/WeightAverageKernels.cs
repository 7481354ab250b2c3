using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Moving averages of weights: average += share (p - average); and p and average exchanged.</summary>
internal static unsafe class WeightAverageKernels
{
    // Group shape: one lane has one weight.

    public static void AverageLane(Index1D i, ArrayView<float> p, ArrayView<float> average, float share, FlatCut cut) =>
        average[i] = AverageStep.Of(new ScalarLane(p[i]), new ScalarLane(average[i]), share).Value;

    public static void ExchangeLane(Index1D i, ArrayView<float> left, ArrayView<float> right, FlatCut cut) =>
        (left[i], right[i]) = (right[i], left[i]);

    // Row shape: item i has one part of the range.

    public static void AveragePart(Index1D item, ArrayView<float> p, ArrayView<float> average, float share, FlatCut cut) =>
        Average(item, p, average, share, cut);

    public static void ExchangePart(Index1D item, ArrayView<float> left, ArrayView<float> right, FlatCut cut) =>
        Exchange(item, left, right, cut);

    [IntrinsicImplementation]
    public static void Average(int item, ArrayView<float> p, ArrayView<float> average, float share, FlatCut cut) =>
        VectorLoop.Run(new AverageStep(p.Pointer(), average.Pointer(), share), item, cut);

    [IntrinsicImplementation]
    public static void Exchange(int item, ArrayView<float> left, ArrayView<float> right, FlatCut cut) =>
        VectorLoop.Run(new ExchangeStep(left.Pointer(), right.Pointer()), item, cut);

    private readonly struct AverageStep(float* p, float* average, float share) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            var value = Of(VectorMath.LoadPartial<V>(p + i, count), VectorMath.LoadPartial<V>(average + i, count), share);
            VectorMath.StorePartial(value, average + i, count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V p, V average, float share)
            where V : struct, IVector<V> => V.MultiplyAdd(V.Broadcast(share), p - average, average);
    }

    private readonly struct ExchangeStep(float* left, float* right) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            var kept = VectorMath.LoadPartial<V>(left + i, count);
            VectorMath.StorePartial(VectorMath.LoadPartial<V>(right + i, count), left + i, count);
            VectorMath.StorePartial(kept, right + i, count);
        }
    }
}
