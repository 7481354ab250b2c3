using System.Runtime.CompilerServices;
using ILGPU.AtomicOperations;

namespace ILGPU;

/// <summary>Operations on memory that no other lane can interrupt. Each returns the value that was there before.</summary>
public static class Atomic
{
    /// <summary>Adds a value.</summary>
    /// <returns>The value before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Add(ref int target, int value) =>
        Interlocked.Add(ref target, value) - value;

    /// <inheritdoc cref="Add(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Add(ref long target, long value) =>
        Interlocked.Add(ref target, value) - value;

    /// <inheritdoc cref="Add(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Add(ref uint target, uint value) =>
        Interlocked.Add(ref target, value) - value;

    /// <inheritdoc cref="Add(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ref ulong target, ulong value) =>
        Interlocked.Add(ref target, value) - value;

    /// <inheritdoc cref="Add(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(ref float target, float value) =>
        MakeAtomic(ref target, value, new AddOperation<float>(), new CompareExchangeFloat());

    /// <inheritdoc cref="Add(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Add(ref double target, double value) =>
        MakeAtomic(ref target, value, new AddOperation<double>(), new CompareExchangeDouble());

    /// <inheritdoc cref="Add(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Index1D Add(ref Index1D target, Index1D value) =>
        Add(ref Unsafe.As<Index1D, int>(ref target), value);

    /// <summary>Keeps the larger value.</summary>
    /// <returns>The value before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Max(ref int target, int value) =>
        MakeAtomic(ref target, value, new MaxOperation<int>(), new CompareExchangeInt32());

    /// <inheritdoc cref="Max(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Max(ref long target, long value) =>
        MakeAtomic(ref target, value, new MaxOperation<long>(), new CompareExchangeInt64());

    /// <inheritdoc cref="Max(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Max(ref uint target, uint value) =>
        MakeAtomic(ref target, value, new MaxOperation<uint>(), new CompareExchangeUInt32());

    /// <inheritdoc cref="Max(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Max(ref ulong target, ulong value) =>
        MakeAtomic(ref target, value, new MaxOperation<ulong>(), new CompareExchangeUInt64());

    /// <inheritdoc cref="Max(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(ref float target, float value) =>
        MakeAtomic(ref target, value, new MaxOperation<float>(), new CompareExchangeFloat());

    /// <inheritdoc cref="Max(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Max(ref double target, double value) =>
        MakeAtomic(ref target, value, new MaxOperation<double>(), new CompareExchangeDouble());

    /// <summary>Keeps the smaller value.</summary>
    /// <returns>The value before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Min(ref int target, int value) =>
        MakeAtomic(ref target, value, new MinOperation<int>(), new CompareExchangeInt32());

    /// <inheritdoc cref="Min(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Min(ref long target, long value) =>
        MakeAtomic(ref target, value, new MinOperation<long>(), new CompareExchangeInt64());

    /// <inheritdoc cref="Min(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Min(ref uint target, uint value) =>
        MakeAtomic(ref target, value, new MinOperation<uint>(), new CompareExchangeUInt32());

    /// <inheritdoc cref="Min(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Min(ref ulong target, ulong value) =>
        MakeAtomic(ref target, value, new MinOperation<ulong>(), new CompareExchangeUInt64());

    /// <inheritdoc cref="Min(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(ref float target, float value) =>
        MakeAtomic(ref target, value, new MinOperation<float>(), new CompareExchangeFloat());

    /// <inheritdoc cref="Min(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Min(ref double target, double value) =>
        MakeAtomic(ref target, value, new MinOperation<double>(), new CompareExchangeDouble());

    /// <summary>Combines bits by and.</summary>
    /// <returns>The value before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int And(ref int target, int value) =>
        Interlocked.And(ref target, value);

    /// <inheritdoc cref="And(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long And(ref long target, long value) =>
        Interlocked.And(ref target, value);

    /// <inheritdoc cref="And(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint And(ref uint target, uint value) =>
        Interlocked.And(ref target, value);

    /// <inheritdoc cref="And(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong And(ref ulong target, ulong value) =>
        Interlocked.And(ref target, value);

    /// <summary>Combines bits by or.</summary>
    /// <returns>The value before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Or(ref int target, int value) =>
        Interlocked.Or(ref target, value);

    /// <inheritdoc cref="Or(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Or(ref long target, long value) =>
        Interlocked.Or(ref target, value);

    /// <inheritdoc cref="Or(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Or(ref uint target, uint value) =>
        Interlocked.Or(ref target, value);

    /// <inheritdoc cref="Or(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Or(ref ulong target, ulong value) =>
        Interlocked.Or(ref target, value);

