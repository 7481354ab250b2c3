namespace ILGPU.AtomicOperations;

/// <summary>Compares and exchanges values of one type; <see cref="Atomic.MakeAtomic"/> builds other operations on it.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public interface ICompareExchangeOperation<T>
    where T : unmanaged
{
    /// <summary>Replaces a value where it equals another.</summary>
    /// <returns>The value before.</returns>
    T CompareExchange(ref T target, T compare, T value);

    /// <summary>Whether two values are the same.</summary>
    bool IsSame(T left, T right);
}

/// <summary>An operation that <see cref="Atomic.MakeAtomic"/> makes atomic.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public interface IAtomicOperation<T>
    where T : unmanaged
{
    /// <summary>What to store.</summary>
    /// <param name="current">The value that is there.</param>
    /// <param name="value">The operand.</param>
    T Operation(T current, T value);
}

/// <summary>Compares and exchanges values of type int.</summary>
public readonly struct CompareExchangeInt32 : ICompareExchangeOperation<int>
{
    /// <inheritdoc/>
    public int CompareExchange(ref int target, int compare, int value) => Atomic.CompareExchange(ref target, compare, value);

    /// <inheritdoc/>
    public bool IsSame(int left, int right) => left == right;
}

/// <summary>Compares and exchanges values of type long.</summary>
public readonly struct CompareExchangeInt64 : ICompareExchangeOperation<long>
{
    /// <inheritdoc/>
    public long CompareExchange(ref long target, long compare, long value) => Atomic.CompareExchange(ref target, compare, value);

    /// <inheritdoc/>
    public bool IsSame(long left, long right) => left == right;
}

/// <summary>Compares and exchanges values of type uint.</summary>
public readonly struct CompareExchangeUInt32 : ICompareExchangeOperation<uint>
{
    /// <inheritdoc/>
    public uint CompareExchange(ref uint target, uint compare, uint value) => Atomic.CompareExchange(ref target, compare, value);

    /// <inheritdoc/>
    public bool IsSame(uint left, uint right) => left == right;
}

/// <summary>Compares and exchanges values of type ulong.</summary>
public readonly struct CompareExchangeUInt64 : ICompareExchangeOperation<ulong>
{
    /// <inheritdoc/>
    public ulong CompareExchange(ref ulong target, ulong compare, ulong value) => Atomic.CompareExchange(ref target, compare, value);

    /// <inheritdoc/>
    public bool IsSame(ulong left, ulong right) => left == right;
}

/// <summary>Compares and exchanges values of type float.</summary>
public readonly struct CompareExchangeFloat : ICompareExchangeOperation<float>
{
    /// <inheritdoc/>
    public float CompareExchange(ref float target, float compare, float value) => Atomic.CompareExchange(ref target, compare, value);

    /// <inheritdoc/>
    public bool IsSame(float left, float right) => Interop.FloatAsInt(left) == Interop.FloatAsInt(right);
}

/// <summary>Compares and exchanges values of type double.</summary>
public readonly struct CompareExchangeDouble : ICompareExchangeOperation<double>
{
    /// <inheritdoc/>
    public double CompareExchange(ref double target, double compare, double value) => Atomic.CompareExchange(ref target, compare, value);

    /// <inheritdoc/>
    public bool IsSame(double left, double right) => Interop.FloatAsInt(left) == Interop.FloatAsInt(right);
}
