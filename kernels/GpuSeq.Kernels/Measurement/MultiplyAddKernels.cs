using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels.Measurement;

/// <summary>
/// The limit that products are held against: fused multiplications and additions in registers and nothing else. Chains that do
/// not wait for each other hide the latency of each.
/// </summary>
internal static unsafe class MultiplyAddKernels
{
    private const int Chains = 12; // two units of four cycles need eight; with two constants they fit into sixteen registers

    /// <summary>Floating-point operations of a work item.</summary>
    public static double Flops(int lanes, int rounds) => 2.0 * Chains * lanes * rounds;

    /// <summary>Group shape: a lane computes chains of numbers.</summary>
    public static void Lane(Index1D item, ArrayView<float> results, int rounds, int width) => results[item] = Run<ScalarLane>(rounds);

    /// <summary>Row shape: an item computes chains of vectors.</summary>
    public static void Part(Index1D item, ArrayView<float> results, int rounds, int width) => Vectors(item.X, results, rounds, width);

    [IntrinsicImplementation]
    public static void Vectors(int item, ArrayView<float> results, int rounds, int width) =>
        results.Pointer()[item] = (SimdWidth)width switch
        {
            SimdWidth.Bits512 => Run<Vector512Lanes>(rounds),
            SimdWidth.Bits256 => Run<Vector256Lanes>(rounds),
            _ => Run<Vector128Lanes>(rounds),
        };

    [MethodImpl(MicroKernel.Options)]
    private static float Run<TVector>(int rounds)
        where TVector : struct, IVector<TVector>
    {
        TVector x = TVector.Broadcast(0.999f), y = TVector.Broadcast(0.001f);
        TVector a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (var round = 0; round < rounds; round++)
        {
            a = TVector.MultiplyAdd(a, x, y);
            b = TVector.MultiplyAdd(b, x, y);
            c = TVector.MultiplyAdd(c, x, y);
            d = TVector.MultiplyAdd(d, x, y);
            e = TVector.MultiplyAdd(e, x, y);
            f = TVector.MultiplyAdd(f, x, y);
            g = TVector.MultiplyAdd(g, x, y);
            h = TVector.MultiplyAdd(h, x, y);
            i = TVector.MultiplyAdd(i, x, y);
            j = TVector.MultiplyAdd(j, x, y);
            k = TVector.MultiplyAdd(k, x, y);
            l = TVector.MultiplyAdd(l, x, y);
        }
        return TVector.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
