using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>
/// Files of word vectors as the original word2vec tool writes and reads them. Both forms begin with a line <c>V C</c>. In the
/// text form a line follows for each word: the word and its numbers with blanks between them. In the binary form each word is
/// followed by a blank, its numbers as little-endian float32, and the end of a line.
/// </summary>
public static class Word2VecFile
{
    private const int LongestWord = 1 << 16;

    /// <summary>Writes the text form. Numbers are as long as it takes to read the same float32 back.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public static void WriteText(string path, WordVectorTable vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            writer.WriteLine($"{vectors.Words.Count} {vectors.Size}");
            for (var place = 0; place < vectors.Words.Count; place++)
            {
                writer.Write(vectors.Words[place]);
                foreach (var value in vectors.Values.AsSpan(place * vectors.Size, vectors.Size))
                    writer.Write(string.Create(CultureInfo.InvariantCulture, $" {value:R}"));
                writer.WriteLine();
            }
        });
    }

    /// <summary>Writes the binary form.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public static void WriteBinary(string path, WordVectorTable vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(Encoding.UTF8.GetBytes($"{vectors.Words.Count} {vectors.Size}\n"));
            var row = new byte[vectors.Size * sizeof(float)];
            for (var place = 0; place < vectors.Words.Count; place++)
            {
                for (var i = 0; i < vectors.Size; i++)
                    BinaryPrimitives.WriteSingleLittleEndian(row.AsSpan(i * sizeof(float)), vectors.Values[place * vectors.Size + i]);
                stream.Write(Encoding.UTF8.GetBytes($"{vectors.Words[place]} "));
                stream.Write(row);
                stream.WriteByte((byte)'\n');
            }
        });
    }

    /// <summary>Reads either form.</summary>
    /// <exception cref="DataException">It cannot be read or is something else; names the line or the vector.</exception>
    public static WordVectorTable Read(string path)
    {
        try
        {
            using var stream = new BufferedStream(File.OpenRead(path), 1 << 16);
            var (count, size) = ReadHeader(stream, path);
            var (words, values) = (new string[count], new float[(long)count * size]);
            var begin = stream.Position;
            var isText = LooksLikeText(stream);
            stream.Position = begin;
            if (isText)
                ReadText(stream, path, words, values);
            else
                ReadBinary(stream, path, words, values);
            return new(words, values, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DataException.Unreadable(path, exception);
        }
    }

    private static (int Count, int Size) ReadHeader(Stream stream, string path)
    {
        var line = ReadUntil(stream, '\n', most: 64) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        var cells = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (cells.Length != 2 || !int.TryParse(cells[0], CultureInfo.InvariantCulture, out var count)
            || !int.TryParse(cells[1], CultureInfo.InvariantCulture, out var size) || count < 1 || size < 1)
        {
            throw new DataException(path, "line 1 is not the number of vectors and their length, as files of word2vec begin");
        }
        // A word, a blank and a number each take two bytes at least, so that a broken header asks for no memory.
        return (long)count * size * 2 <= stream.Length
            ? (count, size)
            : throw new DataException(path, $"line 1 promises {count} vectors of {size} numbers, for which the file is too short");
    }

    // Whether what follows the first word can be the digits of numbers.
    private static bool LooksLikeText(Stream stream)
    {
        const string Digits = "0123456789+-.eE \r\n";
        if (ReadUntil(stream, ' ', LongestWord) is null)
            return true;
        Span<byte> bytes = stackalloc byte[64];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var end = bytes[..length].IndexOf((byte)'\n');
        foreach (var value in bytes[..(end > 0 ? end : length)])
        {
            if (!Digits.Contains((char)value, StringComparison.Ordinal))
                return false;
        }
        return true;
    }

    private static void ReadText(Stream stream, string path, string[] words, float[] values)
    {
        var size = values.Length / words.Length;
        using var reader = new StreamReader(stream, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false);
        for (var place = 0; place < words.Length; place++)
        {
            if (reader.ReadLine() is not { } line)
                throw new DataException(path, $"it ends after {place} of the {words.Length} vectors that line 1 promises");
            var cells = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (cells.Length != size + 1)
                throw new DataException(path, $"line {place + 2} has {Math.Max(0, cells.Length - 1)} numbers where line 1 promises {size}");
            words[place] = cells[0];
            for (var i = 0; i < size; i++)
            {
                if (!float.TryParse(cells[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out values[place * size + i]))
                    throw new DataException(path, $"line {place + 2}: '{cells[i + 1]}' is not a number");
            }
        }
    }

    private static void ReadBinary(Stream stream, string path, string[] words, float[] values)
    {
        var size = values.Length / words.Length;
        var row = new byte[size * sizeof(float)];
        for (var place = 0; place < words.Length; place++)
        {
            var word = ReadUntil(stream, ' ', LongestWord)
                ?? throw new DataException(path, $"it ends after {place} of the {words.Length} vectors that line 1 promises");
            if (!Utf8.IsValid(word))
                throw new DataException(path, $"the word of vector {place + 1} is not UTF-8 text");
            words[place] = Encoding.UTF8.GetString(word).TrimStart('\n');
            if (stream.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length)
                throw new DataException(path, $"it ends within vector {place + 1} of {words.Length}, that of '{words[place]}'");
            for (var i = 0; i < size; i++)
                values[place * size + i] = BinaryPrimitives.ReadSingleLittleEndian(row.AsSpan(i * sizeof(float)));
        }
    }

    // What stands before a character, which is read too; null where it does not come.
    private static byte[]? ReadUntil(Stream stream, char end, int most)
    {
        var bytes = new List<byte>();
        while (bytes.Count < most)
        {
            var next = stream.ReadByte();
            if (next == end)
                return [.. bytes];
            if (next < 0)
                return null;
            bytes.Add((byte)next);
        }
        return null;
    }
}
