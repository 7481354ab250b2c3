using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>A word that lies near others.</summary>
/// <param name="Word">The word.</param>
/// <param name="Similarity">The cosine of the angle between the vectors, from -1 to 1.</param>
public sealed record Neighbor(string Word, double Similarity);

/// <summary>Words with their vectors.</summary>
public sealed class WordVectorTable
{
    private readonly float[] _unit; // [V, C], each of length 1; zeros where a vector has no length
    private readonly Dictionary<string, int> _places;

    /// <summary>A table.</summary>
    /// <param name="words">V words, the most frequent first where that is known.</param>
    /// <param name="values">[V, C].</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="DataException">A word stands in it twice, or the sizes do not fit.</exception>
    public WordVectorTable(IReadOnlyList<string> words, float[] values, string source)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(values);
        if (words.Count == 0 || values.Length == 0 || values.Length % words.Count != 0)
            throw new DataException(source, $"{values.Length} numbers are no vectors of {words.Count} words");
        (Words, Values, Size) = (words, values, values.Length / words.Count);
        _places = new(words.Count, StringComparer.Ordinal);
        foreach (var (place, word) in words.Index())
        {
            if (!_places.TryAdd(word, place))
                throw new DataException(source, $"the word '{word}' stands in it twice");
        }
        _unit = [.. values];
        for (var place = 0; place < words.Count; place++)
            Normalize(_unit.AsSpan(place * Size, Size));
    }

    /// <summary>The words in their order.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>[V, C].</summary>
    public float[] Values { get; }

    /// <summary>C, the length of a vector.</summary>
    public int Size { get; }

    /// <summary>The vectors of a model's words, without <see cref="Vocabulary.Padding"/> and <see cref="Vocabulary.Unknown"/>.</summary>
    /// <param name="vocabulary">The words.</param>
    /// <param name="table">A vector for each, special ones included.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="DataException">There are no others.</exception>
    public static WordVectorTable Of(Vocabulary vocabulary, float[] table, string source)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(table);
        const int First = Vocabulary.UnknownId + 1;
        return new([.. vocabulary.Words.Skip(First)], table[(First * (table.Length / vocabulary.Count))..], source);
    }

    /// <summary>Reads the parameter of a model that holds a vector for each word of its vocabulary.</summary>
    /// <param name="run">The folder of the model.</param>
    /// <param name="parameter">The parameter's name.</param>
    /// <exception cref="DataException">The vocabulary cannot be read, or the parameter does not have its size.</exception>
    /// <exception cref="CheckpointException">The parameter cannot be read.</exception>
    public static WordVectorTable OfModel(RunFolder run, string parameter)
    {
        ArgumentNullException.ThrowIfNull(run);
        var vocabulary = Vocabulary.Load(run.File(Word2VecTask.VocabularyFile));
        using var file = SafeTensorsFile.Open(run.Model);
        var table = file.Find(parameter);
        return table.Shape.Length == 2 && table.Shape[0] == vocabulary.Count
            ? Of(vocabulary, file.ReadFloats(parameter), run.Model)
            : throw new DataException(run.Model, $"'{parameter}' is {table} where there are {vocabulary.Count} words");
    }

    /// <summary>The place of a word, or of its small-letter form; null where neither is known.</summary>
    public int? Find(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return _places.TryGetValue(word, out var place) || _places.TryGetValue(word.ToLowerInvariant(), out place) ? place : null;
    }

    /// <summary>The known word that is spelled most like another, at most two letters apart; null where there is none.</summary>
    public string? ClosestSpelling(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        const int MostEdits = 2;
        var close = Words.Where(known => Math.Abs(known.Length - word.Length) <= MostEdits)
            .Select(known => (Word: known, Edits: EditDistance.Between(known, word))).Where(known => known.Edits <= MostEdits);
        return close.OrderBy(known => known.Edits).FirstOrDefault().Word; // of equal ones the most frequent
    }

    /// <summary>The vector of a word, of length 1.</summary>
    public ReadOnlySpan<float> Unit(int place) => _unit.AsSpan(place * Size, Size);

    /// <summary>All vectors [V, C], of length 1.</summary>
    public ReadOnlySpan<float> Units => _unit;

    /// <summary>The cosine similarity of two words.</summary>
    public double Similarity(int first, int second) => Dot(Unit(first), Unit(second));

    /// <summary>The words that lie nearest to one.</summary>
    /// <param name="place">The word.</param>
    /// <param name="count">How many.</param>
    public IReadOnlyList<Neighbor> Nearest(int place, int count) => Nearest(Unit(place), count, [place]);

    /// <summary>
    /// What is to c as b is to a: the words nearest to b - a + c (3CosAdd; Mikolov, Yih and Zweig 2013), without the three.
    /// </summary>
    /// <param name="a">The first word of the known pair.</param>
    /// <param name="b">The second word of the known pair.</param>
    /// <param name="c">The first word of the other pair.</param>
    /// <param name="count">How many.</param>
    public IReadOnlyList<Neighbor> Analogies(int a, int b, int c, int count)
    {
        var sum = new float[Size];
        Analogy(a, b, c, sum);
        Normalize(sum);
        return Nearest(sum, count, [a, b, c]);
    }

    /// <summary>Writes b - a + c.</summary>
    internal void Analogy(int a, int b, int c, Span<float> sum)
    {
        for (var i = 0; i < Size; i++)
            sum[i] = Unit(b)[i] - Unit(a)[i] + Unit(c)[i];
    }

    private List<Neighbor> Nearest(ReadOnlySpan<float> vector, int count, ReadOnlySpan<int> without)
    {
        var similarities = new (double Similarity, int Place)[Words.Count];
        for (var place = 0; place < similarities.Length; place++)
            similarities[place] = (without.Contains(place) ? double.NegativeInfinity : Dot(vector, Unit(place)), place);
        Array.Sort(similarities, (x, y) => (-x.Similarity, x.Place).CompareTo((-y.Similarity, y.Place)));
        return
        [
            .. similarities.Take(Math.Min(count, Words.Count - without.Length))
                .Select(entry => new Neighbor(Words[entry.Place], entry.Similarity)),
        ];
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }

    private static void Normalize(Span<float> vector)
    {
        var length = Math.Sqrt(Dot(vector, vector));
        for (var i = 0; i < vector.Length && length > 0; i++)
            vector[i] = (float)(vector[i] / length);
    }
}
