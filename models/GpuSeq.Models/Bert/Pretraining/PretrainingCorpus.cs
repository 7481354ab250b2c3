namespace GpuSeq.Models;

/// <summary>Documents for a pre-training, as pieces.</summary>
/// <param name="Encoder">Cuts texts into pieces.</param>
/// <param name="Train">What is learned from.</param>
/// <param name="Held">What is measured on.</param>
/// <param name="HeldSentences">The sentences of <paramref name="Held"/>.</param>
/// <param name="Source">Where the documents come from, for messages.</param>
internal sealed record PretrainingCorpus(
    TextEncoder Encoder, IReadOnlyList<PieceDocument> Train, IReadOnlyList<PieceDocument> Held, IReadOnlyList<string> HeldSentences,
    string Source)
{
    private const int LeastDocuments = 4; // two on each side: a pair may need a second one
    private const int MostEvery = 20;
    private const char NoCharacter = '\uFFFD';

    /// <summary>
    /// Reads the documents of a run. Without others to measure on, one in twenty is held back, or more where there are few.
    /// </summary>
    /// <param name="run">Which documents.</param>
    /// <param name="modelType">The type of model, which says what kind of tokenizer is learned from them.</param>
    /// <param name="encoder">What cuts them into pieces; null to learn it.</param>
    /// <param name="notice">Told where texts are not UTF-8 everywhere.</param>
    /// <exception cref="DataException">A text cannot be read, or there are too few.</exception>
    public static PretrainingCorpus Read(
        PretrainingRun run, string modelType, TextEncoder? encoder = null, Action<string>? notice = null)
    {
        var texts = run.Data is { } data ? Texts(data, notice) : BuiltInDays.Write();
        return Of(texts, run.Validation is { } held ? Texts(held, notice) : null, run, modelType, encoder);
    }

    /// <summary>The documents of texts.</summary>
    /// <inheritdoc cref="Read"/>
    /// <param name="texts">What is learned from.</param>
    /// <param name="validation">What is measured on; null to hold a part back.</param>
    /// <param name="run">How large a vocabulary is.</param>
    /// <param name="modelType">The type of model.</param>
    /// <param name="encoder">What cuts them into pieces; null to learn it.</param>
    public static PretrainingCorpus Of(
        IReadOnlyList<string> texts, IReadOnlyList<string>? validation, PretrainingRun run, string modelType, TextEncoder? encoder = null)
    {
        var source = run.Data ?? "the built-in text";
        var documents = TextDocument.Cut(texts);
        var (train, held) = validation is null ? HoldBack(documents, source) : (documents, TextDocument.Cut(validation));
        encoder ??= PretrainingTokenizers.Learn(modelType, train.Select(document => document.Text), run.VocabSize, source);
        return new(
            encoder, Pieces(encoder, train, source), Pieces(encoder, held, run.Validation ?? source),
            [.. held.SelectMany(document => document.Sentences)], source);
    }

    /// <summary>The documents of a file or folder, all of them to be measured on.</summary>
    /// <exception cref="DataException">A text cannot be read, or there are none.</exception>
    public static PretrainingCorpus ToMeasure(string data, TextEncoder encoder)
    {
        var documents = TextDocument.Cut(Texts(data, notice: null));
        return new(encoder, [], Pieces(encoder, documents, data), [], data);
    }

    // Old texts hold bytes of other encodings here and there.
    private static string[] Texts(string paths, Action<string>? notice)
    {
        var texts = TextFolder.Read(paths, isLenient: true);
        var faulty = texts.Count(text => text.Contains(NoCharacter));
        if (faulty > 0)
            notice?.Invoke($"{paths}: {faulty} of {texts.Length} texts hold bytes that are not UTF-8, which are left out.");
        return Array.ConvertAll(texts, text => text.Replace($"{NoCharacter}", ""));
    }

    // Evenly over the data, so that both parts speak of the same.
    private static (IReadOnlyList<TextDocument> Train, IReadOnlyList<TextDocument> Held) HoldBack(
        IReadOnlyList<TextDocument> documents, string source)
    {
        if (documents.Count < LeastDocuments)
            throw new DataException(source, $"{documents.Count} documents are too few to hold some back; {LeastDocuments} are needed");
        var every = Math.Min(MostEvery, documents.Count / 2);
        var parts = documents.Index().ToLookup(entry => entry.Index % every == every - 1, entry => entry.Item);
        return ([.. parts[false]], [.. parts[true]]);
    }

    private static PieceDocument[] Pieces(TextEncoder encoder, IEnumerable<TextDocument> documents, string source)
    {
        PieceDocument[] pieces =
        [
            .. documents.Select(document => PieceDocument.Of(encoder.Tokenizer, document)).Where(document => document.Sentences > 0),
        ];
        return pieces.Length > 0 ? pieces : throw new DataException(source, "there is no text in it");
    }
}
