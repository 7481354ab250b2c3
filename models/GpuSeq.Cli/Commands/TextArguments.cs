using System.CommandLine;

namespace GpuSeq.Cli.Commands;

/// <summary>Texts that a command takes: its arguments, or without any the lines of the standard input.</summary>
internal sealed class TextArguments
{
    private const int MostAtOnce = 32;

    private readonly Argument<string[]> _texts;

    private readonly bool _keepsEmptyLines;

    /// <param name="command">The command.</param>
    /// <param name="keepsEmptyLines">Whether an empty line is a text too, so that results stand on the same lines.</param>
    /// <param name="name">What the help calls one.</param>
    /// <param name="help">What they are.</param>
    public TextArguments(Command command, bool keepsEmptyLines = false, string name = "TEXT", string help = "The texts")
    {
        _texts = new(name)
        {
            Description = $"{help}; without any, each line of the standard input is one.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        command.Add(_texts);
        _keepsEmptyLines = keepsEmptyLines;
    }

    /// <summary>Whether they stand in the call.</summary>
    public bool AreGiven(ParseResult call) => call.GetValue(_texts) is { Length: > 0 };

    /// <summary>The texts in groups: a person who types gets an answer to every line.</summary>
    public IEnumerable<string[]> Read(ParseResult call) =>
        call.GetValue(_texts) is { Length: > 0 } given
            ? given.Chunk(MostAtOnce)
            : Lines().Chunk(Console.IsInputRedirected ? MostAtOnce : 1);

    private IEnumerable<string> Lines()
    {
        while (Console.In.ReadLine() is { } line)
        {
            if (_keepsEmptyLines || !string.IsNullOrWhiteSpace(line))
                yield return line;
        }
    }
}
