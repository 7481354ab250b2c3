using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// The norm of all gradients and what follows from it, in one launch: norm = sqrt(sum of g^2); where it is not finite and such
/// steps are skipped, factor = -1 and one more is counted; else factor = min(1, maxNorm / (norm + 1e-6)), or 1 without a limit.
/// x holds the gradients, or sums of their squares.
/// </summary>
internal static unsafe class StepControlKernels
{
    /// <summary>What is summed, and what is made of the norm.</summary>
    public struct Arguments
    {
        public float MaxNorm; // 0 for no limit
        public int SkipsNonFinite;
        public int HoldsSums; // x holds sums of squares
        public int Width; // bits of the vectors
    }

    /// <summary>Group shape: one group.</summary>
    public static void Group(ArrayView<float> x, ArrayView<int> pieces, ArrayView<float> scalars, Arguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var sum = 0f;
        var count = pieces.Length > 0 ? pieces.IntLength / 2 : 1;
        for (var piece = 0; piece < count; piece++)
        {
            var begin = pieces.Length > 0 ? pieces[2 * piece] : 0;
            var length = pieces.Length > 0 ? pieces[2 * piece + 1] : x.IntLength;
            for (var i = ILGPU.Group.IdxX; i < length; i += GroupReduce.Lanes)
                sum += arguments.HoldsSums != 0 ? x[begin + i] : x[begin + i] * x[begin + i];
        }
        sum = GroupReduce.Sum(shared, sum);
        if (ILGPU.Group.IdxX == 0)
            Finish(scalars, sum, arguments);
    }

    /// <summary>Row shape: the only item.</summary>
    public static void Item(Index1D item, ArrayView<float> x, ArrayView<int> pieces, ArrayView<float> scalars, Arguments arguments) =>
        Control(x, pieces, scalars, arguments);

    [IntrinsicImplementation]
    public static void Control(ArrayView<float> x, ArrayView<int> pieces, ArrayView<float> scalars, Arguments arguments)
    {
        var sum = 0f;
        for (var i = 0; i < x.IntLength && pieces.Length == 0; i += ReductionRows.SegmentLength)
            sum += Sum(x.Pointer() + i, Math.Min(ReductionRows.SegmentLength, x.IntLength - i), arguments);
        for (var i = 0; i < pieces.IntLength; i += 2)
            sum += Sum(x.Pointer() + pieces[i], pieces[i + 1], arguments);
        Finish(scalars, sum, arguments);
    }

    private static float Sum(float* x, int length, Arguments arguments) =>
        arguments.HoldsSums != 0 ? Sum<PlainTerm>(x, length, arguments.Width) : Sum<SquareTerm>(x, length, arguments.Width);

    private static float Sum<TTerm>(float* x, int length, int width)
        where TTerm : struct, ITerm => (SimdWidth)width switch
        {
            SimdWidth.Bits512 => ReductionRows.Total<Vector512Lanes, SumOf<TTerm>>(x, length),
            SimdWidth.Bits256 => ReductionRows.Total<Vector256Lanes, SumOf<TTerm>>(x, length),
            _ => ReductionRows.Total<Vector128Lanes, SumOf<TTerm>>(x, length),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(ArrayView<float> scalars, float sum, Arguments arguments)
    {
        var norm = XMath.Sqrt(sum);
        scalars[StepControl.Norm] = norm;
        var isFinite = norm <= float.MaxValue; // false for NaN
        if (arguments.SkipsNonFinite != 0 && !isFinite)
        {
            scalars[StepControl.Factor] = -1f;
            scalars[StepControl.SkippedSteps] += 1f;
            return;
        }
        scalars[StepControl.Factor] = arguments.MaxNorm > 0f ? OptimizerKernels.Coefficient(norm, arguments.MaxNorm) : 1f;
    }
}
