using System.Runtime.CompilerServices;

namespace ILGPU;

/// <summary>An index into a grid of work items, and equally the extent of one.</summary>
public interface IIndex
{
    /// <summary>The number of work items that an extent of this size holds.</summary>
    long LongSize { get; }
}

/// <summary>How a work item's number maps to its index in a grid: the first dimension varies fastest.</summary>
internal static class GridIndex
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TIndex FromLinear<TIndex>(TIndex extent, long linear)
        where TIndex : struct
    {
        if (typeof(TIndex) == typeof(Index1D))
            return (TIndex)(object)new Index1D((int)linear);
        if (typeof(TIndex) == typeof(Index2D))
        {
            var size = (Index2D)(object)extent;
            return (TIndex)(object)new Index2D((int)(linear % size.X), (int)(linear / size.X));
        }
        if (typeof(TIndex) == typeof(Index3D))
        {
            var size = (Index3D)(object)extent;
            var row = linear / size.X;
            return (TIndex)(object)new Index3D((int)(linear % size.X), (int)(row % size.Y), (int)(row / size.Y));
        }
        throw new NotSupportedException($"Kernels take Index1D, Index2D or Index3D, not {typeof(TIndex).Name}.");
    }
}

/// <summary>A 32-bit index with one dimension.</summary>
/// <param name="X">The only component.</param>
public readonly record struct Index1D(int X) : IIndex
{
    /// <summary>The first index.</summary>
    public static readonly Index1D Zero;

    /// <summary>The index one.</summary>
    public static readonly Index1D One = new(1);

    /// <summary>The number of work items in an extent.</summary>
    public int Size => X;

    /// <inheritdoc/>
    public long LongSize => X;

    /// <summary>Whether this index lies inside an extent.</summary>
    public bool InBounds(Index1D dimension) => X >= 0 && X < dimension.X;

    /// <summary>The component as a number.</summary>
    public static implicit operator int(Index1D index) => index.X;

    /// <summary>A number as an index.</summary>
    public static implicit operator Index1D(int x) => new(x);

    /// <summary>The 64-bit form.</summary>
    public static implicit operator LongIndex1D(Index1D index) => new(index.X);

    /// <summary>The sum.</summary>
    public static Index1D operator +(Index1D left, Index1D right) => new(left.X + right.X);

    /// <summary>The difference.</summary>
    public static Index1D operator -(Index1D left, Index1D right) => new(left.X - right.X);

    /// <summary>The product.</summary>
    public static Index1D operator *(Index1D left, Index1D right) => new(left.X * right.X);

    /// <summary>The quotient.</summary>
    public static Index1D operator /(Index1D left, Index1D right) => new(left.X / right.X);

    /// <summary>The component as a number without sign. With it, as in ILGPU, a cast of an index to long is ambiguous.</summary>
    public static explicit operator uint(Index1D index) => (uint)index.X;

    /// <inheritdoc/>
    public override string ToString() => $"({X})";
}

/// <summary>A 64-bit index with one dimension.</summary>
/// <param name="X">The only component.</param>
public readonly record struct LongIndex1D(long X)
{
    /// <summary>The number of work items in an extent.</summary>
    public long Size => X;

    /// <summary>The component as a number.</summary>
    public static implicit operator long(LongIndex1D index) => index.X;

    /// <summary>A number as an index.</summary>
    public static implicit operator LongIndex1D(long x) => new(x);

    /// <summary>The 32-bit form.</summary>
    public static explicit operator Index1D(LongIndex1D index) => new(checked((int)index.X));

    /// <summary>The sum.</summary>
    public static LongIndex1D operator +(LongIndex1D left, LongIndex1D right) => new(left.X + right.X);

    /// <summary>The difference.</summary>
    public static LongIndex1D operator -(LongIndex1D left, LongIndex1D right) => new(left.X - right.X);

    /// <summary>The product.</summary>
    public static LongIndex1D operator *(LongIndex1D left, LongIndex1D right) => new(left.X * right.X);

    /// <summary>The quotient.</summary>
    public static LongIndex1D operator /(LongIndex1D left, LongIndex1D right) => new(left.X / right.X);

    /// <summary>The component as a number without sign.</summary>
    public static explicit operator ulong(LongIndex1D index) => (ulong)index.X;

    /// <inheritdoc/>
    public override string ToString() => $"({X})";
}

