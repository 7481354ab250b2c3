using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Sentences that were held back, in each of which a word is masked, for people to see what a model makes of them.</summary>
internal sealed class MaskedWords
{
    private const int Sentences = 6;
    private const int Guesses = 5;
    private const int FewestWords = 6;
    private const int MostWords = 24;
    private const int ShortestWord = 4;

    private readonly PretrainingCorpus _corpus;
    private readonly List<MaskedWord> _words = [];

    /// <param name="corpus">The sentences.</param>
    public MaskedWords(PretrainingCorpus corpus)
    {
        _corpus = corpus;
        var random = new SplitMix64(1);
        var sentences = corpus.HeldSentences.Where(sentence => sentence.Split(' ').Length is >= FewestWords and <= MostWords).ToArray();
        random.Shuffle(sentences.AsSpan());
        foreach (var sentence in sentences)
        {
            if (_words.Count < Sentences && Mask(sentence, ref random) is { } word)
                _words.Add(word);
        }
    }

    /// <summary>The pieces that are most likely in the masked places.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="foretell">The logits [T, V] of a sequence.</param>
    /// <param name="step">Steps that were made.</param>
    public IEnumerable<Sample> Samples(Device device, Func<Graph, int[], Tensor> foretell, int step)
    {
        foreach (var word in _words)
        {
            using var graph = device.BeginGraph(isTraining: false);
            var (values, indices) = foretell(graph, word.Ids).Softmax()[word.Place].TopK(Guesses);
            var guesses = indices.ToIntArray().Zip(
                values.ToArray(), (id, share) => FormattableString.Invariant($"{Text(id)} {100 * share:0} %"));
            yield return new(step, word.Sentence, string.Join(", ", guesses), word.Expected);
        }
    }

    // A word of a sentence that is one piece of letters.
    private MaskedWord? Mask(string sentence, ref SplitMix64 random)
    {
        var (tokenizer, special) = (_corpus.Encoder.Tokenizer, _corpus.Encoder.Special);
        var pieces = tokenizer.EncodePieces(sentence);
        var whole = pieces.GroupBy(piece => piece.Word).Where(word => word.Count() == 1).Select(word => word.First())
            .Where(piece => Text(piece.Id) is var text && text.Length >= ShortestWord && text.All(char.IsLetter)).ToArray();
        if (whole.Length == 0)
            return null;
        var chosen = random.Choose(whole);
        var place = Array.IndexOf(pieces, chosen);
        int[] ids = [special.Begin, .. pieces.Select(piece => piece == chosen ? special.Mask : piece.Id), special.Separator];
        var begin = chosen.Start + sentence[chosen.Start..chosen.End].TakeWhile(char.IsWhiteSpace).Count();
        return new(
            string.Concat(sentence.AsSpan(0, begin), tokenizer.TokenOf(special.Mask), sentence.AsSpan(chosen.End)), ids, place + 1,
            sentence[begin..chosen.End]);
    }

    private string Text(int id) => _corpus.Encoder.Tokenizer.Decode([id]).Trim();

    private sealed record MaskedWord(string Sentence, int[] Ids, int Place, string Expected);
}
