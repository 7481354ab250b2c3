using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>What is made of random numbers.</summary>
internal enum RandomOperation
{
    /// <summary>y = low + (high - low) u.</summary>
    Uniform,

    /// <summary>y = 1 where u is below a probability, else 0.</summary>
    Bernoulli,

    /// <summary>y (+)= x / (1 - rate) where u is at least the rate, else 0.</summary>
    Dropout,

    /// <summary>Box and Muller: of words a and b, sqrt(-2 ln(1 - u_a)) times the cosine and the sine of 2 pi u_b.</summary>
    Normal,

    /// <summary>The normal distribution between two bounds, by the inverse of its cumulative one: y = mean + deviation Q(p).</summary>
    TruncatedNormal,
}

/// <summary>Numbers from Philox words w: u = (w >> 8) 2^-24, from 0 to 1, exclusively. Element i comes of word i of the call.</summary>
internal static unsafe class RandomKernels
{
    // Words of a batch lie on the stack; a multiple of what Philox computes at once.
    private const int Batch = 256;

    /// <summary>What is made, and how the elements are cut.</summary>
    public struct Arguments
    {
        public FlatCut Cut;
        public RandomCall Random;
        public int Operation;
        public int Write; // as Writing says
        public float A; // low, mean, probability or rate
        public float B; // range, deviation or factor
        public float Last; // the largest number
        public float First; // the least of a truncated distribution
        public float Below; // the shares of the distribution below the bounds, between and above them
        public float Between;
        public float Above;
    }

    /// <summary>One lane makes the four numbers of one block.</summary>
    public static void Lane(Index1D block, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        var words = Philox.Block((ulong)(int)block, arguments.Random.Number, arguments.Random.Seed);
        var i = block * 4;
        if (arguments.Operation == (int)RandomOperation.Normal)
        {
            var (n0, n1) = Normal(ScalarLane.Unit(words.W0), ScalarLane.Unit(words.W1), ref arguments);
            var (n2, n3) = Normal(ScalarLane.Unit(words.W2), ScalarLane.Unit(words.W3), ref arguments);
            Write(y, i, n0.Value);
            Write(y, i + 1, n1.Value);
            Write(y, i + 2, n2.Value);
            Write(y, i + 3, n3.Value);
            return;
        }
        Element(x, y, i, words.W0, ref arguments);
        Element(x, y, i + 1, words.W1, ref arguments);
        Element(x, y, i + 2, words.W2, ref arguments);
        Element(x, y, i + 3, words.W3, ref arguments);
    }

    private static void Element(ArrayView<float> x, ArrayView<float> y, int i, uint word, ref Arguments arguments)
    {
        if (i >= y.Length)
            return;
        var unit = ScalarLane.Unit(word);
        if (arguments.Operation == (int)RandomOperation.Dropout)
        {
            var value = Dropped(new ScalarLane(x[i]), unit, ref arguments).Value;
            y[i] = arguments.Write == Writing.Add ? y[i] + value : value;
        }
        else
        {
            y[i] = Made(unit, ref arguments).Value;
        }
    }

    private static void Write(ArrayView<float> y, int i, float value)
    {
        if (i < y.Length)
            y[i] = value;
    }

    /// <summary>Item i makes one part of the range.</summary>
    public static void Part(Index1D item, ArrayView<float> x, ArrayView<float> y, Arguments arguments) => Make(item, x, y, arguments);

    [IntrinsicImplementation]
    public static void Make(int item, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        var words = stackalloc uint[Batch + 16]; // vectors read past the last word
        var planes = stackalloc float[2 * Batch];
        var source = x.Pointer();
        var target = y.Pointer();
        var width = arguments.Cut.Width;
        var end = arguments.Cut.End(item);
        for (var i = arguments.Cut.Begin(item); i < end; i += Batch)
        {
            var next = Math.Min(end, i + Batch);
            var count = (int)(next - i);
            Philox.Fill(words, (ulong)i / 4, (count + 3) / 4, arguments.Random.Number, arguments.Random.Seed);
            switch ((RandomOperation)arguments.Operation)
            {
                case RandomOperation.Normal:
                    VectorLoop.Run(new NormalStep(Planes(words), planes, arguments), 0, Batch / 2, width);
                    for (var j = 0; j < count; j++)
                        target[i + j] = planes[(j & 1) * Batch + j / 2];
                    break;
                case RandomOperation.Dropout:
                    VectorLoop.Run(new DropoutStep(words - i, source, target, arguments), i, next, width);
                    break;
                default:
                    VectorLoop.Run(new UnitStep(words - i, target, arguments), i, next, width);
                    break;
            }
        }
    }