    /// <summary>Combines bits by exclusive or.</summary>
    /// <returns>The value before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Xor(ref int target, int value) =>
        MakeAtomic(ref target, value, new XorOperation<int>(), new CompareExchangeInt32());

    /// <inheritdoc cref="Xor(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Xor(ref long target, long value) =>
        MakeAtomic(ref target, value, new XorOperation<long>(), new CompareExchangeInt64());

    /// <inheritdoc cref="Xor(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Xor(ref uint target, uint value) =>
        MakeAtomic(ref target, value, new XorOperation<uint>(), new CompareExchangeUInt32());

    /// <inheritdoc cref="Xor(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Xor(ref ulong target, ulong value) =>
        MakeAtomic(ref target, value, new XorOperation<ulong>(), new CompareExchangeUInt64());

    /// <summary>Replaces the value.</summary>
    /// <returns>The value before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Exchange(ref int target, int value) =>
        Interlocked.Exchange(ref target, value);

    /// <inheritdoc cref="Exchange(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Exchange(ref long target, long value) =>
        Interlocked.Exchange(ref target, value);

    /// <inheritdoc cref="Exchange(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Exchange(ref uint target, uint value) =>
        Interlocked.Exchange(ref target, value);

    /// <inheritdoc cref="Exchange(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Exchange(ref ulong target, ulong value) =>
        Interlocked.Exchange(ref target, value);

    /// <inheritdoc cref="Exchange(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exchange(ref float target, float value) =>
        Interlocked.Exchange(ref target, value);

    /// <inheritdoc cref="Exchange(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exchange(ref double target, double value) =>
        Interlocked.Exchange(ref target, value);

    /// <inheritdoc cref="Exchange(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Index1D Exchange(ref Index1D target, Index1D value) =>
        Exchange(ref Unsafe.As<Index1D, int>(ref target), value);

    /// <summary>Replaces the value where it equals another.</summary>
    /// <returns>The value before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CompareExchange(ref int target, int compare, int value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    /// <inheritdoc cref="CompareExchange(ref int, int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long CompareExchange(ref long target, long compare, long value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    /// <inheritdoc cref="CompareExchange(ref int, int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint CompareExchange(ref uint target, uint compare, uint value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    /// <inheritdoc cref="CompareExchange(ref int, int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong CompareExchange(ref ulong target, ulong compare, ulong value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    /// <inheritdoc cref="CompareExchange(ref int, int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float CompareExchange(ref float target, float compare, float value) =>
        Interop.IntAsFloat(Interlocked.CompareExchange(
            ref Unsafe.As<float, uint>(ref target), Interop.FloatAsInt(value), Interop.FloatAsInt(compare)));

    /// <inheritdoc cref="CompareExchange(ref int, int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double CompareExchange(ref double target, double compare, double value) =>
        Interop.IntAsFloat(Interlocked.CompareExchange(
            ref Unsafe.As<double, ulong>(ref target), Interop.FloatAsInt(value), Interop.FloatAsInt(compare)));

    /// <inheritdoc cref="CompareExchange(ref int, int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Index1D CompareExchange(ref Index1D target, Index1D compare, Index1D value) =>
        CompareExchange(ref Unsafe.As<Index1D, int>(ref target), compare, value);

    /// <summary>Makes an operation atomic by repeating it until no other lane came in between.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <typeparam name="TOperation">The operation.</typeparam>
    /// <typeparam name="TCompareExchangeOperation">How to compare and exchange values of the type.</typeparam>
    /// <returns>The value before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MakeAtomic<T, TOperation, TCompareExchangeOperation>(
        ref T target, T value, TOperation operation, TCompareExchangeOperation compareExchangeOperation)
        where T : unmanaged
        where TOperation : struct, IAtomicOperation<T>
        where TCompareExchangeOperation : struct, ICompareExchangeOperation<T>
    {
        var current = target;
        while (true)
        {
            var seen = compareExchangeOperation.CompareExchange(ref target, current, operation.Operation(current, value));
            if (compareExchangeOperation.IsSame(seen, current))
                return current;
            current = seen;
        }
    }

    private readonly struct AddOperation<T> : IAtomicOperation<T>
        where T : unmanaged, System.Numerics.INumber<T>
    {
        public T Operation(T current, T value) => current + value;
    }

    private readonly struct MaxOperation<T> : IAtomicOperation<T>
        where T : unmanaged, System.Numerics.INumber<T>
    {
        public T Operation(T current, T value) => T.Max(current, value);
    }

    private readonly struct MinOperation<T> : IAtomicOperation<T>
        where T : unmanaged, System.Numerics.INumber<T>
    {
        public T Operation(T current, T value) => T.Min(current, value);
    }

    private readonly struct XorOperation<T> : IAtomicOperation<T>
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        public T Operation(T current, T value) => current ^ value;
    }
}
