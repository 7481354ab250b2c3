using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>y[i] (+)= mask[i] is not 0 ? a[i] : b[i], where an empty operand is a number everywhere.</summary>
internal static unsafe class WhereKernels
{
    /// <summary>How the elements are cut, and what empty operands stand for.</summary>
    public struct Arguments
    {
        public FlatCut Cut;
        public float Number;
        public int Write; // as Writing says
    }

    /// <summary>Lane i chooses element i.</summary>
    public static void WhereLane(
        Index1D i, ArrayView<int> mask, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, Arguments arguments)
    {
        var value = arguments.Number;
        if (mask[i] != 0)
        {
            if (a.Length > 0)
                value = a[i];
        }
        else if (b.Length > 0)
        {
            value = b[i];
        }
        y[i] = arguments.Write == Writing.Add ? y[i] + value : value;
    }

    /// <summary>Item i chooses a part of the elements.</summary>
    public static void WherePart(
        Index1D item, ArrayView<int> mask, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, Arguments arguments) =>
        Where(item, mask, a, b, y, arguments);

    [IntrinsicImplementation]
    public static void Where(
        int item, ArrayView<int> mask, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, Arguments arguments) =>
        VectorLoop.Run(
            new Step(
                mask.Pointer(), a.Pointer(), b.Pointer(), y.Pointer(),
                arguments.Number, arguments.Write),
            item, arguments.Cut);

    private readonly struct Step(int* mask, float* a, float* b, float* y, float number, int write) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void IVectorStep.Step<TVector>(nint i, int count)
        {
            if (count < TVector.Count)
            {
                for (var last = i + count; i < last; i++)
                    Choose<ScalarLane>(i);
                return;
            }
            Choose<TVector>(i);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Choose<TVector>(nint i)
            where TVector : struct, IVector<TVector>
        {
            var yes = a == null ? TVector.Broadcast(number) : TVector.Load(a + i);
            var no = b == null ? TVector.Broadcast(number) : TVector.Load(b + i);
            var value = TVector.Select(TVector.LoadMask(mask + i), yes, no);
            VectorMath.Write(value, y + i, TVector.Count, write);
        }
    }
}
