using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuSeq.Kernels;

/// <summary>
/// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011): a block cipher of ten
/// rounds that turns a counter of four words into four random words, for a key of two words. Here the counter is
/// (block, call) and the key is the seed; element i of a call is word i % 4 of block i / 4.
/// </summary>
internal static unsafe class Philox
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>Four random words.</summary>
    public struct Words
    {
        public uint W0;
        public uint W1;
        public uint W2;
        public uint W3;
    }

    /// <summary>A block. May be used in kernels.</summary>
    public static Words Block(ulong block, ulong call, ulong seed)
    {
        uint w0 = (uint)block, w1 = (uint)(block >> 32), w2 = (uint)call, w3 = (uint)(call >> 32);
        uint key0 = (uint)seed, key1 = (uint)(seed >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)w0 * Multiplier0;
            var product1 = (ulong)w2 * Multiplier1;
            w0 = (uint)(product1 >> 32) ^ w1 ^ key0;
            w1 = (uint)product1;
            w2 = (uint)(product0 >> 32) ^ w3 ^ key1;
            w3 = (uint)product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }
        return new() { W0 = w0, W1 = w1, W2 = w2, W3 = w3 };
    }

    /// <summary>The words of consecutive blocks, eight blocks at a time: target has room for the last eight whole.</summary>
    /// <param name="target">Four words for each block.</param>
    /// <param name="first">The number of the first block.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="call">The number of the call.</param>
    /// <param name="seed">The seed.</param>
    public static void Fill(uint* target, ulong first, int blocks, ulong call, ulong seed)
    {
        for (var i = 0; i < blocks; i += BlocksAtOnce, target += 4 * BlocksAtOnce)
        {
            if (Avx2.IsSupported)
            {
                EightBlocks(target, first + (ulong)i, call, seed);
                continue;
            }
            for (var j = 0; j < BlocksAtOnce; j++)
                ((Words*)target)[j] = Block(first + (ulong)(i + j), call, seed);
        }
    }

    /// <summary>The words of consecutive elements, of which the first may stand anywhere in its block.</summary>
    /// <param name="buffer">Room for <see cref="RoomFor"/> words.</param>
    /// <param name="first">The number of the first element.</param>
    /// <param name="count">How many.</param>
    /// <param name="call">The number of the call.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>Where the first element's word is.</returns>
    public static uint* FillElements(uint* buffer, ulong first, int count, ulong call, ulong seed)
    {
        var ahead = (int)(first % 4);
        Fill(buffer, first / 4, (ahead + count + 3) / 4, call, seed);
        return buffer + ahead;
    }

    /// <summary>The words that a number of elements need: blocks are filled whole, and vectors read past the last element.</summary>
    public static int RoomFor(int elements) => elements + 3 + 4 * BlocksAtOnce + 16;

    /// <summary>The blocks that are computed together.</summary>
    public const int BlocksAtOnce = 8;

    // Each 64-bit lane holds one word of one block; what is above the word does not matter, because products ignore it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void EightBlocks(uint* target, ulong first, ulong call, ulong seed)
    {
        var low = Vector256.Create(first) + Vector256.Create(0ul, 1, 2, 3);
        var high = low + Vector256.Create(4ul);
        Vector256<ulong> a0 = low, a1 = low >>> 32, a2 = Vector256.Create(call), a3 = Vector256.Create(call >> 32);
        Vector256<ulong> b0 = high, b1 = high >>> 32, b2 = a2, b3 = a3;
        uint key0 = (uint)seed, key1 = (uint)(seed >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var k0 = Vector256.Create((ulong)key0);
            var k1 = Vector256.Create((ulong)key1);
            (a0, a1, a2, a3) = Round(a0, a1, a2, a3, k0, k1);
            (b0, b1, b2, b3) = Round(b0, b1, b2, b3, k0, k1);
            key0 += Weyl0;
            key1 += Weyl1;
        }
        Store(a0, a1, a2, a3, target);
        Store(b0, b1, b2, b3, target + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<ulong> W0, Vector256<ulong> W1, Vector256<ulong> W2, Vector256<ulong> W3) Round(
        Vector256<ulong> w0, Vector256<ulong> w1, Vector256<ulong> w2, Vector256<ulong> w3, Vector256<ulong> key0, Vector256<ulong> key1)
    {
        var product0 = Avx2.Multiply(w0.AsUInt32(), Vector256.Create((ulong)Multiplier0).AsUInt32());
        var product1 = Avx2.Multiply(w2.AsUInt32(), Vector256.Create((ulong)Multiplier1).AsUInt32());
        return ((product1 >>> 32) ^ w1 ^ key0, product1, (product0 >>> 32) ^ w3 ^ key1, product0);
    }

    // Four blocks in their order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<ulong> w0, Vector256<ulong> w1, Vector256<ulong> w2, Vector256<ulong> w3, uint* target)
    {
        var mask = Vector256.Create(0xFFFFFFFFul);
        var front = (w0 & mask) | (w1 << 32);
        var back = (w2 & mask) | (w3 << 32);
        var even = Avx2.UnpackLow(front, back); // blocks 0 and 2
        var odd = Avx2.UnpackHigh(front, back); // blocks 1 and 3
        Avx2.Permute2x128(even, odd, 0x20).Store((ulong*)target);
        Avx2.Permute2x128(even, odd, 0x31).Store((ulong*)target + 4);
    }
}
