namespace GpuSeq.Models;

/// <summary>How a task is put to a language model: a description, examples, and a text to be answered (Brown et al. 2020, figure 2.1).</summary>
public sealed record PromptTemplate
{
    /// <summary>Stands for a text in <see cref="Example"/>.</summary>
    public const string Text = "{text}";

    /// <summary>Stands for the answer in <see cref="Example"/>.</summary>
    public const string Answer = "{answer}";

    /// <summary>The form of an example where nothing else is said, as the paper shows it.</summary>
    public const string Arrow = $"{Text} => {Answer}";

    /// <summary>What is to be done, in words; empty to say nothing.</summary>
    public string Task { get; init; } = "";

    /// <summary>The form of an example, with the text before the answer.</summary>
    public string Example { get; init; } = Arrow;

    /// <summary>What is wrong with it in one line; null if nothing is.</summary>
    public string? Fault => Example.IndexOf(Text, StringComparison.Ordinal) is var text and >= 0
        && Example.IndexOf(Answer, StringComparison.Ordinal) > text
            ? null
            : $"an example has the form '{Example}', not one with {Text} and then {Answer}";

    // Blanks before the answer belong to it: tokens of byte-pair encodings begin with them.
    private string BeforeAnswer => Example[..Example.IndexOf(Answer, StringComparison.Ordinal)].TrimEnd(' ');

    /// <summary>The prompt that asks for a text's answer.</summary>
    /// <param name="shots">Examples that are shown, each on lines of its own.</param>
    /// <param name="text">The text.</param>
    public string Prompt(IEnumerable<LabelledText> shots, string text)
    {
        ArgumentNullException.ThrowIfNull(shots);
        var lines = shots.Select(shot => Fill(Example, shot.Text).Replace(Answer, shot.Label, StringComparison.Ordinal))
            .Append(Fill(BeforeAnswer, text));
        return string.Join('\n', Task.Length > 0 ? lines.Prepend(Task) : lines);
    }

    /// <summary>How the prompt goes on with an answer.</summary>
    public string Continuation(string answer)
    {
        var begin = BeforeAnswer.Length;
        return Example[begin..Example.IndexOf(Answer, StringComparison.Ordinal)] + answer;
    }

    // Lines part the examples from each other, so that a text is one.
    private static string Fill(string form, string text) =>
        form.Replace(Text, string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
}
