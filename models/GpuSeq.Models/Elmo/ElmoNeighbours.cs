using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>
/// Words of a text, each with the other word whose vector is nearest in the highest layer: what the model takes for alike in
/// its context (as Peters et al. 2018, table 4).
/// </summary>
/// <param name="text">The text, of which the beginning is looked at.</param>
internal sealed class ElmoNeighbours(Corpus text)
{
    private const int MostWords = 2000;
    private const int WordsTogether = 40;
    private const int Shown = 5;
    private const int LeastLetters = 4;
    private const int Context = 5; // words on either side that are shown

    private readonly string[][] _sentences =
        [.. text.Paragraphs.SelectMany(paragraph => paragraph.Chunk(WordsTogether)).Take(MostWords / WordsTogether)];

    /// <summary>A few words, evenly spread over the text, with their neighbours.</summary>
    public IEnumerable<Sample> Samples(ElmoFeatures features, int step)
    {
        var layers = features.Of(_sentences);
        (int Sentence, int Word)[] places =
        [
            .. _sentences.Index().SelectMany(sentence => sentence.Item.Index()
                .Where(word => word.Item.Count(char.IsLetter) >= LeastLetters).Select(word => (sentence.Index, word.Index))),
        ];
        for (var i = 0; i < Math.Min(Shown, places.Length); i++)
        {
            var wanted = places[i * places.Length / Shown];
            var others = places.Where(place => WordAt(place) != WordAt(wanted)).ToArray();
            if (others.Length == 0)
                continue;
            var nearest = others.MaxBy(place => Cosine(Vector(wanted), Vector(place)));
            yield return new(step, Show(wanted), Show(nearest));
        }

        ReadOnlySpan<float> Vector((int Sentence, int Word) place) => layers[place.Sentence][features.Layers - 1, place.Word];
    }

    private string WordAt((int Sentence, int Word) place) => _sentences[place.Sentence][place.Word];

    // The word in brackets, with those around it.
    private string Show((int Sentence, int Word) place)
    {
        var words = _sentences[place.Sentence];
        var (begin, end) = (Math.Max(0, place.Word - Context), Math.Min(words.Length, place.Word + Context + 1));
        return string.Join(' ', Enumerable.Range(begin, end - begin).Select(i => i == place.Word ? $"[{words[i]}]" : words[i]));
    }

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var (product, squareA, squareB) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            product += a[i] * b[i];
            squareA += a[i] * a[i];
            squareB += b[i] * b[i];
        }
        return product / Math.Sqrt(squareA * squareB);
    }
}
