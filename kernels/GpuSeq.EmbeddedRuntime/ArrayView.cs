using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>A view of device memory: what kernels read and write.</summary>
public interface IArrayView
{
    /// <summary>The memory that it is a view of; null where it is a view of nothing.</summary>
    MemoryBuffer? Buffer { get; }

    /// <summary>The number of elements.</summary>
    long Length { get; }

    /// <summary>The number of bytes.</summary>
    long LengthInBytes { get; }

    /// <summary>The size of one element in bytes.</summary>
    int ElementSize { get; }

    /// <summary>Whether the view refers to memory.</summary>
    bool IsValid { get; }
}

/// <summary>A view whose elements lie side by side.</summary>
public interface IContiguousArrayView : IArrayView
{
    /// <summary>Where it begins in its buffer, in elements.</summary>
    long Index { get; }

    /// <summary>Where it begins in its buffer, in bytes.</summary>
    long IndexInBytes { get; }
}

/// <summary>A view whose elements lie side by side.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IContiguousArrayView<T> : IContiguousArrayView
    where T : unmanaged
{
    /// <summary>The view as plain contiguous memory.</summary>
    ArrayView<T> BaseView { get; }
}

/// <summary>A contiguous range of elements in device memory. A default view is empty and may be passed to kernels.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly unsafe struct ArrayView<T> : IContiguousArrayView<T>, IEquatable<ArrayView<T>>
    where T : unmanaged
{
    private readonly MemoryBuffer? _buffer;
    private readonly T* _address;

    // The length, or its complement when indexers check bounds: one field keeps the view at three words.
    private readonly long _length;

    internal ArrayView(MemoryBuffer buffer, T* address, long length, bool checkBounds)
    {
        _buffer = buffer;
        _address = address;
        _length = checkBounds ? ~length : length;
    }

    // Shared and local memory has no buffer.
    internal ArrayView(T* address, long length, bool checkBounds)
    {
        _buffer = null;
        _address = address;
        _length = checkBounds ? ~length : length;
    }

    /// <summary>A view of nothing.</summary>
    public static readonly ArrayView<T> Empty;

    /// <inheritdoc/>
    public int ElementSize => sizeof(T);

    /// <inheritdoc/>
    public bool IsValid => _address != null;

    /// <inheritdoc/>
    public long Length
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _length ^ (_length >> 63);
    }

    /// <summary>The number of elements as a 32-bit number.</summary>
    public int IntLength => checked((int)Length);

    /// <summary>The number of elements as an extent.</summary>
    public Index1D IntExtent => new(IntLength);

    /// <summary>The number of elements as an extent.</summary>
    public LongIndex1D Extent => new(Length);

    /// <inheritdoc/>
    public long LengthInBytes => Length * sizeof(T);

    /// <inheritdoc/>
    public ArrayView<T> BaseView => this;

    /// <inheritdoc/>
    public MemoryBuffer? Buffer => _buffer;

    /// <inheritdoc/>
    public long Index => IndexInBytes / sizeof(T);

    /// <inheritdoc/>
    public long IndexInBytes => _buffer is null ? 0 : (byte*)_address - (byte*)_buffer.NativePtr;

    internal T* Address => _address;

    private bool ChecksBounds => _length < 0;

    /// <summary>The element at an index.</summary>
    /// <param name="index">From 0 to the length, exclusively; checked when the context was built with assertions.</param>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (_length <= 0) // an empty view has no element, checks or not
                CheckIndex(index);
            return ref _address[index];
        }
    }

    /// <inheritdoc cref="this[int]"/>
    public ref T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (_length <= 0) // an empty view has no element, checks or not
                CheckIndex(index);
            return ref _address[index];
        }
    }

    /// <inheritdoc cref="this[int]"/>
    public ref T this[Index1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref this[index.X];
    }

    /// <inheritdoc cref="this[int]"/>
    public ref T this[LongIndex1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref this[index.X];
    }

    /// <summary>A part of this view.</summary>
    /// <param name="index">Where it begins: at an element, as ILGPU wants it of empty parts too, or at 0.</param>
    /// <param name="subViewLength">Its number of elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside this view.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ArrayView<T> SubView(long index, long subViewLength)
    {
        if (index < 0 || subViewLength < 0 || index > Length - subViewLength || (index == Length && index != 0))
            ThrowSubView(index, subViewLength);
        return new(this, _address + index, subViewLength);
    }

    /// <inheritdoc cref="SubView(long, long)"/>
    public ArrayView<T> SubView(int index, int subViewLength) => SubView((long)index, subViewLength);

    /// <inheritdoc cref="SubView(long, long)"/>
    public ArrayView<T> SubView(long index) => SubView(index, Length - index);

    /// <summary>The same memory as elements of another type; bytes that fill no whole element are left out.</summary>
    /// <typeparam name="TOther">The other element type.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged
    {
        var length = LengthInBytes / sizeof(TOther);
        return _buffer is null
            ? new((TOther*)_address, length, ChecksBounds)
            : new(_buffer, (TOther*)_address, length, ChecksBounds);
    }

    private ArrayView(ArrayView<T> parent, T* address, long length)
    {
        _buffer = parent._buffer;
        _address = address;
        _length = parent.ChecksBounds ? ~length : length;
    }

    private void CheckIndex(long index)
    {
        if ((ulong)index >= (ulong)Length)
            throw new IndexOutOfRangeException($"Index {index} is outside a view of length {Length}.");
    }

    [DoesNotReturn]
    private void ThrowSubView(long index, long length) => throw new ArgumentOutOfRangeException(
        nameof(index), $"A part of {length} elements at {index} does not lie inside a view of length {Length}.");

    /// <summary>The view with its dense stride.</summary>
    public static implicit operator ArrayView1D<T, Stride1D.Dense>(ArrayView<T> view) => new(view);

    /// <summary>The view without its stride.</summary>
    public static implicit operator ArrayView<T>(ArrayView1D<T, Stride1D.Dense> view) => view.BaseView;

    /// <inheritdoc/>
    public bool Equals(ArrayView<T> other) => _address == other._address && Length == other.Length;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ArrayView<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine((nint)_address, Length);

    /// <summary>Whether two views cover the same memory.</summary>
    public static bool operator ==(ArrayView<T> left, ArrayView<T> right) => left.Equals(right);

    /// <summary>Whether two views cover different memory.</summary>
    public static bool operator !=(ArrayView<T> left, ArrayView<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => $"ArrayView<{typeof(T).Name}>[{Length}]";
}

