using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>What two ways to make vectors come to for a word.</summary>
/// <param name="Word">The word.</param>
/// <param name="Sentences">The sentences with it that are compared.</param>
/// <param name="Word2Vec">With one vector for the word; null where the word vectors do not know it.</param>
/// <param name="Bert">With a vector for each occurrence.</param>
/// <param name="Vectors">[N][C], those of BERT.</param>
public sealed record ComparedWord(
    string Word, IReadOnlyList<SenseSentence> Sentences, SenseCosines? Word2Vec, SenseCosines Bert, IReadOnlyList<float[]> Vectors);

/// <summary>
/// Compares Word2Vec, which has one vector for a word, with a model of BERT's family, which has one for each occurrence, on words of
/// several senses.
/// </summary>
/// <param name="data">The sentences.</param>
/// <param name="vectors">The vectors of words.</param>
/// <param name="words">What BERT makes of each word.</param>
public sealed class SenseComparison(SenseData data, WordVectorTable vectors, IReadOnlyList<ComparedWord> words)
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "word-senses";

    private const int Neighbours = 6;

    /// <summary>The words.</summary>
    public IReadOnlyList<ComparedWord> Words => words;

    /// <summary>Makes the vectors and compares them.</summary>
    /// <exception cref="DataException">The model cannot read a word.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static SenseComparison Of(
        SenseData data, WordVectorTable vectors, BertOccurrences bert, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(bert);
        return new(data, vectors, [.. data.Compared.GroupBy(sentence => sentence.Word).Select(own => Compare(own.Key, [.. own]))]);

        ComparedWord Compare(string word, SenseSentence[] sentences)
        {
            string[] senses = [.. sentences.Select(sentence => sentence.Sense)];
            var occurrences = bert.Of(sentences, cancellation);
            var single = vectors.Find(word) is { } place ? Enumerable.Repeat(vectors.Unit(place).ToArray(), senses.Length).ToArray() : null;
            var ofSingle = single is null ? null : SenseCosines.Of(single, senses);
            return new(word, sentences, ofSingle, SenseCosines.Of(occurrences, senses), occurrences);
        }
    }

    /// <summary>The means over the words, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics()
    {
        var metrics = new Dictionary<string, double>();
        Add("bert", [.. words.Select(word => word.Bert)]);
        Add("word2vec", [.. words.Select(word => word.Word2Vec).OfType<SenseCosines>()]);
        return metrics;

        void Add(string name, SenseCosines[] cosines)
        {
            metrics[$"{name}_same_sense"] = Mean(cosines, own => own.Same);
            metrics[$"{name}_other_sense"] = Mean(cosines, own => own.Other);
            metrics[$"{name}_nearest_of_same_sense"] = Mean(cosines, own => own.Nearest);
        }
    }

    /// <summary>Writes the run that holds the comparison: log, samples, pictures and the report.</summary>
    /// <param name="run">Its folder, which has the configuration already.</param>
    /// <param name="device">Where it was computed.</param>
    public void Save(RunFolder run, Device device)
    {
        ArgumentNullException.ThrowIfNull(run);
        RunEnvironment.Current(device, Name, "sentences").Save(run.Environment);
        run.CutLogs(0, 0);
        run.Log(new() { Step = 0, Epoch = 0, Split = LoggedLine.Validation, Loss = double.NaN, Metrics = Metrics() });
        foreach (var sample in words.SelectMany(Samples))
            sample.AppendTo(run.Samples);
        foreach (var picture in SensePictures.Of(words, data, vectors))
            picture.Save(run.Pictures);
        RunReport.Write(run);
    }

    // What lies nearest: to the one vector of the word, and to an occurrence in each sense.
    private IEnumerable<Sample> Samples(ComparedWord word)
    {
        if (vectors.Find(word.Word) is { } place)
            yield return new(0, $"{word.Word} (Word2Vec)", string.Join(", ", vectors.Nearest(place, Neighbours).Select(near => near.Word)));
        foreach (var (index, sentence) in word.Sentences.Index().DistinctBy(entry => entry.Item.Sense))
        {
            var nearest = Enumerable.Range(0, word.Vectors.Count).Where(other => other != index)
                .MaxBy(other => Cosine.Of(word.Vectors[index], word.Vectors[other]));
            yield return new(
                0, $"{word.Word} (BERT): {sentence.Text}", word.Sentences[nearest].Text, $"a sentence of the sense {sentence.Sense}");
        }
    }

    private static double Mean(SenseCosines[] cosines, Func<SenseCosines, double> value) =>
        cosines.Select(value).DefaultIfEmpty(double.NaN).Average();
}
