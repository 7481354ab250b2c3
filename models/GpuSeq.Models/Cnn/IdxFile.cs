using System.Buffers.Binary;
using System.IO.Compression;

namespace GpuSeq.Models;

/// <summary>
/// Reads files of bytes in the idx format (LeCun, Cortes and Burges, "The MNIST database"), plain or compressed by gzip: two bytes
/// of zero, a type, the number of dimensions, their sizes as 32-bit integers with the high byte first, and the elements.
/// </summary>
public static class IdxFile
{
    private const byte UnsignedByte = 0x08;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimensions">How many dimensions it must have.</param>
    /// <returns>Their sizes, and the elements.</returns>
    /// <exception cref="DataException">It cannot be read, or is broken.</exception>
    public static (int[] Sizes, ReadOnlyMemory<byte> Elements) Read(string path, int dimensions)
    {
        var bytes = Content(path);
        var header = 4 + 4 * dimensions;
        if (bytes.Length < header)
            throw new DataException(path, $"it ends after {bytes.Length} bytes, within the {header} of its header");
        var (magic, expected) = (BinaryPrimitives.ReadInt32BigEndian(bytes.Span), UnsignedByte << 8 | dimensions);
        if (magic != expected)
        {
            throw new DataException(
                path, $"its magic number is 0x{magic:x8}, not 0x{expected:x8}, that of bytes in {dimensions} dimension{(dimensions > 1 ? "s" : "")}");
        }
        var sizes = new int[dimensions];
        var count = 1L;
        for (var i = 0; i < dimensions; i++)
        {
            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(bytes.Span[(4 + 4 * i)..]);
            if (sizes[i] <= 0 || (count *= sizes[i]) > int.MaxValue)
                throw new DataException(path, $"its header gives {string.Join(" x ", sizes[..(i + 1)])} elements, which no such file holds");
        }
        if (bytes.Length - header != count)
        {
            throw new DataException(path,
                $"its header gives {string.Join(" x ", sizes)} = {count} elements, but {bytes.Length - header} bytes follow it");
        }
        return (sizes, bytes[header..]);
    }

    private static ReadOnlyMemory<byte> Content(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var isCompressed = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            using var content = new MemoryStream();
            if (isCompressed)
            {
                using var decompressed = new GZipStream(file, CompressionMode.Decompress);
                decompressed.CopyTo(content);
            }
            else
            {
                file.CopyTo(content);
            }
            return content.GetBuffer().AsMemory(0, (int)content.Length);
        }
        catch (InvalidDataException exception)
        {
            throw new DataException(path, $"it cannot be decompressed: {exception.Message.TrimEnd('.')}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DataException.Unreadable(path, exception);
        }
    }
}
