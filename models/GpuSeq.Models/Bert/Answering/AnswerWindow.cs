namespace GpuSeq.Models;

/// <summary>A question with as much of its context as there is room for.</summary>
/// <param name="Question">Which question it is of.</param>
/// <param name="Text">The question, and behind it the part of the context.</param>
internal sealed record AnswerWindow(int Question, EncodedText Text)
{
    /// <summary>The place of [CLS], which stands for no answer.</summary>
    public const int None = 0;

    private const int Context = 1; // the second text

    /// <summary>The windows of questions, those of a question one behind the other.</summary>
    /// <param name="encoder">Of the texts.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="run">How long windows are.</param>
    /// <param name="config">The form of the model.</param>
    public static IReadOnlyList<AnswerWindow> Of(
        TextEncoder encoder, IReadOnlyList<ContextQuestion> questions, BertAnswerRun run, BertConfig config)
    {
        var (length, stride, questionLength) = run.WindowsFor(config);
        var options = new EncodingOptions { MaxLength = length, Truncation = Truncation.OnlySecond, Stride = stride };
        return
        [
            .. questions.Index().SelectMany(question => encoder
                .EncodeWindows(Cut(encoder, question.Item.Question.Trim(), questionLength), question.Item.Context, options)
                .Select(text => new AnswerWindow(question.Index, text))),
        ];
    }

    /// <summary>Whether a piece is one of the context.</summary>
    public bool IsContext(int place) => Text.Parts[place] == Context;

    /// <summary>The first and the last piece of an answer; <see cref="None"/> where the window does not hold all of it.</summary>
    public (int First, int Last) Find(SquadAnswer? answer)
    {
        var first = Array.IndexOf(Text.Parts, Context);
        if (answer is null || first < 0)
            return (None, None);
        var last = Array.LastIndexOf(Text.Parts, Context);
        if (Text.Offsets[first].Start > answer.Start || Text.Offsets[last].End < answer.End)
            return (None, None);
        while (first < last && Text.Offsets[first].End <= answer.Start)
            first++;
        while (last > first && Text.Offsets[last].Start >= answer.End)
            last--;
        return (first, last);
    }

    private static string Cut(TextEncoder encoder, string question, int most)
    {
        var pieces = encoder.Tokenizer.EncodePieces(question);
        return pieces.Length <= most ? question : question[..pieces[most - 1].End];
    }
}