/// <summary>Strides of one-dimensional views.</summary>
public static class Stride1D
{
    /// <summary>Elements that lie side by side.</summary>
    public readonly struct Dense;
}

/// <summary>A one-dimensional view with a stride.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TStride">The stride: <see cref="Stride1D.Dense"/>.</typeparam>
public readonly struct ArrayView1D<T, TStride> : IContiguousArrayView<T>
    where T : unmanaged
    where TStride : struct
{
    internal ArrayView1D(ArrayView<T> baseView) => BaseView = baseView;

    /// <inheritdoc/>
    public ArrayView<T> BaseView { get; }

    /// <inheritdoc/>
    public long Length => BaseView.Length;

    /// <summary>The number of elements as a 32-bit number.</summary>
    public int IntLength => BaseView.IntLength;

    /// <summary>The number of elements as an extent.</summary>
    public Index1D IntExtent => BaseView.IntExtent;

    /// <summary>The number of elements as an extent.</summary>
    public LongIndex1D Extent => BaseView.Extent;

    /// <inheritdoc/>
    public long LengthInBytes => BaseView.LengthInBytes;

    /// <inheritdoc/>
    public int ElementSize => BaseView.ElementSize;

    /// <inheritdoc/>
    public bool IsValid => BaseView.IsValid;

    /// <inheritdoc/>
    public MemoryBuffer? Buffer => BaseView.Buffer;

    /// <inheritdoc/>
    public long Index => BaseView.Index;

    /// <inheritdoc/>
    public long IndexInBytes => BaseView.IndexInBytes;

    /// <inheritdoc cref="ArrayView{T}.this[int]"/>
    public ref T this[Index1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref BaseView[index.X];
    }

    /// <inheritdoc cref="ArrayView{T}.this[int]"/>
    public ref T this[LongIndex1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref BaseView[index.X];
    }

    /// <inheritdoc cref="ArrayView{T}.SubView(long, long)"/>
    public ArrayView1D<T, TStride> SubView(long index, long subViewLength) => new(BaseView.SubView(index, subViewLength));

    /// <inheritdoc cref="ArrayView{T}.SubView(long)"/>
    public ArrayView1D<T, TStride> SubView(long index) => new(BaseView.SubView(index));

    /// <inheritdoc cref="ArrayView{T}.Cast{TOther}"/>
    public ArrayView1D<TOther, TStride> Cast<TOther>()
        where TOther : unmanaged => new(BaseView.Cast<TOther>());
}
