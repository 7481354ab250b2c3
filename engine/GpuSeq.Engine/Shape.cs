using System.Collections;
using System.Runtime.CompilerServices;

namespace GpuSeq.Engine;

/// <summary>The sizes of a tensor's dimensions, slowest first. A scalar has none and holds one element.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IEquatable<Shape>, IEnumerable<int>
{
    private readonly int[] _sizes;

    /// <summary>A shape.</summary>
    /// <param name="sizes">None negative.</param>
    /// <exception cref="ArgumentException">A size is negative, or the number of elements exceeds 64 bits.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        _sizes = sizes.ToArray();
        ElementCount = 1;
        foreach (var size in sizes)
        {
            if (size < 0)
                throw new ArgumentException($"A shape cannot have a negative size: {this}.", nameof(sizes));
            ElementCount = checked(ElementCount * size);
        }
    }

    /// <summary>The shape of one number.</summary>
    public static Shape Scalar { get; } = new();

    /// <summary>A shape from a collection expression.</summary>
    public static Shape Create(ReadOnlySpan<int> sizes) => new(sizes);

    /// <summary>The number of dimensions.</summary>
    public int Rank => _sizes.Length;

    /// <summary>The number of elements.</summary>
    public long ElementCount { get; }

    internal ReadOnlySpan<int> Sizes => _sizes;

    /// <summary>The number of elements, which kernels count with 32 bits.</summary>
    internal int IntCount => checked((int)ElementCount);

    /// <summary>The size of a dimension; -1 is the last.</summary>
    public int this[int dimension] => _sizes[dimension < 0 ? dimension + _sizes.Length : dimension];

    /// <summary>The size of the last dimension; 1 for a scalar.</summary>
    public int Columns => Rank == 0 ? 1 : _sizes[^1];

    /// <summary>The number of elements before the last dimension: the shape seen as a matrix.</summary>
    public int Rows => Rank == 0 ? 1 : Prefix(Rank - 1);

    /// <summary>The same shape with another last size.</summary>
    public Shape WithColumns(int columns) => WithSize(Rank - 1, columns);

    /// <summary>The same shape with another size of a dimension.</summary>
    public Shape WithSize(int dimension, int size)
    {
        var sizes = (int[])_sizes.Clone();
        sizes[dimension] = size;
        return new(sizes);
    }

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _sizes.AsSpan().SequenceEqual(other._sizes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var size in _sizes)
            hash.Add(size);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_sizes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _sizes.GetEnumerator();

    /// <summary>As in <c>[2, 3]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", _sizes)}]";

    private int Prefix(int dimensions)
    {
        var count = 1;
        for (var i = 0; i < dimensions; i++)
            count = checked(count * _sizes[i]);
        return count;
    }
}
