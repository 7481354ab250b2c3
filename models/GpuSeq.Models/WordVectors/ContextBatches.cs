using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Words with the words around them, drawn anew in each pass over a text: frequent words are thinned out first, and each center
/// has a window of its own, of up to so many words on each side as the configuration says (Mikolov et al. 2013, "Efficient
/// Estimation of Word Representations in Vector Space", section 3.2). Windows end where paragraphs do.
/// </summary>
/// <remarks>
/// A batch holds, in this order: words [B] (the centers of skip-gram) or [B, W] (the contexts of CBOW); targets [B]; negatives
/// [B, K]; and for CBOW the number of context words [B], and 1 / number for each of them and 0 beside them [B, 1, W]. All batches
/// have B examples: the text is cyclic, and an epoch ends with its last full batch.
/// </remarks>
internal sealed class ContextBatches : IBatchSource
{
    private readonly Word2VecConfig _config;
    private readonly IReadOnlyList<int[]> _paragraphs;
    private readonly WordFrequencies _frequencies;
    private readonly AliasTable _noise;
    private readonly int _batch;
    private readonly ulong _seed;
    private readonly int[] _distances; // of a center to a context of skip-gram, each as often as windows reach it
    private readonly Shape _flat;
    private readonly Shape _contexts; // [B, W]
    private readonly Shape _shares; // [B, 1, W]
    private readonly Shape _negatives; // [B, K]
    private int _epoch = -1;
    private int[] _words = []; // of the text, thinned out
    private int[] _paragraphOf = []; // each word
    private int[] _centers = []; // places of words, shuffled

    /// <param name="config">What is drawn.</param>
    /// <param name="paragraphs">The text.</param>
    /// <param name="frequencies">Of the words of the text that is learned from.</param>
    /// <param name="batch">B.</param>
    /// <param name="seed">The same seed draws the same.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <exception cref="DataException">No word has a word beside it.</exception>
    public ContextBatches(
        Word2VecConfig config, IReadOnlyList<int[]> paragraphs, WordFrequencies frequencies, int batch, ulong seed, string source)
    {
        (_config, _paragraphs, _frequencies, _seed) = (config, paragraphs, frequencies, seed);
        _noise = new(frequencies.NoiseProbabilities());
        _distances = [.. Enumerable.Range(1, config.Window).SelectMany(window => Enumerable.Range(1, window))];
        Arrange(0);
        if (_centers.Length == 0)
            throw new DataException(source, "no known word has another beside it");
        var examples = (long)_centers.Length * (config.Kind == Word2VecKind.SkipGram ? config.Window + 1 : 1); // as many pairs on average
        _batch = (int)Math.Min(batch, examples);
        BatchesPerEpoch = (int)(examples / _batch);
        (_flat, _contexts, _shares) = ([_batch], [_batch, 2 * config.Window], [_batch, 1, 2 * config.Window]);
        _negatives = [_batch, config.Negatives];
    }

    public int BatchesPerEpoch { get; }

    /// <summary>B.</summary>
    public int Size => _batch;

    public Batch NewBatch() => _config.Kind == Word2VecKind.SkipGram
        ? new(ElementType.Int32, ElementType.Int32, ElementType.Int32)
        : new(ElementType.Int32, ElementType.Int32, ElementType.Int32, ElementType.Int32, ElementType.Float32);

    public int Read(int epoch, int index, Batch batch)
    {
        if (epoch != _epoch)
            Arrange(epoch);
        var random = new SplitMix64(SplitMix64.Mix(_seed ^ SplitMix64.Mix((ulong)epoch + 1)) + (ulong)index * 0xD1B54A32D192ED03);
        var isSkipGram = _config.Kind == Word2VecKind.SkipGram;
        batch[0].Resize(isSkipGram ? _flat : _contexts);
        batch[1].Resize(_flat);
        batch[2].Resize(_negatives);
        if (!isSkipGram)
        {
            batch[3].Resize(_flat);
            batch[4].Resize(_shares);
        }
        for (var i = 0; i < _batch; i++)
        {
            var place = _centers[((long)index * _batch + i) % _centers.Length];
            if (isSkipGram)
                WritePair(place, i, batch, ref random);
            else
                WriteContext(place, i, batch, ref random);
        }
        WriteNoise(batch[1].Ints, batch[2].Ints, ref random);
        return _batch;
    }

    private void WritePair(int place, int example, Batch batch, ref SplitMix64 random)
    {
        int context;
        do
        {
            var draw = random.Next(2 * _distances.Length);
            context = place + (draw % 2 == 0 ? _distances[draw / 2] : -_distances[draw / 2]);
        }
        while (!IsBeside(place, context));
        batch[0].Ints[example] = _words[place];
        batch[1].Ints[example] = _words[context];
    }

    private void WriteContext(int place, int example, Batch batch, ref SplitMix64 random)
    {
        var width = 2 * _config.Window;
        var (window, count) = (1 + random.Next(_config.Window), 0);
        var words = batch[0].Ints.Slice(example * width, width);
        var shares = batch[4].Floats.Slice(example * width, width);
        for (var context = place - window; context <= place + window; context++)
        {
            if (context != place && IsBeside(place, context))
                words[count++] = _words[context];
        }
        words[count..].Fill(Vocabulary.PaddingId);
        shares[..count].Fill(1f / count);
        shares[count..].Clear();
        batch[1].Ints[example] = _words[place];
        batch[3].Ints[example] = count;
    }

    private bool IsBeside(int place, int other) =>
        (uint)other < (uint)_words.Length && _paragraphOf[other] == _paragraphOf[place];

    // Words of noise are others than the target.
    private void WriteNoise(ReadOnlySpan<int> targets, Span<int> negatives, ref SplitMix64 random)
    {
        for (var i = 0; i < negatives.Length; i++)
        {
            var target = targets[i / _config.Negatives];
            do
                negatives[i] = _noise.Draw(ref random);
            while (negatives[i] == target);
        }
    }

    // Thins the text out. Paragraphs of a single word have no contexts and are left out.
    private void Arrange(int epoch)
    {
        var random = new SplitMix64(_seed ^ SplitMix64.Mix((ulong)epoch + 1));
        var (words, paragraphOf) = (new List<int>(_words.Length), new List<int>(_words.Length));
        foreach (var (number, paragraph) in _paragraphs.Index())
        {
            var begin = words.Count;
            foreach (var id in paragraph)
            {
                if (random.NextUniform() < _frequencies.KeepProbability(id, _config.Subsample))
                    words.Add(id);
            }
            if (words.Count - begin == 1)
                words.RemoveAt(begin);
            while (paragraphOf.Count < words.Count)
                paragraphOf.Add(number);
        }
        (_words, _paragraphOf, _epoch) = ([.. words], [.. paragraphOf], epoch);
        _centers = [.. Enumerable.Range(0, _words.Length)];
        random.Shuffle(_centers.AsSpan());
    }
}
