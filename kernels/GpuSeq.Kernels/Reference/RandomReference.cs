using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of random numbers: Philox 4x32-10 as its paper states it, and what is made of its words.</summary>
public static class RandomReference
{
    /// <summary>Ten rounds over a counter of four words, with a key of two.</summary>
    public static uint[] Philox(uint[] counter, uint[] key)
    {
        ArgumentNullException.ThrowIfNull(counter);
        ArgumentNullException.ThrowIfNull(key);
        var (words, k) = ((uint[])counter.Clone(), (uint[])key.Clone());
        for (var round = 0; round < 10; round++)
        {
            var left = Math.BigMul(0xD2511F53, words[0]);
            var right = Math.BigMul(0xCD9E8D57, words[2]);
            words = [(uint)(right >> 32) ^ words[1] ^ k[0], (uint)right, (uint)(left >> 32) ^ words[3] ^ k[1], (uint)left];
            k = [unchecked(k[0] + 0x9E3779B9), unchecked(k[1] + 0xBB67AE85)];
        }
        return words;
    }

    /// <summary>The random number from 0 to 1 that belongs to an element of a call.</summary>
    public static T Unit<T>(long element, ulong seed, ulong call)
        where T : IFloatingPointIeee754<T>
    {
        var block = (ulong)element / 4;
        var words = Philox([(uint)block, (uint)(block >> 32), (uint)call, (uint)(call >> 32)], [(uint)seed, (uint)(seed >> 32)]);
        return T.CreateChecked(words[element % 4] >> 8) / T.CreateChecked(1 << 24);
    }

    /// <summary>The standard normal number that belongs to an element of a call, by Box and Muller.</summary>
    public static T Normal<T>(long element, ulong seed, ulong call)
        where T : IFloatingPointIeee754<T>
    {
        var pair = element / 2 * 2;
        var radius = T.Sqrt(T.CreateChecked(-2) * T.Log(T.One - Unit<T>(pair, seed, call)));
        var angle = T.Tau * Unit<T>(pair + 1, seed, call);
        return radius * (element % 2 == 0 ? T.Cos(angle) : T.Sin(angle));
    }

    /// <summary>
    /// The number between two bounds that belongs to an element of a call, normally distributed: where the cumulative
    /// distribution, standard in a and b, has the share that u, in the middle of its step, has of what is between them.
    /// </summary>
    public static T TruncatedNormal<T>(long element, T a, T b, ulong seed, ulong call)
        where T : IFloatingPointIeee754<T>
    {
        var u = Unit<T>(element, seed, call) + T.One / T.CreateChecked(1 << 25);
        var wanted = Below(a) + u * (Below(b) - Below(a));
        var (low, high) = (T.Max(a, T.CreateChecked(-9)), T.Min(b, T.CreateChecked(9)));
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / T.CreateChecked(2);
            (low, high) = Below(middle) < wanted ? (middle, high) : (low, middle);
        }
        return low;

        static T Below(T x) => (T.One + ActivationReference.Erf(x / T.Sqrt(T.CreateChecked(2)))) / T.CreateChecked(2);
    }
}
