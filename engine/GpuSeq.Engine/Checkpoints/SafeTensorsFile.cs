using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// A safetensors file, open for reading. <see cref="Open"/> checks every rule of the format; a tensor's bytes are touched only when it
/// is read.
/// Source: https://github.com/huggingface/safetensors, section Format.
/// </summary>
/// <remarks>
/// Floats are read from F32, F16 and BF16, integers from I64, I32, U8 and BOOL. A tensor of any other type is listed and
/// refused by name when it is read. Reading is safe from several threads.
/// </remarks>
public sealed class SafeTensorsFile : IDisposable
{
    // Elements converted at a time, on the stack.
    private const int ChunkElements = 1024;

    private readonly SafeFileHandle _file;

    private SafeTensorsFile(
        string path, SafeFileHandle file, OrderedDictionary<string, TensorEntry> tensors, OrderedDictionary<string, string> metadata) =>
        (Path, _file, Tensors, Metadata) = (path, file, tensors, metadata);

    /// <summary>The path the file was opened by.</summary>
    public string Path { get; }

    /// <summary>The tensors by name, in the order of their data.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>What the file says about itself, such as <c>format: pt</c>; often empty.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="CheckpointException">There is no such file, it cannot be read, or it breaks a rule of the format.</exception>
    public static SafeTensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new CheckpointException(path, "is a folder, not a file");
        }

        try
        {
            var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            try
            {
                var (tensors, metadata) = SafeTensorsHeader.Parse(path, ReadHeader(path, file), RandomAccess.GetLength(file));
                return new SafeTensorsFile(path, file, tensors, metadata);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CheckpointException.Unreadable(path, e);
        }
    }

    /// <summary>Finds a tensor.</summary>
    /// <exception cref="CheckpointException">The file holds none of that name.</exception>
    public TensorEntry Find(string name) =>
        Tensors.TryGetValue(name, out var entry) ? entry : throw new CheckpointException(Path, name, "is not in this file");

    /// <summary>Reads a whole tensor of floats, converted to single precision, row-major.</summary>
    /// <exception cref="CheckpointException">There is no such tensor, or it holds no floats that are read (F32, F16, BF16).</exception>
    public float[] ReadFloats(string name)
    {
        var values = NewArray<float>(FindFloats(name));
        ReadFloats(name, 0, values);
        return values;
    }

    /// <summary>Reads a whole tensor of floats into <paramref name="destination"/>, which has just its size. Allocates nothing.</summary>
    /// <exception cref="CheckpointException">As for <see cref="ReadFloats(string)"/>, or the sizes differ.</exception>
    public void ReadFloats(string name, Span<float> destination)
    {
        RequireSize(FindFloats(name), destination.Length);
        ReadFloats(name, 0, destination);
    }

    /// <summary>Reads the part of a tensor of floats that begins at element <paramref name="start"/>. Allocates nothing.</summary>
    /// <exception cref="CheckpointException">As for <see cref="ReadFloats(string)"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the tensor.</exception>
    public void ReadFloats(string name, long start, Span<float> destination)
    {
        var entry = FindFloats(name);
        RequirePart(entry, start, destination.Length);
        var offset = entry.Offset + (start * entry.ElementType.ByteSize());
        if (entry.ElementType == ElementType.Float32)
        {
            ReadRaw(offset, destination);
            return;
        }

        Span<ushort> halves = stackalloc ushort[ChunkElements];
        for (var done = 0; done < destination.Length; done += ChunkElements)
        {
            var target = destination[done..Math.Min(done + ChunkElements, destination.Length)];
            var source = halves[..target.Length];
            ReadRaw(offset + (done * (long)sizeof(ushort)), source);
            Widen(source, entry.ElementType, target);
        }
    }

    /// <summary>Reads a whole tensor of integers, row-major; a Boolean is 0 or 1.</summary>
    /// <exception cref="CheckpointException">
    /// There is no such tensor, or it holds no integers that are read (I64, I32, U8, BOOL).
    /// </exception>
    public long[] ReadInts(string name)
    {
        var values = NewArray<long>(FindInts(name));
        ReadIntegers(name, 0, values.AsSpan());
        return values;
    }

    /// <summary>Reads a whole tensor of integers into <paramref name="destination"/>, which has just its size. Allocates nothing.</summary>
    /// <exception cref="CheckpointException">As for <see cref="ReadInts(string)"/>, or the sizes differ.</exception>
    public void ReadInts(string name, Span<long> destination)
    {
        RequireSize(FindInts(name), destination.Length);
        ReadIntegers(name, 0, destination);
    }

    /// <summary>
    /// Reads the part of a tensor of integers that begins at element <paramref name="start"/>, as 32-bit integers. Allocates nothing.
    /// </summary>
    /// <exception cref="CheckpointException">As for <see cref="ReadInts(string)"/>, or an element does not fit into 32 bits.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the tensor.</exception>
    public void ReadInts(string name, long start, Span<int> destination) => ReadIntegers(name, start, destination);

    /// <summary>Reads a tensor's bytes as they are, of any type.</summary>
    /// <exception cref="CheckpointException">There is no such tensor, or it is longer than an array can be.</exception>
    public byte[] ReadBytes(string name)
    {
        var entry = Find(name);
        if (entry.ByteLength > Array.MaxLength)
        {
            throw new CheckpointException(Path, name, $"{entry} is longer than an array can be");
        }

        var bytes = new byte[entry.ByteLength];
        ReadRaw(entry.Offset, bytes.AsSpan());
        return bytes;
    }

    /// <summary>Closes the file; later reads throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Whether elements of this type are read as floats.</summary>
    internal static bool IsReadAsFloats(ElementType type) =>
        type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16;

    /// <summary>Whether elements of this type are read as integers.</summary>
    internal static bool IsReadAsInts(ElementType type) =>
        type is ElementType.Int64 or ElementType.Int32 or ElementType.UInt8 or ElementType.Bool;

    /// <summary>Finds a tensor whose elements are read as floats.</summary>
    internal TensorEntry FindFloats(string name) => FindReadable(name, IsReadAsFloats, "F32, F16 or BF16");

    /// <summary>Finds a tensor whose elements are read as integers.</summary>
    internal TensorEntry FindInts(string name) => FindReadable(name, IsReadAsInts, "I64, I32, U8 or BOOL");

    // The lengths are compared before anything of that length is allocated.
    private static byte[] ReadHeader(string path, SafeFileHandle file)
    {
        Span<byte> prefix = stackalloc byte[SafeTensorsHeader.PrefixBytes];
        var size = RandomAccess.GetLength(file);
        if (size < prefix.Length)
        {
            throw new CheckpointException(path, $"{size} bytes are too few for a safetensors file");
        }

        ReadExactly(path, file, 0, prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafeTensorsHeader.LongestHeader)
        {
            throw new CheckpointException(path,
                $"a header of {length} bytes is more than the allowed {SafeTensorsHeader.LongestHeader}: not a safetensors file");
        }

        if ((long)length > size - prefix.Length)
        {
            throw new CheckpointException(path, $"the header's {length} bytes reach past the end of the file");
        }

        var header = new byte[length];
        ReadExactly(path, file, prefix.Length, header);
        return header;
    }

    private static void ReadExactly(string path, SafeFileHandle file, long offset, Span<byte> destination)
    {
        for (int read; !destination.IsEmpty; destination = destination[read..], offset += read)
        {
            read = RandomAccess.Read(file, destination, offset);
            if (read == 0)
            {
                throw new CheckpointException(path, "it was cut short while it was read");
            }
        }
    }

    private static void Widen(ReadOnlySpan<ushort> source, ElementType type, Span<float> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = type == ElementType.Float16
                ? (float)BitConverter.UInt16BitsToHalf(source[i])
                : BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }

    private void ReadIntegers<T>(string name, long start, Span<T> destination)
        where T : unmanaged, IBinaryInteger<T>
    {
        var entry = FindInts(name);
        RequirePart(entry, start, destination.Length);
        var size = entry.ElementType.ByteSize();
        Span<byte> bytes = stackalloc byte[ChunkElements * sizeof(long)];
        for (var done = 0; done < destination.Length; done += ChunkElements)
        {
            var target = destination[done..Math.Min(done + ChunkElements, destination.Length)];
            var source = bytes[..(target.Length * size)];
            ReadRaw(entry.Offset + ((start + done) * size), source);
            for (var i = 0; i < target.Length; i++)
            {
                var value = Integer(source[(i * size)..], entry.ElementType);
                target[i] = T.CreateTruncating(value);
                if (long.CreateTruncating(target[i]) != value)
                {
                    throw new CheckpointException(Path, name,
                        $"element {start + done + i} is {value}, which does not fit into {8 * Unsafe.SizeOf<T>()} bits");
                }
            }
        }
    }

    private static long Integer(ReadOnlySpan<byte> source, ElementType type) => type switch
    {
        ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(source),
        ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(source),
        ElementType.Bool => source[0] == 0 ? 0 : 1,
        _ => source[0],
    };

    private void ReadRaw<T>(long offset, Span<T> destination)
        where T : unmanaged
    {
        try
        {
            ReadExactly(Path, _file, offset, MemoryMarshal.AsBytes(destination));
        }
        catch (IOException e)
        {
            throw CheckpointException.Unreadable(Path, e);
        }
    }

    private T[] NewArray<T>(TensorEntry entry) => entry.ElementCount <= Array.MaxLength
        ? GC.AllocateUninitializedArray<T>((int)entry.ElementCount)
        : throw new CheckpointException(Path, entry.Name, $"{entry} is longer than an array can be");

    private TensorEntry FindReadable(string name, Func<ElementType, bool> isRead, string types)
    {
        var entry = Find(name);
        return isRead(entry.ElementType)
            ? entry
            : throw new CheckpointException(Path, entry.Name, $"holds {entry.ElementType.Code()}, expected {types}");
    }

    private void RequireSize(TensorEntry entry, int size)
    {
        if (entry.ElementCount != size)
        {
            throw new CheckpointException(Path, entry.Name, $"{entry} has {entry.ElementCount} elements, expected {size}");
        }
    }

    private static void RequirePart(TensorEntry entry, long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, entry.ElementCount - length);
    }
}
