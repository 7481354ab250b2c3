using System.CommandLine;

namespace GpuSeq.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Write the result as JSON." };

    public static Option<string> DeviceId() => new("--device")
    {
        Description = "What to compute on, as 'gpuseq devices' lists it.",
        HelpName = "D",
        DefaultValueFactory = _ => "cpu",
    };

    /// <summary>An option with a number that must lie in a range.</summary>
    public static Option<T> Number<T>(string name, string help, T otherwise, T least, T? most = null)
        where T : struct, IComparable<T>
    {
        var option = new Option<T>(name) { Description = help, HelpName = "N", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result => CheckRange(result, name, result.GetValueOrDefault<T>(), least, most));
        return option;
    }

    /// <summary>An option with a number that may be left out.</summary>
    public static Option<T?> OptionalNumber<T>(string name, string help, T least, T? most = null)
        where T : struct, IComparable<T>
    {
        var option = new Option<T?>(name) { Description = help, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<T?>() is { } value)
                CheckRange(result, name, value, least, most);
        });
        return option;
    }

    private static void CheckRange<T>(System.CommandLine.Parsing.OptionResult result, string name, T value, T least, T? most)
        where T : struct, IComparable<T>
    {
        if (value.CompareTo(least) >= 0 && !(most is { } limit && value.CompareTo(limit) > 0))
            return;
        result.AddError(most is null
            ? $"Option '{name}' is at least {least}, not {value}."
            : $"Option '{name}' lies between {least} and {most}, not at {value}.");
    }
}
