using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// Writes safetensors files, whole or not at all (see <see cref="AtomicFile"/>). The same content gives the same bytes.
/// </summary>
public static class SafeTensorsWriter
{
    // Header and data begin at multiples of this, so that no element straddles its alignment.
    private const int Alignment = 8;

    /// <summary>Writes tensors to a file, in place of one that may be there.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="tensors">
    /// The tensors. Their data is laid out by falling element size, else in the given order: each is then aligned, as other readers
    /// of the format need it.
    /// </param>
    /// <param name="metadata">What the file shall say about itself; stored in ordinal order of the keys.</param>
    /// <exception cref="CheckpointException">
    /// The file cannot be written, a name is reserved or given twice, the header would be longer than the format allows, or a tensor
    /// did not write the bytes that it announced.
    /// </exception>
    public static void Write(string path, IEnumerable<TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var ordered = tensors.OrderByDescending(t => t.ElementType.ByteSize()).ToArray();
        RequireUsableNames(path, ordered);
        var header = Header(path, ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (var tensor in ordered)
            {
                WriteData(path, tensor, stream);
            }
        });
    }

    /// <summary>Refuses names that a checkpoint cannot hold, or cannot hold twice.</summary>
    internal static void RequireUsableNames(string path, TensorData[] tensors)
    {
        var names = new HashSet<string>(tensors.Length);
        foreach (var tensor in tensors)
        {
            if (tensor.Name == SafeTensorsHeader.MetadataKey)
            {
                throw new CheckpointException(path, tensor.Name, "the name is reserved");
            }

            if (!names.Add(tensor.Name))
            {
                throw new CheckpointException(path, tensor.Name, "is given twice");
            }
        }
    }

    private static void WriteData(string path, TensorData tensor, Stream stream)
    {
        var begin = stream.Position;
        tensor.WriteTo(stream);
        var written = stream.Position - begin;
        if (written != tensor.ByteLength)
        {
            throw new CheckpointException(path, tensor.Name, $"wrote {written} bytes, announced {tensor.ByteLength}");
        }
    }

    // Length prefix, JSON, and spaces up to the alignment.
    private static byte[] Header(string path, TensorData[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.ElementType.Code());
                WriteNumbers(json, "shape", tensor.Shape.AsSpan());
                WriteNumbers(json, "data_offsets", [offset, offset + tensor.ByteLength]);
                json.WriteEndObject();
                offset += tensor.ByteLength;
            }

            json.WriteEndObject();
        }

        var length = (buffer.WrittenCount + Alignment - 1) / Alignment * Alignment;
        if (length > SafeTensorsHeader.LongestHeader)
        {
            throw new CheckpointException(path, $"the header would take {length} bytes, allowed are {SafeTensorsHeader.LongestHeader}");
        }

        var header = new byte[SafeTensorsHeader.PrefixBytes + length];
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        header.AsSpan(SafeTensorsHeader.PrefixBytes).Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header.AsSpan(SafeTensorsHeader.PrefixBytes));
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartObject(SafeTensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
