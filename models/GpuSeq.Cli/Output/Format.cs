using System.Globalization;

namespace GpuSeq.Cli;

/// <summary>Numbers as people read them.</summary>
internal static class Format
{
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var value = (double)bytes;
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }

    public static string Count(double count) => count switch
    {
        >= 1e9 => Invariant($"{count / 1e9:0.00} G"),
        >= 1e6 => Invariant($"{count / 1e6:0.00} M"),
        >= 1e4 => Invariant($"{count / 1e3:0.0} k"),
        _ => Invariant($"{count:0}"),
    };

    public static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? Invariant($"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : Invariant($"{time.Minutes}:{time.Seconds:00}");

    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    public static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
