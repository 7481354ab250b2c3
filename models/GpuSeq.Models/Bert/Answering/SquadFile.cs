using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>
/// Reads files of the Stanford Question Answering Dataset: version 1.1 (Rajpurkar et al. 2016), and version 2.0 (Rajpurkar, Jia and
/// Liang 2018), where questions may have no answer.
/// </summary>
internal static class SquadFile
{
    private sealed record Document(Article?[]? Data);

    private sealed record Article(string? Title, Paragraph?[]? Paragraphs);

    private sealed record Paragraph(string? Context, Question?[]? Qas);

    private sealed record Question(
        string? Id, [property: JsonPropertyName("question")] string? Text, Answer?[]? Answers, bool? IsImpossible);

    private sealed record Answer(string? Text, int? AnswerStart);

    /// <summary>The questions of a file in their order.</summary>
    /// <exception cref="DataException">It is no such file, or an answer does not stand where it should; names the question.</exception>
    public static IReadOnlyList<SquadExample> Read(string path)
    {
        var articles = JsonFile.Load<Document>(path, "questions in the form of SQuAD").Data
            ?? throw new DataException(path, "it has no 'data', the list of articles that SQuAD's files hold");
        var examples = new List<SquadExample>();
        foreach (var (number, article) in articles.Index())
        {
            var title = article?.Title is { Length: > 0 } name ? $"'{name}'" : $"{number + 1}";
            foreach (var (place, paragraph) in (article?.Paragraphs ?? []).Index())
            {
                var source = $"{path}, article {title}, paragraph {place + 1}";
                var context = paragraph?.Context ?? throw new DataException(source, "it has no context");
                examples.AddRange((paragraph.Qas ?? []).Select(question => Example(question, context, source)));
            }
        }
        return examples.Count > 0 ? examples : throw new DataException(path, "there are no questions in it");
    }

    private static SquadExample Example(Question? question, string context, string source)
    {
        var fault = question switch
        {
            null or { Id: null } => "a question has no id",
            { Text: null } => $"question '{question.Id}' has no text",
            { IsImpossible: true, Answers.Length: > 0 } => $"question '{question.Id}' is said to be impossible, but has answers",
            { IsImpossible: false, Answers: not { Length: > 0 } } => $"question '{question.Id}' is said to be possible, but has no answers",
            _ => null,
        };
        if (fault is not null)
            throw new DataException(source, fault);
        var answers = (question!.Answers ?? []).Select(answer => Place(answer, question.Id!, context, source));
        return new(question.Id!, question.Text!, context, [.. answers]);
    }

    private static SquadAnswer Place(Answer? answer, string id, string context, string source)
    {
        if (answer is not { Text: { } text, AnswerStart: { } place })
            throw new DataException(source, $"an answer to question '{id}' has no text or no answer_start");
        var start = UnitOf(context, place);
        return start >= 0 && string.CompareOrdinal(context, start, text, 0, text.Length) == 0
            ? Trimmed(text, start) ?? throw new DataException(source, $"an answer to question '{id}' is empty")
            : throw new DataException(source, $"the answer '{text}' to question '{id}' does not stand at {place} of the context");
    }

    private static SquadAnswer? Trimmed(string text, int start)
    {
        var blanks = text.Length - text.TrimStart().Length;
        return blanks < text.Length ? new(text.Trim(), start + blanks) : null;
    }

    // SQuAD counts code points; -1 where the context has no such place.
    private static int UnitOf(string context, int codePoint)
    {
        var unit = 0;
        for (var passed = 0; passed < codePoint && unit < context.Length; passed++)
            unit += char.IsSurrogatePair(context, unit) ? 2 : 1;
        return codePoint < 0 || unit >= context.Length ? -1 : unit;
    }
}
