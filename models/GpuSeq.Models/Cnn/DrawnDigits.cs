namespace GpuSeq.Models;

/// <summary>
/// Digits that are drawn here, for the recipe to learn from when it is given none: strokes of a pen whose place, size, slant,
/// shape and thickness differ from image to image, with some noise.
/// </summary>
public static class DrawnDigits
{
    private const int Size = 28;
    private const int Digits = 10;
    private const double Noise = 24; // of 255

    // The corners of each digit's strokes in a square of 10 x 10, x and y from the upper left.
    private static readonly int[][][] Strokes =
    [
        [[3, 1, 7, 1, 8, 3, 8, 7, 7, 9, 3, 9, 2, 7, 2, 3, 3, 1]],
        [[3, 3, 6, 1, 6, 9]],
        [[2, 3, 3, 1, 7, 1, 8, 3, 7, 5, 2, 9, 8, 9]],
        [[2, 2, 4, 1, 7, 1, 8, 3, 6, 5, 8, 7, 7, 9, 4, 9, 2, 8], [4, 5, 6, 5]],
        [[7, 9, 7, 1, 2, 6, 9, 6]],
        [[8, 1, 3, 1, 2, 5, 6, 4, 8, 6, 7, 9, 2, 9]],
        [[7, 1, 4, 2, 2, 5, 2, 8, 4, 9, 7, 9, 8, 7, 7, 5, 3, 6]],
        [[2, 1, 8, 1, 4, 9]],
        [[5, 5, 3, 4, 3, 2, 5, 1, 7, 2, 7, 4, 5, 5, 2, 7, 3, 9, 7, 9, 8, 7, 5, 5]],
        [[7, 5, 3, 5, 2, 3, 3, 1, 7, 1, 8, 3, 7, 9]],
    ];

    /// <summary>Draws images, as many of each digit.</summary>
    /// <param name="count">The number of images.</param>
    /// <param name="seed">The same seed draws the same.</param>
    public static ImageSet Draw(int count, ulong seed)
    {
        var random = new SplitMix64(SplitMix64.Mix(seed));
        var (pixels, labels) = (new byte[count * Size * Size], new byte[count]);
        for (var i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % Digits);
            Draw(Strokes[labels[i]], pixels.AsSpan(i * Size * Size, Size * Size), ref random);
        }
        return new(Size, Size, pixels, labels, "the built-in digits");
    }

    private static void Draw(int[][] digit, Span<byte> image, ref SplitMix64 random)
    {
        var (scaleX, scaleY) = (Between(1.3, 2.0, ref random), Between(1.6, 2.2, ref random));
        var (slant, thickness) = (Between(-0.3, 0.3, ref random), Between(0.7, 1.7, ref random));
        var (centerX, centerY) = (Size / 2 + Between(-2.5, 2.5, ref random), Size / 2 + Between(-2.5, 2.5, ref random));
        var lines = new List<(double X1, double Y1, double X2, double Y2)>();
        foreach (var stroke in digit)
        {
            var corners = new (double X, double Y)[stroke.Length / 2];
            for (var i = 0; i < corners.Length; i++)
            {
                var (x, y) = (stroke[2 * i] - 5 + Between(-0.6, 0.6, ref random), stroke[2 * i + 1] - 5 + Between(-0.6, 0.6, ref random));
                corners[i] = (centerX + scaleX * (x - slant * y), centerY + scaleY * y);
            }
            lines.AddRange(corners.Zip(corners[1..], (a, b) => (a.X, a.Y, b.X, b.Y)));
        }
        for (var i = 0; i < image.Length; i++)
        {
            var (x, y) = (i % Size + 0.5, i / Size + 0.5);
            var ink = Math.Clamp(thickness + 0.5 - lines.Min(line => Distance(x, y, line)), 0, 1);
            image[i] = (byte)Math.Clamp(255 * ink + Noise * (random.NextUniform() - 0.5), 0, 255);
        }
    }

    private static double Distance(double x, double y, (double X1, double Y1, double X2, double Y2) line)
    {
        var (dx, dy) = (line.X2 - line.X1, line.Y2 - line.Y1);
        var along = Math.Clamp(((x - line.X1) * dx + (y - line.Y1) * dy) / (dx * dx + dy * dy + 1e-9), 0, 1);
        return Math.Sqrt(Math.Pow(x - line.X1 - along * dx, 2) + Math.Pow(y - line.Y1 - along * dy, 2));
    }

    private static double Between(double low, double high, ref SplitMix64 random) => low + (high - low) * random.NextUniform();
}
