using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace GpuSeq.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Write the result as JSON." };

    /// <summary>An option with a number that must lie in a range.</summary>
    public static Option<T> Number<T>(string name, string help, T otherwise, T least, T? most = null)
        where T : struct, INumber<T> => new(name)
        {
            Description = help,
            HelpName = "N",
            DefaultValueFactory = _ => otherwise,
            CustomParser = result => Parse(result, name, least, most) ?? otherwise,
        };

    /// <summary>An option with a number that may be left out.</summary>
    public static Option<T?> OptionalNumber<T>(string name, string help, T least, T? most = null)
        where T : struct, INumber<T> => new(name)
        {
            Description = help,
            HelpName = "N",
            CustomParser = result => Parse(result, name, least, most),
        };

    /// <summary>An option with one of a few names.</summary>
    public static Option<string> Choice<T>(string name, string help, T otherwise)
        where T : struct, Enum => new(name)
        {
            Description = help,
            HelpName = string.Join('|', Names<T>()),
            DefaultValueFactory = _ => otherwise.ToString().ToLowerInvariant(),
            CustomParser = result => ParseName(result, name, Names<T>()),
        };

    /// <summary>An option with one of a few names that may be left out.</summary>
    public static Option<string?> Choice(string name, string help, string[] names) => new(name)
    {
        Description = help,
        HelpName = string.Join('|', names),
        CustomParser = result => ParseName(result, name, names),
    };

    /// <summary>An option with one of a few names that may be left out.</summary>
    public static Option<T?> OptionalChoice<T>(string name, string help)
        where T : struct, Enum => new(name)
        {
            Description = help,
            HelpName = string.Join('|', Names<T>()),
            CustomParser = result => Enum.TryParse<T>(ParseName(result, name, Names<T>()), ignoreCase: true, out var value) ? value : null,
        };

    private static string[] Names<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(value => value.ToLowerInvariant())];

    private static string ParseName(ArgumentResult result, string name, string[] names)
    {
        var text = result.Tokens[0].Value.ToLowerInvariant();
        if (!names.Contains(text))
            result.AddError($"Option '{name}' is one of {string.Join(", ", names)}, not '{text}'.");
        return text;
    }

    private static T? Parse<T>(ArgumentResult result, string name, T least, T? most)
        where T : struct, INumber<T>
    {
        var text = result.Tokens[0].Value;
        if (!T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            result.AddError($"Option '{name}' takes a number{(IsWhole<T>() ? " without a fraction" : "")}, not '{text}'.");
        else if (!(value >= least) || value > most)
            result.AddError(most is null ? $"Option '{name}' is at least {least}, not {text}." : $"Option '{name}' lies between {least} and {most}, not at {text}.");
        else
            return value;
        return null;
    }

    private static bool IsWhole<T>()
        where T : struct, INumber<T> => T.One / (T.One + T.One) == T.Zero;
}
