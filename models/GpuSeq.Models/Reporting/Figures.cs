using System.Globalization;

namespace GpuSeq.Models.Reporting;

/// <summary>Numbers as a report writes them.</summary>
internal static class Figures
{
    private const string None = "\u2013";

    /// <summary>Four digits that count, without zeros at the end, and all of a whole number.</summary>
    public static string Number(double? value) => value switch
    {
        null => None,
        { } number when !double.IsFinite(number) => number.ToString(CultureInfo.InvariantCulture),
        0 => "0",
        { } number when Math.Abs(number) is >= 1e-4 and < 1e4 => Fixed(number),
        { } number when Math.Abs(number) is >= 1e4 and < 1e15 => Whole(number),
        { } number => number.ToString("0.###e0", CultureInfo.InvariantCulture),
    };

    /// <summary>A whole number, with room between thousands.</summary>
    public static string Whole(double? value) =>
        value is { } number ? Math.Round(number).ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f') : None;

    /// <summary>Bytes in the largest unit that fits.</summary>
    public static string Bytes(double? bytes)
    {
        if (bytes is not { } value)
            return None;
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }

    private static string Fixed(double value)
    {
        var decimals = Math.Max(0, 3 - (int)Math.Floor(Math.Log10(Math.Abs(value))));
        return Math.Round(value, decimals).ToString(CultureInfo.InvariantCulture);
    }
}
