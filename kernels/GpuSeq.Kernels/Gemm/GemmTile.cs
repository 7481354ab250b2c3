using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>
/// A micro-kernel: tile [Rows, 2 vectors] = sum over k of a[k, row] b[k, column], both panels packed, the sums in registers.
/// </summary>
internal unsafe interface IGemmTile
{
    static abstract int Rows { get; }

    static abstract void Multiply<TVector>(int kLength, float* a, float* b, float* tile)
        where TVector : struct, IVector<TVector>;
}

/// <summary>6 rows by 2 vectors: 12 sums, 2 vectors of B and one broadcast fill the 16 registers of SSE and AVX2.</summary>
/// <remarks>
/// Four k in a turn of the loop: 12 multiplications need 8 loads, and where two threads share a core's decoders, as those of rented
/// machines do, what a turn costs beside them is felt.
/// </remarks>
internal readonly unsafe struct Tile6x2 : IGemmTile
{
    private const int Unrolled = 4;

    public static int Rows => 6;

    [MethodImpl(MicroKernel.Options)]
    public static void Multiply<V>(int kLength, float* a, float* b, float* tile)
        where V : struct, IVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero, c10 = V.Zero, c11 = V.Zero, c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero, c40 = V.Zero, c41 = V.Zero, c50 = V.Zero, c51 = V.Zero;
        var n = V.Count;
        var k = 0;
        for (; k + Unrolled <= kLength; k += Unrolled, a += 6 * Unrolled, b += 2 * Unrolled * n)
        {
            Add(a, b, 0, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Add(a, b, 1, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Add(a, b, 2, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Add(a, b, 3, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
        }
        for (; k < kLength; k++, a += 6, b += 2 * n)
            Add(a, b, 0, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
        V.Store(c00, tile);
        V.Store(c01, tile + n);
        V.Store(c10, tile + 2 * n);
        V.Store(c11, tile + 3 * n);
        V.Store(c20, tile + 4 * n);
        V.Store(c21, tile + 5 * n);
        V.Store(c30, tile + 6 * n);
        V.Store(c31, tile + 7 * n);
        V.Store(c40, tile + 8 * n);
        V.Store(c41, tile + 9 * n);
        V.Store(c50, tile + 10 * n);
        V.Store(c51, tile + 11 * n);
    }

    // One k: a column of op(A) by a row of op(B).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<V>(
        float* a, float* b, int k, ref V c00, ref V c01, ref V c10, ref V c11, ref V c20, ref V c21, ref V c30, ref V c31, ref V c40,
        ref V c41, ref V c50, ref V c51)
        where V : struct, IVector<V>
    {
        var b0 = V.Load(b + 2 * V.Count * k);
        var b1 = V.Load(b + 2 * V.Count * k + V.Count);
        var x = V.Broadcast(a[6 * k]);
        V.AddProduct(ref c00, x, b0);
        V.AddProduct(ref c01, x, b1);
        x = V.Broadcast(a[6 * k + 1]);
        V.AddProduct(ref c10, x, b0);
        V.AddProduct(ref c11, x, b1);
        x = V.Broadcast(a[6 * k + 2]);
        V.AddProduct(ref c20, x, b0);
        V.AddProduct(ref c21, x, b1);
        x = V.Broadcast(a[6 * k + 3]);
        V.AddProduct(ref c30, x, b0);
        V.AddProduct(ref c31, x, b1);
        x = V.Broadcast(a[6 * k + 4]);
        V.AddProduct(ref c40, x, b0);
        V.AddProduct(ref c41, x, b1);
        x = V.Broadcast(a[6 * k + 5]);
        V.AddProduct(ref c50, x, b0);
        V.AddProduct(ref c51, x, b1);
    }
}

/// <summary>12 rows by 2 vectors: 24 sums, 2 vectors of B and one broadcast in the 32 registers of AVX-512.</summary>
internal readonly unsafe struct Tile12x2 : IGemmTile
{
    public static int Rows => 12;

    [MethodImpl(MicroKernel.Options)]
    public static void Multiply<V>(int kLength, float* a, float* b, float* tile)
        where V : struct, IVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero, c10 = V.Zero, c11 = V.Zero, c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero, c40 = V.Zero, c41 = V.Zero, c50 = V.Zero, c51 = V.Zero;
        V c60 = V.Zero, c61 = V.Zero, c70 = V.Zero, c71 = V.Zero, c80 = V.Zero, c81 = V.Zero;
        V c90 = V.Zero, c91 = V.Zero, ca0 = V.Zero, ca1 = V.Zero, cb0 = V.Zero, cb1 = V.Zero;
        for (var k = 0; k < kLength; k++)
        {
            var b0 = V.Load(b);
            var b1 = V.Load(b + V.Count);
            var x = V.Broadcast(a[0]);
            V.AddProduct(ref c00, x, b0);
            V.AddProduct(ref c01, x, b1);
            x = V.Broadcast(a[1]);
            V.AddProduct(ref c10, x, b0);
            V.AddProduct(ref c11, x, b1);
            x = V.Broadcast(a[2]);
            V.AddProduct(ref c20, x, b0);
            V.AddProduct(ref c21, x, b1);
            x = V.Broadcast(a[3]);
            V.AddProduct(ref c30, x, b0);
            V.AddProduct(ref c31, x, b1);
            x = V.Broadcast(a[4]);
            V.AddProduct(ref c40, x, b0);
            V.AddProduct(ref c41, x, b1);
            x = V.Broadcast(a[5]);
            V.AddProduct(ref c50, x, b0);
            V.AddProduct(ref c51, x, b1);
            x = V.Broadcast(a[6]);
            V.AddProduct(ref c60, x, b0);
            V.AddProduct(ref c61, x, b1);
            x = V.Broadcast(a[7]);
            V.AddProduct(ref c70, x, b0);
            V.AddProduct(ref c71, x, b1);
            x = V.Broadcast(a[8]);
            V.AddProduct(ref c80, x, b0);
            V.AddProduct(ref c81, x, b1);
            x = V.Broadcast(a[9]);
            V.AddProduct(ref c90, x, b0);
            V.AddProduct(ref c91, x, b1);
            x = V.Broadcast(a[10]);
            V.AddProduct(ref ca0, x, b0);
            V.AddProduct(ref ca1, x, b1);
            x = V.Broadcast(a[11]);
            V.AddProduct(ref cb0, x, b0);
            V.AddProduct(ref cb1, x, b1);
            a += 12;
            b += 2 * V.Count;
        }
        var n = V.Count;
        V.Store(c00, tile);
        V.Store(c01, tile + n);
        V.Store(c10, tile + 2 * n);
        V.Store(c11, tile + 3 * n);
        V.Store(c20, tile + 4 * n);
        V.Store(c21, tile + 5 * n);
        V.Store(c30, tile + 6 * n);
        V.Store(c31, tile + 7 * n);
        V.Store(c40, tile + 8 * n);
        V.Store(c41, tile + 9 * n);
        V.Store(c50, tile + 10 * n);
        V.Store(c51, tile + 11 * n);
        V.Store(c60, tile + 12 * n);
        V.Store(c61, tile + 13 * n);
        V.Store(c70, tile + 14 * n);
        V.Store(c71, tile + 15 * n);
        V.Store(c80, tile + 16 * n);
        V.Store(c81, tile + 17 * n);
        V.Store(c90, tile + 18 * n);
        V.Store(c91, tile + 19 * n);
        V.Store(ca0, tile + 20 * n);
        V.Store(ca1, tile + 21 * n);
        V.Store(cb0, tile + 22 * n);
        V.Store(cb1, tile + 23 * n);
    }
}
