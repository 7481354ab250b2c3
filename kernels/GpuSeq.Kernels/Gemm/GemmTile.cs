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
internal readonly unsafe struct Tile6x2 : IGemmTile
{
    public static int Rows => 6;

    [MethodImpl(MicroKernel.Options)]
    public static void Multiply<V>(int kLength, float* a, float* b, float* tile)
        where V : struct, IVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero, c10 = V.Zero, c11 = V.Zero, c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero, c40 = V.Zero, c41 = V.Zero, c50 = V.Zero, c51 = V.Zero;
        for (var k = 0; k < kLength; k++)
        {
            var b0 = V.Load(b);
            var b1 = V.Load(b + V.Count);
            var x = V.Broadcast(a[0]);
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = V.MultiplyAdd(x, b1, c01);
            x = V.Broadcast(a[1]);
            c10 = V.MultiplyAdd(x, b0, c10);
            c11 = V.MultiplyAdd(x, b1, c11);
            x = V.Broadcast(a[2]);
            c20 = V.MultiplyAdd(x, b0, c20);
            c21 = V.MultiplyAdd(x, b1, c21);
            x = V.Broadcast(a[3]);
            c30 = V.MultiplyAdd(x, b0, c30);
            c31 = V.MultiplyAdd(x, b1, c31);
            x = V.Broadcast(a[4]);
            c40 = V.MultiplyAdd(x, b0, c40);
            c41 = V.MultiplyAdd(x, b1, c41);
            x = V.Broadcast(a[5]);
            c50 = V.MultiplyAdd(x, b0, c50);
            c51 = V.MultiplyAdd(x, b1, c51);
            a += 6;
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
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = V.MultiplyAdd(x, b1, c01);
            x = V.Broadcast(a[1]);
            c10 = V.MultiplyAdd(x, b0, c10);
            c11 = V.MultiplyAdd(x, b1, c11);
            x = V.Broadcast(a[2]);
            c20 = V.MultiplyAdd(x, b0, c20);
            c21 = V.MultiplyAdd(x, b1, c21);
            x = V.Broadcast(a[3]);
            c30 = V.MultiplyAdd(x, b0, c30);
            c31 = V.MultiplyAdd(x, b1, c31);
            x = V.Broadcast(a[4]);
            c40 = V.MultiplyAdd(x, b0, c40);
            c41 = V.MultiplyAdd(x, b1, c41);
            x = V.Broadcast(a[5]);
            c50 = V.MultiplyAdd(x, b0, c50);
            c51 = V.MultiplyAdd(x, b1, c51);
            x = V.Broadcast(a[6]);
            c60 = V.MultiplyAdd(x, b0, c60);
            c61 = V.MultiplyAdd(x, b1, c61);
            x = V.Broadcast(a[7]);
            c70 = V.MultiplyAdd(x, b0, c70);
            c71 = V.MultiplyAdd(x, b1, c71);
            x = V.Broadcast(a[8]);
            c80 = V.MultiplyAdd(x, b0, c80);
            c81 = V.MultiplyAdd(x, b1, c81);
            x = V.Broadcast(a[9]);
            c90 = V.MultiplyAdd(x, b0, c90);
            c91 = V.MultiplyAdd(x, b1, c91);
            x = V.Broadcast(a[10]);
            ca0 = V.MultiplyAdd(x, b0, ca0);
            ca1 = V.MultiplyAdd(x, b1, ca1);
            x = V.Broadcast(a[11]);
            cb0 = V.MultiplyAdd(x, b0, cb0);
            cb1 = V.MultiplyAdd(x, b1, cb1);
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
