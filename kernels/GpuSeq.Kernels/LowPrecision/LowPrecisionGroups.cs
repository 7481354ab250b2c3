using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>A few rows times a low-precision matrix on GPUs: a group computes one column of the result, its lanes parts of the sums.</summary>
internal static class LowPrecisionGroups
{
    /// <summary>Group i computes column i.</summary>
    public static void Column<TElement, TFormat>(
        ArrayView<float> a, ArrayView<TElement> weights, ArrayView<float> scales, ArrayView<float> c, ArrayView<float> bias,
        ArrayView<float> residual, GemmArguments gemm)
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement>
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var column = Grid.IdxX;
        var scale = scales.Length > 0 ? scales[column] : 1f;
        for (var row = 0; row < gemm.M; row++)
        {
            var sum = 0f;
            for (var k = Group.IdxX; k < gemm.K; k += GroupReduce.Lanes)
                sum += a[(long)row * gemm.K + k] * TFormat.Widen(weights[(long)column * gemm.K + k]);
            sum = GroupReduce.Sum(shared, sum);
            if (Group.IdxX == 0)
                GemmTiled.Finish(sum * scale, row, column, 0, c, bias, residual, gemm);
        }
    }
}
