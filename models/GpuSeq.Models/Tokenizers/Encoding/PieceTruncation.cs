namespace GpuSeq.Models;

/// <summary>Cuts the pieces of a text or two, as Hugging Face's <c>truncate_sequences</c> does.</summary>
internal static class PieceTruncation
{
    /// <summary>How many pieces of each text stay.</summary>
    /// <param name="first">How many the first text has.</param>
    /// <param name="second">How many the second has; null where there is none.</param>
    /// <param name="room">How many there is room for.</param>
    /// <param name="truncation">What is cut. Where that is less than must go, nothing is.</param>
    public static (int First, int Second) Keep(int first, int? second, int room, Truncation truncation)
    {
        var (left, right) = (first, second ?? 0);
        var surplus = left + right - room;
        if (surplus <= 0)
            return (left, right);
        return truncation switch
        {
            Truncation.LongestFirst when second is not null => KeepLongest(left, right, surplus),
            Truncation.LongestFirst or Truncation.OnlyFirst when left > surplus => (left - surplus, right),
            Truncation.OnlySecond when right > surplus => (left, right - surplus),
            _ => (left, right),
        };
    }

    private static (int First, int Second) KeepLongest(int first, int second, int surplus)
    {
        for (; surplus > 0 && first + second > 0; surplus--)
            (first, second) = first > second ? (first - 1, second) : (first, second - 1);
        return (first, second);
    }
}
