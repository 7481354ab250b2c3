using System.Globalization;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>A number on an axis.</summary>
/// <param name="Value">The number.</param>
/// <param name="Text">How it is written.</param>
public readonly record struct Tick(double Value, string Text);

/// <summary>Round numbers for an axis, and how they are written.</summary>
public static class Ticks
{
    private const int MostDecades = 7;

    private static readonly string[] LargePrefixes = ["", "k", "M", "G", "T", "P"];
    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>The ticks of an axis from <paramref name="low"/> to <paramref name="high"/>.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="low">The least value shown.</param>
    /// <param name="high">The largest value shown.</param>
    /// <param name="most">About how many fit.</param>
    public static IReadOnlyList<Tick> For(Axis axis, double low, double high, int most)
    {
        ArgumentNullException.ThrowIfNull(axis);
        if (axis.Categories is { } names)
            return Named(names, most);
        if (axis.IsLogarithmic && Logarithmic(low, high, most) is { Count: >= 3 } ticks)
            return ticks;
        return Linear(low, high, most, axis.Numbers);
    }

    private static List<Tick> Named(IReadOnlyList<string> names, int most)
    {
        var every = Math.Max(1, (int)Math.Ceiling(names.Count / (double)most));
        return [.. Enumerable.Range(0, names.Count).Where(i => i % every == 0).Select(i => new Tick(i, names[i]))];
    }

    private static List<Tick> Linear(double low, double high, int most, AxisNumbers numbers)
    {
        var step = numbers == AxisNumbers.Bytes ? PowerOfTwo((high - low) / most) : Round((high - low) / most);
        if (numbers != AxisNumbers.Plain)
            step = Math.Max(step, 1);
        var values = new List<double>();
        var first = Math.Ceiling(low / step - 1e-9);
        for (var i = 0; i <= most && (first + i) * step <= high + step * 1e-9; i++)
            values.Add((first + i) * step);
        var largest = values.Count == 0 ? 0 : values.Max(Math.Abs);
        string Text(double value) => numbers == AxisNumbers.Bytes ? Bytes(value, largest) : Plain(value, largest, step);
        return [.. values.Select(value => new Tick(value, Text(value)))];
    }

    // Powers of ten, with 2 and 5 between them where there is room.
    private static List<Tick> Logarithmic(double low, double high, int most)
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(Math.Log10(high)));
        var decades = Math.Log10(high / low);
        double[] within = decades * 3 <= most + 2 ? [1, 2, 5] : [1];
        var every = Math.Max(1, (int)Math.Ceiling(decades / Math.Min(most, MostDecades)));
        var ticks = new List<Tick>();
        for (var exponent = first; exponent <= last; exponent++)
        {
            foreach (var digit in within)
            {
                var value = digit * Math.Pow(10, exponent);
                if (exponent % every == 0 && value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
                    ticks.Add(new(value, Plain(value, value, Math.Pow(10, exponent))));
            }
        }
        return ticks;
    }

    // 1, 2 or 5 times a power of ten.
    private static double Round(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return (least / power) switch
        {
            <= 1.0000001 => power,
            <= 2.0000001 => 2 * power,
            <= 5.0000001 => 5 * power,
            _ => 10 * power,
        };
    }

    private static double PowerOfTwo(double least) => Math.Pow(2, Math.Ceiling(Math.Log2(least)));

    private static string Plain(double value, double largest, double step)
    {
        if (value == 0)
            return "0";
        if (largest < 1e-3)
        {
            var exponent = Math.Floor(Math.Log10(largest) + 1e-9);
            var unit = Math.Pow(10, exponent);
            return Fixed(value / unit, step / unit) + string.Create(CultureInfo.InvariantCulture, $"e{exponent:0}");
        }
        var prefix = largest < 1e4 ? 0 : Math.Min((int)(Math.Log10(largest) / 3 + 1e-9), LargePrefixes.Length - 1);
        var scale = Math.Pow(1000, prefix);
        return Fixed(value / scale, step / scale) + LargePrefixes[prefix];
    }

    private static string Fixed(double value, double step)
    {
        var decimals = Math.Clamp((int)-Math.Floor(Math.Log10(step) + 1e-9), 0, 12);
        return value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
    }

    private static string Bytes(double value, double largest)
    {
        var unit = largest < 1 ? 0 : Math.Min((int)Math.Log(largest, 1024), ByteUnits.Length - 1);
        return value == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{value / Math.Pow(1024, unit):0.###} {ByteUnits[unit]}");
    }
}
