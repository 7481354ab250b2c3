namespace GpuSeq.Models;

/// <summary>A place in a template: a special token, or a text.</summary>
/// <param name="Text">0 for the first text, 1 for the second, -1 for a special token.</param>
/// <param name="Id">The special token.</param>
/// <param name="Type">The type that the model is told of all that stands there.</param>
internal readonly record struct TemplatePart(int Text, int Id, int Type)
{
    public const int Special = -1;

    public static TemplatePart Of(int text, int type) => new(text, 0, type);

    public static TemplatePart Token(int id, int type) => new(Special, id, type);
}

/// <summary>What stands around one text and around two.</summary>
internal sealed record TextTemplate(IReadOnlyList<TemplatePart> Single, IReadOnlyList<TemplatePart> Pair)
{
    /// <summary>The texts alone.</summary>
    public static TextTemplate Bare { get; } = new([TemplatePart.Of(0, 0)], [TemplatePart.Of(0, 0), TemplatePart.Of(1, 1)]);

    /// <summary>BERT's: <c>[CLS] A [SEP] B [SEP]</c>, the second text and what follows it of type 1 (Devlin et al. 2019).</summary>
    public static TextTemplate Bert(int begin, int separator) => new(
        [TemplatePart.Token(begin, 0), TemplatePart.Of(0, 0), TemplatePart.Token(separator, 0)],
        [
            TemplatePart.Token(begin, 0), TemplatePart.Of(0, 0), TemplatePart.Token(separator, 0),
            TemplatePart.Of(1, 1), TemplatePart.Token(separator, 1),
        ]);

    /// <summary>RoBERTa's: <c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>, all of type 0 (Liu et al. 2019).</summary>
    public static TextTemplate Roberta(int begin, int separator) => new(
        [TemplatePart.Token(begin, 0), TemplatePart.Of(0, 0), TemplatePart.Token(separator, 0)],
        [
            TemplatePart.Token(begin, 0), TemplatePart.Of(0, 0), TemplatePart.Token(separator, 0), TemplatePart.Token(separator, 0),
            TemplatePart.Of(1, 0), TemplatePart.Token(separator, 0),
        ]);

    /// <summary>What stands around texts.</summary>
    public IReadOnlyList<TemplatePart> For(bool pair) => pair ? Pair : Single;

    /// <summary>Whether another puts the same around texts.</summary>
    public bool IsLike(TextTemplate other) => Single.SequenceEqual(other.Single) && Pair.SequenceEqual(other.Pair);
}