/// <summary>A 32-bit index with two dimensions.</summary>
/// <param name="X">The fastest component.</param>
/// <param name="Y">The slowest component.</param>
public readonly record struct Index2D(int X, int Y) : IIndex
{
    /// <summary>The first index.</summary>
    public static readonly Index2D Zero;

    /// <summary>The index one in every dimension.</summary>
    public static readonly Index2D One = new(1, 1);

    /// <summary>The number of work items in an extent.</summary>
    public int Size => checked(X * Y);

    /// <inheritdoc/>
    public long LongSize => (long)X * Y;

    /// <summary>Whether this index lies inside an extent.</summary>
    public bool InBounds(Index2D dimension) => X >= 0 && X < dimension.X && Y >= 0 && Y < dimension.Y;

    /// <summary>Two numbers as an index.</summary>
    public static implicit operator Index2D((int X, int Y) value) => new(value.X, value.Y);

    /// <summary>The sum in each dimension.</summary>
    public static Index2D operator +(Index2D left, Index2D right) => new(left.X + right.X, left.Y + right.Y);

    /// <summary>The difference in each dimension.</summary>
    public static Index2D operator -(Index2D left, Index2D right) => new(left.X - right.X, left.Y - right.Y);

    /// <summary>The product in each dimension.</summary>
    public static Index2D operator *(Index2D left, Index2D right) => new(left.X * right.X, left.Y * right.Y);

    /// <summary>The quotient in each dimension.</summary>
    public static Index2D operator /(Index2D left, Index2D right) => new(left.X / right.X, left.Y / right.Y);

    /// <inheritdoc/>
    public override string ToString() => $"({X}, {Y})";
}

/// <summary>A 32-bit index with three dimensions.</summary>
/// <param name="X">The fastest component.</param>
/// <param name="Y">The middle component.</param>
/// <param name="Z">The slowest component.</param>
public readonly record struct Index3D(int X, int Y, int Z) : IIndex
{
    /// <summary>The first index.</summary>
    public static readonly Index3D Zero;

    /// <summary>The index one in every dimension.</summary>
    public static readonly Index3D One = new(1, 1, 1);

    /// <summary>The number of work items in an extent.</summary>
    public int Size => checked(X * Y * Z);

    /// <inheritdoc/>
    public long LongSize => (long)X * Y * Z;

    /// <summary>Whether this index lies inside an extent.</summary>
    public bool InBounds(Index3D dimension) =>
        X >= 0 && X < dimension.X && Y >= 0 && Y < dimension.Y && Z >= 0 && Z < dimension.Z;

    /// <summary>Three numbers as an index.</summary>
    public static implicit operator Index3D((int X, int Y, int Z) value) => new(value.X, value.Y, value.Z);

    /// <summary>The sum in each dimension.</summary>
    public static Index3D operator +(Index3D left, Index3D right) => new(left.X + right.X, left.Y + right.Y, left.Z + right.Z);

    /// <summary>The difference in each dimension.</summary>
    public static Index3D operator -(Index3D left, Index3D right) => new(left.X - right.X, left.Y - right.Y, left.Z - right.Z);

    /// <summary>The product in each dimension.</summary>
    public static Index3D operator *(Index3D left, Index3D right) => new(left.X * right.X, left.Y * right.Y, left.Z * right.Z);

    /// <summary>The quotient in each dimension.</summary>
    public static Index3D operator /(Index3D left, Index3D right) => new(left.X / right.X, left.Y / right.Y, left.Z / right.Z);

    /// <inheritdoc/>
    public override string ToString() => $"({X}, {Y}, {Z})";
}
