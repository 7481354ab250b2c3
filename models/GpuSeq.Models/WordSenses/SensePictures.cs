using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>What the comparison of senses shows.</summary>
internal static class SensePictures
{
    private const int WordsOfSense = 8; // that are shown around a word

    /// <summary>The table of cosines, and for each word its occurrences by BERT and its one place by Word2Vec.</summary>
    public static IEnumerable<Picture> Of(IReadOnlyList<ComparedWord> words, SenseData data, WordVectorTable vectors)
    {
        yield return Table(words);
        foreach (var word in words)
        {
            yield return new($"2-{word.Word}-bert", Map(
                $"'{word.Word}' by BERT: a vector for each occurrence", "principal components of the occurrences",
                Marks(word.Vectors, [.. word.Sentences.Select(sentence => (sentence.Sense, sentence.Text))], showsLabels: false)));
            if (Around(word, data, vectors) is { Count: > 2 } around)
                yield return new($"2-{word.Word}-word2vec", Around(word, around, vectors));
        }
    }

    private static Picture Table(IReadOnlyList<ComparedWord> words)
    {
        string[] columns = ["Word2Vec same", "Word2Vec other", "BERT same", "BERT other", "Word2Vec nearest", "BERT nearest"];
        var cells = new double[words.Count, columns.Length];
        foreach (var (row, word) in words.Index())
        {
            var (single, bert) = (word.Word2Vec, word.Bert);
            double[] values =
            [
                single?.Same ?? double.NaN, single?.Other ?? double.NaN, bert.Same, bert.Other, single?.Nearest ?? double.NaN, bert.Nearest,
            ];
            for (var column = 0; column < columns.Length; column++)
                cells[row, column] = values[column];
        }
        return new("1-cosines", new Plot(
            "Mean cosines of a word's occurrences", new Axis("") { Categories = columns },
            new Axis("word") { Categories = [.. words.Select(word => word.Word)] },
            [new HeatMap(cells) { NumberFormat = "0.00", Most = 1 }])
        {
            Note = "in the same and in another sense; nearest: how often the nearest occurrence has the same sense",
            Width = 640,
            Height = 230 + 28 * words.Count,
        });
    }

    // Words that are learned with one sense of the word only, the most frequent first, as far as there are vectors.
    private static List<(string Sense, string Text)> Around(ComparedWord word, SenseData data, WordVectorTable vectors)
    {
        var senses = data.Learned.Where(sentence => sentence.Word == word.Word).GroupBy(sentence => sentence.Sense)
            .ToDictionary(
                own => own.Key, own => own.SelectMany(sentence => WordSplitter.Split(sentence.Text)).CountBy(text => text).ToDictionary());
        return
        [
            .. senses.SelectMany(sense => sense.Value
                .Where(entry => vectors.Find(entry.Key) is not null)
                .Where(entry => senses.All(other => other.Key == sense.Key || !other.Value.ContainsKey(entry.Key)))
                .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)
                .Take(WordsOfSense).Select(entry => (sense.Key, entry.Key))),
        ];
    }

    private static Plot Around(ComparedWord word, List<(string Sense, string Text)> around, WordVectorTable vectors)
    {
        if (vectors.Find(word.Word) is not null)
            around.Add((word.Word, word.Word));
        return Map(
            $"'{word.Word}' by Word2Vec: one vector", "principal components, with words that stand beside one sense only",
            Marks([.. around.Select(entry => vectors.Unit(vectors.Find(entry.Text)!.Value).ToArray())], around, showsLabels: true));
    }

    private static List<Mark> Marks(IReadOnlyList<float[]> vectors, IReadOnlyList<(string Group, string Label)> points, bool showsLabels)
    {
        var places = PrincipalComponents.Project([.. vectors.Select(vector => vector.Select(value => (double)value).ToArray())]);
        return
        [
            .. points.Select((point, i) => (point.Label, point.Group, Place: places[i])).GroupBy(entry => entry.Group).Select(
                (group, color) => new Points([.. group.Select(entry => entry.Place[0])], [.. group.Select(entry => entry.Place[1])])
                {
                    Name = group.Key,
                    Color = color,
                    Radius = 4,
                    Labels = [.. group.Select(entry => entry.Label)],
                    ShowsLabels = showsLabels,
                }),
        ];
    }

    private static Plot Map(string title, string note, List<Mark> marks) =>
        new(title, new("first axis"), new("second axis"), marks) { Note = note, Width = 560, Height = 420 };
}
