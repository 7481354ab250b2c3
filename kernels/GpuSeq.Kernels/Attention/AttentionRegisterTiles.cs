using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>
/// The micro-kernels of attention: c [rows, 2 vectors] = c keep + sum over k of a[k, row] b[k, column], the sums in registers.
/// Lengths such as 64 and 128 are no multiples of the 6 or 12 rows that fill the registers, so there are two sizes: three
/// units of rows, and two.
/// </summary>
internal interface IRegisterTiles
{
    /// <summary>Rows of a unit: 2 with 16 registers, 4 with 32.</summary>
    static abstract int Unit { get; }

    /// <summary>Multiplies a tile of three units, or of two.</summary>
    /// <param name="units">3 or 2.</param>
    /// <param name="kLength">The length of the sums.</param>
    /// <param name="a">Rows side by side, one k every aStride elements.</param>
    /// <param name="aStride">Elements from one k to the next.</param>
    /// <param name="b">[kLength, 2 vectors].</param>
    /// <param name="c">[rows, 2 vectors].</param>
    /// <param name="keep">[2 vectors], the factors of what c holds; null where c is not read.</param>
    static abstract unsafe void Multiply<V>(int units, int kLength, float* a, int aStride, float* b, float* c, float* keep)
        where V : struct, IVector<V>;
}

/// <summary>Tiles for the 16 registers of SSE and AVX2: 6 or 4 rows.</summary>
internal readonly unsafe struct SmallTiles : IRegisterTiles
{
    public static int Unit => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply<V>(int units, int kLength, float* a, int aStride, float* b, float* c, float* keep)
        where V : struct, IVector<V>
    {
        if (units == 3)
            Rows6<V>(kLength, a, aStride, b, c, keep);
        else
            Rows4<V>(kLength, a, aStride, b, c, keep);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Rows6<V>(int kLength, float* a, int aStride, float* b, float* c, float* keep)
        where V : struct, IVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero, c10 = V.Zero, c11 = V.Zero, c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero, c40 = V.Zero, c41 = V.Zero, c50 = V.Zero, c51 = V.Zero;
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
            a += aStride;
            b += 2 * V.Count;
        }
        AttentionTile.Put(c00, c01, c, keep);
        AttentionTile.Put(c10, c11, c + 1 * 2 * V.Count, keep);
        AttentionTile.Put(c20, c21, c + 2 * 2 * V.Count, keep);
        AttentionTile.Put(c30, c31, c + 3 * 2 * V.Count, keep);
        AttentionTile.Put(c40, c41, c + 4 * 2 * V.Count, keep);
        AttentionTile.Put(c50, c51, c + 5 * 2 * V.Count, keep);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Rows4<V>(int kLength, float* a, int aStride, float* b, float* c, float* keep)
        where V : struct, IVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero, c10 = V.Zero, c11 = V.Zero, c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero;
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
            a += aStride;
            b += 2 * V.Count;
        }
        AttentionTile.Put(c00, c01, c, keep);
        AttentionTile.Put(c10, c11, c + 1 * 2 * V.Count, keep);
        AttentionTile.Put(c20, c21, c + 2 * 2 * V.Count, keep);
        AttentionTile.Put(c30, c31, c + 3 * 2 * V.Count, keep);
    }
}

/// <summary>Tiles for the 32 registers of AVX-512: 12 or 8 rows.</summary>
internal readonly unsafe struct LargeTiles : IRegisterTiles
{
    public static int Unit => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply<V>(int units, int kLength, float* a, int aStride, float* b, float* c, float* keep)
        where V : struct, IVector<V>
    {
        if (units == 3)
            Rows12<V>(kLength, a, aStride, b, c, keep);
        else
            Rows8<V>(kLength, a, aStride, b, c, keep);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Rows12<V>(int kLength, float* a, int aStride, float* b, float* c, float* keep)
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
            a += aStride;
            b += 2 * V.Count;
        }
        AttentionTile.Put(c00, c01, c, keep);
        AttentionTile.Put(c10, c11, c + 1 * 2 * V.Count, keep);
        AttentionTile.Put(c20, c21, c + 2 * 2 * V.Count, keep);
        AttentionTile.Put(c30, c31, c + 3 * 2 * V.Count, keep);
        AttentionTile.Put(c40, c41, c + 4 * 2 * V.Count, keep);
        AttentionTile.Put(c50, c51, c + 5 * 2 * V.Count, keep);
        AttentionTile.Put(c60, c61, c + 6 * 2 * V.Count, keep);
        AttentionTile.Put(c70, c71, c + 7 * 2 * V.Count, keep);
        AttentionTile.Put(c80, c81, c + 8 * 2 * V.Count, keep);
        AttentionTile.Put(c90, c91, c + 9 * 2 * V.Count, keep);
        AttentionTile.Put(ca0, ca1, c + 10 * 2 * V.Count, keep);
        AttentionTile.Put(cb0, cb1, c + 11 * 2 * V.Count, keep);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Rows8<V>(int kLength, float* a, int aStride, float* b, float* c, float* keep)
        where V : struct, IVector<V>
    {
        V c00 = V.Zero, c01 = V.Zero, c10 = V.Zero, c11 = V.Zero, c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero, c40 = V.Zero, c41 = V.Zero, c50 = V.Zero, c51 = V.Zero;
        V c60 = V.Zero, c61 = V.Zero, c70 = V.Zero, c71 = V.Zero;
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
            a += aStride;
            b += 2 * V.Count;
        }
        AttentionTile.Put(c00, c01, c, keep);
        AttentionTile.Put(c10, c11, c + 1 * 2 * V.Count, keep);
        AttentionTile.Put(c20, c21, c + 2 * 2 * V.Count, keep);
        AttentionTile.Put(c30, c31, c + 3 * 2 * V.Count, keep);
        AttentionTile.Put(c40, c41, c + 4 * 2 * V.Count, keep);
        AttentionTile.Put(c50, c51, c + 5 * 2 * V.Count, keep);
        AttentionTile.Put(c60, c61, c + 6 * 2 * V.Count, keep);
        AttentionTile.Put(c70, c71, c + 7 * 2 * V.Count, keep);
    }
}

/// <summary>What follows the sums of a tile.</summary>
internal static unsafe class AttentionTile
{
    /// <summary>Stores a row of a tile, or adds it to what is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<V>(V sum0, V sum1, float* c, float* keep)
        where V : struct, IVector<V>
    {
        if (keep != null)
        {
            V.AddProduct(ref sum0, V.Load(c), V.Load(keep));
            V.AddProduct(ref sum1, V.Load(c + V.Count), V.Load(keep + V.Count));
        }
        V.Store(sum0, c);
        V.Store(sum1, c + V.Count);
    }
}
