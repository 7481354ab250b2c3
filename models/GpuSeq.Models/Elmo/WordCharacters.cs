using System.Text;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Words as numbers of characters: the bytes of UTF-8 between marks for a word's beginning and end, so that no word of any
/// language is unknown. What lies beyond a greatest length is cut off.
/// </summary>
/// <param name="most">The most bytes of a word.</param>
/// <param name="padding">Places behind the longest words.</param>
internal sealed class WordCharacters(int most, int padding)
{
    /// <summary>The number of characters: padding, 256 bytes, a word's beginning and end, the boundary of sentences.</summary>
    public const int Count = 260;

    private const int FirstByte = 1;
    private const int Begin = 257;
    private const int End = 258;
    private const int Boundary = 259;

    /// <summary>L, the length of a row.</summary>
    public int Length { get; } = most + 2 + padding;

    /// <summary>Writes a word.</summary>
    /// <param name="word">The word, or <see cref="ElmoText.Boundary"/>.</param>
    /// <param name="row">[L].</param>
    public void Write(string word, Span<int> row)
    {
        row.Clear();
        row[0] = Begin;
        var place = 1;
        if (word == ElmoText.Boundary)
        {
            row[place++] = Boundary;
        }
        else
        {
            var bytes = Encoding.UTF8.GetBytes(word);
            foreach (var value in bytes.AsSpan(0, Math.Min(bytes.Length, most)))
                row[place++] = FirstByte + value;
        }
        row[place] = End;
    }
}
