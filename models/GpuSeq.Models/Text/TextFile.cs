using System.IO.Compression;
using System.Text;
using System.Text.Unicode;

namespace GpuSeq.Models;

/// <summary>Reads text files.</summary>
public static class TextFile
{
    /// <summary>Reads a file as UTF-8, unpacked where its name ends in <c>.gz</c>; a byte order mark is left out.</summary>
    /// <exception cref="DataException">It cannot be read, or holds bytes that are not UTF-8; names the line.</exception>
    public static string Read(string path) => Read(path, isLenient: false);

    /// <summary>Reads a file as UTF-8; a byte order mark is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isLenient">Whether bytes that are not UTF-8 become U+FFFD, instead of an error.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static string Read(string path, bool isLenient)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
            if (Path.GetExtension(path).Equals(".gz", StringComparison.OrdinalIgnoreCase))
                bytes = Unpacked(bytes);
        }
        catch (InvalidDataException)
        {
            throw new DataException(path, "it is not packed as .gz files are");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DataException.Unreadable(path, exception);
        }
        return Decode(bytes, path, isLenient);
    }

    /// <summary>Reads bytes as UTF-8; a byte order mark is left out.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="isLenient">Whether bytes that are not UTF-8 become U+FFFD, instead of an error.</param>
    /// <exception cref="DataException">They are not UTF-8; names the line.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string source, bool isLenient = false)
    {
        var text = bytes;
        if (text.StartsWith(Encoding.UTF8.Preamble))
            text = text[Encoding.UTF8.Preamble.Length..];
        if (!isLenient && !Utf8.IsValid(text))
            throw new DataException(source, $"line {FirstBadLine(text)} is not UTF-8 text");
        return Encoding.UTF8.GetString(text);
    }

    private static byte[] Unpacked(byte[] bytes)
    {
        using var packed = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        packed.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static int FirstBadLine(ReadOnlySpan<byte> text)
    {
        var line = 1;
        while (true)
        {
            var end = text.IndexOf((byte)'\n');
            if (end < 0 || !Utf8.IsValid(text[..end]))
                return line;
            text = text[(end + 1)..];
            line++;
        }
    }
}