    // Brings the words with even numbers to the front, in place.
    private static uint* Planes(uint* words)
    {
        var odd = stackalloc uint[Batch / 2];
        for (var j = 0; j < Batch / 2; j++)
        {
            odd[j] = words[2 * j + 1];
            words[j] = words[2 * j];
        }
        Buffer.MemoryCopy(odd, words + Batch / 2, Batch / 2 * sizeof(uint), Batch / 2 * sizeof(uint));
        return words;
    }

    // A uniform, a Bernoulli or a bounded normal number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Made<V>(V unit, ref Arguments arguments)
        where V : struct, IVector<V>
    {
        var a = V.Broadcast(arguments.A);
        return arguments.Operation switch
        {
            (int)RandomOperation.Uniform => V.Min(a + unit * V.Broadcast(arguments.B), V.Broadcast(arguments.Last)),
            (int)RandomOperation.TruncatedNormal => TruncatedNormal(unit, ref arguments),
            _ => V.Select(V.LessThan(unit, a), V.Broadcast(1f), V.Zero),
        };
    }

    // u is taken in the middle of its step, so that neither p nor 1 - p is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TruncatedNormal<V>(V unit, ref Arguments arguments)
        where V : struct, IVector<V>
    {
        var half = V.Broadcast(FloatBits.UnitStep / 2);
        var between = V.Broadcast(arguments.Between);
        var p = V.MultiplyAdd(unit + half, between, V.Broadcast(arguments.Below));
        var rest = V.MultiplyAdd(V.Broadcast(1f) - unit - half, between, V.Broadcast(arguments.Above));
        var value = V.MultiplyAdd(VectorMath.NormalQuantile(p, rest), V.Broadcast(arguments.B), V.Broadcast(arguments.A));
        return V.Clamp(value, V.Broadcast(arguments.First), V.Broadcast(arguments.Last));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Dropped<V>(V x, V unit, ref Arguments arguments)
        where V : struct, IVector<V> => V.Select(V.LessThan(unit, V.Broadcast(arguments.A)), V.Zero, x * V.Broadcast(arguments.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V First, V Second) Normal<V>(V unitA, V unitB, ref Arguments arguments)
        where V : struct, IVector<V>
    {
        var radius = V.Sqrt(V.Broadcast(-2f) * VectorMath.Log(V.Broadcast(1f) - unitA)) * V.Broadcast(arguments.B);
        var (sin, cos) = VectorMath.SinCosOfTurns(unitB);
        var mean = V.Broadcast(arguments.A);
        return (V.MultiplyAdd(radius, cos, mean), V.MultiplyAdd(radius, sin, mean));
    }

    private struct UnitStep(uint* words, float* y, Arguments arguments) : IVectorStep
    {
        private Arguments _arguments = arguments;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            VectorMath.StorePartial(Made(V.LoadUnit(words + i), ref _arguments), y + i, count);
        }
    }

    private struct DropoutStep(uint* words, float* x, float* y, Arguments arguments) : IVectorStep
    {
        private Arguments _arguments = arguments;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            var value = Dropped(VectorMath.LoadPartial<V>(x + i, count), V.LoadUnit(words + i), ref _arguments);
            VectorMath.Write(value, y + i, count, _arguments.Write);
        }
    }

    // Words and numbers as planes: those with even numbers, then those with odd ones.
    private struct NormalStep(uint* words, float* planes, Arguments arguments) : IVectorStep
    {
        private Arguments _arguments = arguments;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            var (first, second) = Normal(V.LoadUnit(words + i), V.LoadUnit(words + Batch / 2 + i), ref _arguments);
            V.Store(first, planes + i);
            V.Store(second, planes + Batch + i);
        }
    }
}
