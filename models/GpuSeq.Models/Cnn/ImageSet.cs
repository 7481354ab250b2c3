namespace GpuSeq.Models;

/// <summary>Grey images of one size, each with the number of its class.</summary>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
/// <param name="Pixels">[images, Height, Width], from 0 to 255.</param>
/// <param name="Labels">[images], classes from 0.</param>
/// <param name="Source">Where the images come from, for messages.</param>
public sealed record ImageSet(int Height, int Width, ReadOnlyMemory<byte> Pixels, ReadOnlyMemory<byte> Labels, string Source)
{
    /// <summary>The number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>The number of classes: one more than the largest label.</summary>
    public int Classes => 1 + MaxLabel(Labels.Span);

    /// <summary>An image, rows first.</summary>
    public ReadOnlySpan<byte> this[int image] => Pixels.Span.Slice(image * Height * Width, Height * Width);

    private static int MaxLabel(ReadOnlySpan<byte> labels)
    {
        var most = 0;
        foreach (var label in labels)
            most = Math.Max(most, label);
        return most;
    }
}
