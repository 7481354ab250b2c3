using System.Numerics;
using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

/// <summary>Each lane takes a pair of the input's numbers.</summary>
internal static class IntegerKernels
{
    public const int Stride = 40;

    public static void Signed(ArrayView<int> input, ArrayView<long> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var (a, b) = (input[lane % input.IntLength], input[lane / input.IntLength]);
        var results = new Results<long>(output, lane * Stride);
        var isPossible = b != 0 && !(a == int.MinValue && b == -1);
        results.Add(isPossible ? a / b : 1);
        results.Add(isPossible ? a % b : 2);
        results.Add(a >> (b & 31));
        results.Add(a << (b & 31));
        results.Add(a >>> (b & 31));
        results.Add(a & b | ~a ^ b);
        results.Add(a == b ? 1 : a < b ? 2 : a > b ? 3 : 4);
        results.Add((a <= b ? 1 : 0) + (a >= b ? 10 : 0) + (a != b ? 100 : 0));
        results.Add(Math.Min(a, b));
        results.Add(XMath.Max(a, b));
        results.Add(a == int.MinValue ? 0 : Math.Abs(a));
        results.Add(XMath.Clamp(a, -100, 100));
        results.Add((long)a * b);
        results.Add((long)a - b);
        results.Add(-(long)a);
        results.Add((sbyte)a + (byte)a + (short)a + (ushort)a);
        results.Add(-(byte)a);
        results.Add(~(ushort)b);
        results.Add((char)a);
        results.Add(IntrinsicMath.PopCount(a) + 100 * IntrinsicMath.LeadingZeroCount(a) + 10000 * IntrinsicMath.TrailingZeroCount(a));
        results.Add(Math.Sign(a) + Math.Min((sbyte)a, (sbyte)b) + Math.Max((byte)a, (byte)b));
        results.Add(IntrinsicMath.DivRoundUp(a & 0xffff, (b & 0xff) + 1));
        results.Add(a * unchecked((int)2654435761) ^ b);
        results.Add((uint)(a * unchecked((int)2654435761)) >> 16);
        var (quotient, remainder) = Math.DivRem(a, (b & 0xffff) + 1);
        results.Add(quotient + remainder);
    }

    public static void Unsigned(ArrayView<uint> input, ArrayView<ulong> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var (a, b) = (input[lane % input.IntLength], input[lane / input.IntLength]);
        var results = new Results<ulong>(output, lane * Stride);
        results.Add(b != 0 ? a / b : 1);
        results.Add(b != 0 ? a % b : 2);
        results.Add(a >> (int)(b & 31));
        results.Add(a << (int)(b & 31));
        results.Add(a + b);
        results.Add(a - b);
        results.Add(a * b);
        results.Add(a * 1664525 + 1013904223);
        results.Add((ulong)a * b >> 32);
        results.Add((uint)(a == b ? 1 : a < b ? 2 : a > b ? 3 : 4));
        results.Add((uint)((a <= b ? 1 : 0) + (a >= b ? 10 : 0) + (a != b ? 100 : 0)));
        results.Add(a < b || b <= 5 && a >= 7 ? 1u : 0u);
        results.Add(Math.Min(a, b));
        results.Add(IntrinsicMath.Max(a, b));
        results.Add(IntrinsicMath.Clamp(a, 10, 1000));
        results.Add(BitOperations.RotateLeft(a, (int)b));
        results.Add((ulong)IntrinsicMath.LeadingZeroCount((ulong)a) + (ulong)(IntrinsicMath.PopCount(a) << 8));
        results.Add((ulong)(long)(int)a);
        results.Add((ulong)(int)(a - b));
        results.Add((uint)((int)(a - b) / 3));
        results.Add(unchecked((uint)-(int)(a >> 1)));
    }

    public static void Long(ArrayView<long> input, ArrayView<long> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var (a, b) = (input[lane % input.IntLength], input[lane / input.IntLength]);
        var (ua, ub) = ((ulong)a, (ulong)b);
        var results = new Results<long>(output, lane * Stride);
        var isPossible = b != 0 && !(a == long.MinValue && b == -1);
        results.Add(isPossible ? a / b : 1);
        results.Add(isPossible ? a % b : 2);
        results.Add(ub != 0 ? (long)(ua / ub) : 3);
        results.Add(ub != 0 ? (long)(ua % ub) : 4);
        results.Add(a >> (int)(b & 63));
        results.Add(a << (int)(b & 63));
        results.Add((long)(ua >> (int)(b & 63)));
        results.Add((long)(ua + ub));
        results.Add((long)(ua * ub));
        results.Add((long)(ua * 6364136223846793005 + 1442695040888963407));
        results.Add(a < b ? 1 : a > b ? 2 : 3);
        results.Add(ua < ub ? 1 : ua > ub ? 2 : 3);
        results.Add(Math.Max(a, b));
        results.Add((long)Math.Min(ua, ub));
        results.Add(a == long.MinValue ? 0 : Math.Abs(a));
        results.Add((int)a + (short)b);
        results.Add((uint)a);
        results.Add((byte)a & (sbyte)b);
        results.Add(BitOperations.TrailingZeroCount(ua) + 100 * BitOperations.LeadingZeroCount(ua));
        results.Add(~a & (b | 0xff00ff00ff00ff0) ^ 5);
        results.Add(checked((int)(a & 0xffff)));
        results.Add(a == 0 ? 7 : 8);
    }
}
