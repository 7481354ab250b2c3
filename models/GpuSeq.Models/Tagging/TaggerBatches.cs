using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Sentences to learn from, batched with others of about their length. A word that occurs n times is now and then replaced by the
/// unknown one, with the probability a / (a + n), so that the model learns what to make of words it does not know (Iyyer et al.
/// 2015; Kiperwasser and Goldberg 2016, section 5).
/// </summary>
internal sealed class TaggerBatches : IBatchSource
{
    private readonly TaggerConfig _config;
    private readonly EncodedSentence[] _sentences;
    private readonly EpochOrder _order;
    private readonly double[] _dropped; // the probability of each word
    private readonly ulong _seed;

    /// <param name="config">The form of the model.</param>
    /// <param name="sentences">The sentences.</param>
    /// <param name="batch">Sentences of a batch.</param>
    /// <param name="wordDropout">a.</param>
    /// <param name="seed">Of the order and of what is replaced.</param>
    public TaggerBatches(TaggerConfig config, EncodedSentence[] sentences, int batch, double wordDropout, ulong seed)
    {
        (_config, _sentences, _seed) = (config, sentences, seed);
        _order = new(sentences.Length, batch, seed, [.. sentences.Select(sentence => sentence.Words.Length)]);
        _dropped = new double[config.VocabSize];
        foreach (var word in sentences.SelectMany(sentence => sentence.Words))
            _dropped[word]++;
        for (var word = 0; word < _dropped.Length; word++)
            _dropped[word] = wordDropout > 0 ? wordDropout / (wordDropout + _dropped[word]) : 0;
    }

    public int BatchesPerEpoch => _order.Batches;

    public Batch NewBatch() => TaggerBatch.New();

    public int Read(int epoch, int index, Batch batch)
    {
        var random = new SplitMix64(_seed ^ SplitMix64.Mix(SplitMix64.Mix((ulong)epoch + 1) + (ulong)index));
        var (chosen, tokens) = (new List<EncodedSentence>(), 0);
        foreach (var place in _order[epoch, index])
        {
            var words = Array.ConvertAll(
                _sentences[place].Words, word => random.NextUniform() < _dropped[word] ? Vocabulary.UnknownId : word);
            chosen.Add(_sentences[place] with { Words = words });
            tokens += words.Length;
        }
        TaggerBatch.Write(batch, chosen, _config);
        return tokens;
    }
}
