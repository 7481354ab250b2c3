namespace GpuSeq.Models.Reporting.Plots;

/// <summary>How the numbers of an axis are written.</summary>
public enum AxisNumbers
{
    /// <summary>Plain, with prefixes such as k for large ones and an exponent for small ones.</summary>
    Plain,

    /// <summary>Plain, and never between two whole numbers.</summary>
    Whole,

    /// <summary>Bytes, in KiB, MiB or GiB.</summary>
    Bytes,
}

/// <summary>An axis of a plot.</summary>
/// <param name="Label">What is measured.</param>
public sealed record Axis(string Label)
{
    /// <summary>The unit, written behind the label; null for none.</summary>
    public string? Unit { get; init; }

    /// <summary>Whether equal distances are equal ratios; values that are not positive are left out.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>How its numbers are written.</summary>
    public AxisNumbers Numbers { get; init; }

    /// <summary>Values that the axis reaches whatever the data.</summary>
    public IReadOnlyList<double> Includes { get; init; } = [];

    /// <summary>Names in place of numbers, at 0, 1, 2 ...; on the left axis from the top down. Null for numbers.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    internal string Caption => Unit is null ? Label : $"{Label} ({Unit})";

    /// <summary>Whether a value has a place on the axis.</summary>
    internal bool Shows(double value) => double.IsFinite(value) && !(IsLogarithmic && value <= 0);

    /// <summary>The part of the numbers that is shown: all the data and a little room.</summary>
    public (double Low, double High) Domain(IEnumerable<double> data)
    {
        if (Categories is { } names)
            return (-0.5, Math.Max(names.Count, 1) - 0.5);
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in data.Concat(Includes).Where(Shows))
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (low > high)
            return IsLogarithmic ? (1, 10) : (0, 1);
        return IsLogarithmic ? Ratio(low, high) : Difference(low, high);
    }

    private (double Low, double High) Difference(double low, double high)
    {
        const double Room = 0.04;
        const double Distinct = 1e-9; // closer values are drawn as one: numbers on the axis could not tell them apart
        if (high - low <= Distinct * Math.Max(Math.Abs(low), Math.Abs(high)))
        {
            var around = low == 0 ? 1 : Math.Abs(low) * 0.5;
            return (low - around, high + around);
        }
        var room = (high - low) * Room;
        return (Includes.Contains(low) ? low : low - room, Includes.Contains(high) ? high : high + room);
    }

    private static (double Low, double High) Ratio(double low, double high)
    {
        const double Room = 0.04;
        var room = low == high ? 2 : Math.Pow(high / low, Room);
        return (low / room, high * room);
    }
}
