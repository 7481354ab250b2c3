using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>A tensor on its way into a file: what it is, and how its bytes come into a stream when their turn comes.</summary>
public sealed class TensorData
{
    // Elements turned into bytes at a time: a span counts bytes in an int, a tensor may have more.
    private const int ChunkElements = 1 << 20;

    private TensorData(string name, ElementType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        ElementType = type;
        Shape = [.. shape];
        ByteLength = type.ByteSize();
        foreach (var extent in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(extent, nameof(shape));
            ByteLength = checked(ByteLength * extent);
        }

        WriteTo = write;
    }

    /// <summary>Its name, unique in the file.</summary>
    public string Name { get; }

    /// <summary>What its elements are.</summary>
    public ElementType ElementType { get; }

    /// <summary>Its extents, row-major; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The bytes that shape and type ask for.</summary>
    public long ByteLength { get; }

    internal Action<Stream> WriteTo { get; }

    /// <summary>A tensor whose bytes, little-endian and row-major, are produced only when they are written.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">What its elements are.</param>
    /// <param name="shape">Its extents; empty for a scalar.</param>
    /// <param name="write">Writes exactly the bytes that shape and type ask for.</param>
    /// <exception cref="ArgumentOutOfRangeException">An extent is negative.</exception>
    /// <exception cref="OverflowException">The shape has more elements than a file can hold.</exception>
    public static TensorData Deferred(string name, ElementType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return new TensorData(name, type, shape, write);
    }

    /// <summary>A tensor given as bytes, little-endian and row-major. They are not copied.</summary>
    /// <exception cref="ArgumentException">There are more or fewer than shape and type ask for.</exception>
    public static TensorData FromBytes(string name, ElementType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes) =>
        FromMemory(name, type, shape, bytes);

    /// <summary>A tensor of type F32. The values are not copied.</summary>
    /// <exception cref="ArgumentException">There are more or fewer than the shape asks for.</exception>
    public static TensorData FromFloats(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<float> values) =>
        FromMemory(name, ElementType.Float32, shape, values);

    /// <summary>A tensor of type I64. The values are not copied.</summary>
    /// <exception cref="ArgumentException">There are more or fewer than the shape asks for.</exception>
    public static TensorData FromInts(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<long> values) =>
        FromMemory(name, ElementType.Int64, shape, values);

    /// <summary>A tensor of type I32. The values are not copied.</summary>
    /// <exception cref="ArgumentException">There are more or fewer than the shape asks for.</exception>
    public static TensorData FromInts(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<int> values) =>
        FromMemory(name, ElementType.Int32, shape, values);

    private static TensorData FromMemory<T>(string name, ElementType type, ReadOnlySpan<long> shape, ReadOnlyMemory<T> values)
        where T : unmanaged
    {
        var data = new TensorData(name, type, shape, stream => Write(stream, values.Span));
        var given = values.Length * (long)Marshal.SizeOf<T>();
        return data.ByteLength == given
            ? data
            : throw new ArgumentException(
                $"tensor '{name}' {type.Code()} [{string.Join(", ", data.Shape)}] takes {data.ByteLength} bytes, {given} were given",
                nameof(values));
    }

    private static void Write<T>(Stream stream, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        for (; values.Length > ChunkElements; values = values[ChunkElements..])
        {
            stream.Write(MemoryMarshal.AsBytes(values[..ChunkElements]));
        }

        stream.Write(MemoryMarshal.AsBytes(values));
    }
}
