using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Examples side by side, those of about one length together. What a batch holds depends on the seed, the epoch and its place in it
/// alone. A batch has room for as many foretold pieces as its width asks for, so that few shapes occur.
/// </summary>
internal sealed class PretrainingBatches : IBatchSource
{
    /// <summary>[B, T], what the model reads.</summary>
    public const int Ids = 0;

    /// <summary>[B, T], 0 in the first part of each example and 1 in the second.</summary>
    public const int Types = 1;

    /// <summary>[B], how many tokens each example has.</summary>
    public const int Lengths = 2;

    /// <summary>[B, 1 + P], where the first token and the foretold pieces stand in all rows together.</summary>
    public const int Places = 3;

    /// <summary>[B P], what stood there; -100 where an example has fewer.</summary>
    public const int Labels = 4;

    /// <summary>[B], 0 where the parts of an example belong together as they stand, else 1.</summary>
    public const int Pairs = 5;

    /// <summary>[B, T], the tokens before any was masked.</summary>
    public const int Originals = 6;

    /// <summary>
    /// [B T], where each token comes from if foretold pieces lie behind all original tokens: its own place, or B T and the number
    /// of the piece.
    /// </summary>
    public const int Sources = 7;

    /// <summary>The label of what does not count.</summary>
    public const int Ignored = -100;

    private const int MeasureBatch = 32;
    private const ulong MeasureSeed = 1;
    private const int MostWidths = 8;
    private const int LeastSpecials = 2;

    private readonly IPretrainingExamples _examples;
    private readonly MaskingOptions _options;
    private readonly PieceMasking _masking;
    private readonly int _padding;
    private readonly ulong _seed;
    private readonly int _versions;
    private readonly int _quantum;
    private readonly EpochOrder _order;
    private readonly Row[] _rows;

    /// <param name="examples">The examples, at least one.</param>
    /// <param name="corpus">Whose pieces they are of.</param>
    /// <param name="masking">What is foretold.</param>
    /// <param name="batch">B; the last batch of an epoch may have fewer.</param>
    /// <param name="seed">The same seed gives the same batches.</param>
    /// <param name="versions">In how many versions each example occurs, one in each epoch; 0 for a new one in every epoch.</param>
    public PretrainingBatches(
        IPretrainingExamples examples, PretrainingCorpus corpus, MaskingOptions masking, int batch, ulong seed, int versions = 0)
    {
        (_examples, _options, _seed, _versions) = (examples, masking, seed, versions);
        _masking = new(masking, corpus.Encoder.Special, corpus.Encoder.Tokenizer.Count);
        _padding = corpus.Encoder.Special.Padding;
        _quantum = PaddedIds.Width((examples.Lengths.Max() + MostWidths - 1) / MostWidths);
        _order = new(examples.Lengths.Length, batch, seed, examples.Lengths);
        _rows = [.. Enumerable.Range(0, Math.Min(batch, examples.Lengths.Length)).Select(_ => new Row())];
    }

    public int BatchesPerEpoch => _order.Batches;

    /// <summary>What a model learns from.</summary>
    /// <exception cref="DataException">There are too few documents.</exception>
    public static PretrainingBatches ToLearn(BertConfig config, PretrainingCorpus corpus, PretrainingRun run, TrainingOptions options)
    {
        var examples = PretrainingExamples.Of(
            config.ModelType, corpus.Train, corpus.Encoder.Special, run.Length, options.Seed, corpus.Source);
        return new(examples, corpus, run.Masking, options.Batch, options.Seed, run.Versions);
    }

    /// <summary>What a model is measured on: the same examples and masks each time, whatever the seed of the training.</summary>
    /// <exception cref="DataException">There are too few documents.</exception>
    public static PretrainingBatches ToMeasure(BertConfig config, PretrainingCorpus corpus, PretrainingRun run)
    {
        var examples = PretrainingExamples.Of(
            config.ModelType, corpus.Held, corpus.Encoder.Special, run.Length, MeasureSeed, $"{corpus.Source}, what is held back");
        return new(examples, corpus, run.Masking, MeasureBatch, MeasureSeed, versions: 1);
    }

    /// <summary>What an encoder reads of a batch.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="ids">[B, T], its tokens, or others in their places.</param>
    /// <param name="config">The form of the model.</param>
    public static BertInput Input(Graph graph, Batch batch, Tensor ids, BertConfig config) => new(ids)
    {
        Types = config.Types > 1 ? graph.Input(batch[Types]) : null,
        Lengths = graph.Input(batch[Lengths]),
    };

    /// <summary>The last states of <see cref="Places"/>, [B, 1 + P, C], to those of foretold pieces, [B P, C].</summary>
    public static Tensor Foretold(Tensor hidden)
    {
        var pieces = hidden.Slice(1, 1, hidden.Shape[1] - 1);
        return pieces.Reshape([pieces.Shape.Rows, pieces.Shape.Columns]);
    }

    public Batch NewBatch()
    {
        Span<ElementType> types = stackalloc ElementType[Sources + 1];
        types.Fill(ElementType.Int32);
        return new(types);
    }

    public int Read(int epoch, int index, Batch batch)
    {
        var chosen = _order[epoch, index];
        var version = SplitMix64.Mix(_seed + (ulong)(_versions == 0 ? epoch : epoch % _versions) + 1);
        for (var row = 0; row < chosen.Length; row++)
        {
            var random = new SplitMix64(SplitMix64.Mix(version + (ulong)chosen[row]));
            _rows[row].Fill(_examples, chosen[row], _masking, ref random);
        }
        var rows = _rows.AsSpan(0, chosen.Length);
        Write(rows, batch);
        var pieces = 0;
        foreach (var row in rows)
            pieces += row.Sequence.Ids.Count;
        return pieces;
    }

    private void Write(ReadOnlySpan<Row> rows, Batch batch)
    {
        var longest = 0;
        foreach (var row in rows)
            longest = Math.Max(longest, row.Sequence.Ids.Count);
        var width = (longest + _quantum - 1) / _quantum * _quantum; // T
        var most = _options.Count(width - LeastSpecials); // P
        Resize(batch, rows.Length, width, most);
        for (var row = 0; row < rows.Length; row++)
            Write(rows[row], batch, row, row * width, row * most, most);
    }

    private void Resize(Batch batch, int rows, int width, int most)
    {
        batch[Ids].Resize([rows, width]);
        batch[Types].Resize([rows, width]);
        batch[Lengths].Resize([rows]);
        batch[Places].Resize([rows, 1 + most]);
        batch[Labels].Resize([rows * most]);
        batch[Pairs].Resize([rows]);
        batch[Originals].Resize([rows, width]);
        batch[Sources].Resize([rows * width]);
        batch[Ids].Ints.Fill(_padding);
        batch[Types].Ints.Clear();
        batch[Labels].Ints.Fill(Ignored);
        batch[Originals].Ints.Fill(_padding);
        for (var place = 0; place < rows * width; place++)
            batch[Sources].Ints[place] = place;
    }

    private static void Write(Row row, Batch batch, int number, int begin, int firstPiece, int most)
    {
        var sequence = row.Sequence;
        sequence.Ids.CopyTo(batch[Ids].Ints[begin..]);
        sequence.Types.CopyTo(batch[Types].Ints[begin..]);
        row.Originals.CopyTo(batch[Originals].Ints[begin..]);
        batch[Lengths].Ints[number] = sequence.Ids.Count;
        batch[Pairs].Ints[number] = sequence.Label;
        var places = batch[Places].Ints.Slice(number * (1 + most), 1 + most);
        places.Fill(begin); // the first token's, also where nothing is foretold
        foreach (var (i, piece) in row.Masked.Index())
        {
            places[1 + i] = begin + piece.Place;
            batch[Labels].Ints[firstPiece + i] = piece.Id;
            batch[Sources].Ints[begin + piece.Place] = batch[Ids].Ints.Length + firstPiece + i;
        }
    }

    // An example of a batch.
    private sealed class Row
    {
        public PieceSequence Sequence { get; } = new();

        public List<int> Originals { get; } = [];

        public List<MaskedPiece> Masked { get; } = [];

        public void Fill(IPretrainingExamples examples, int example, PieceMasking masking, ref SplitMix64 random)
        {
            examples.Write(example, ref random, Sequence);
            Originals.Clear();
            Originals.AddRange(Sequence.Ids);
            Masked.Clear();
            Masked.AddRange(masking.Apply(Sequence, ref random));
        }
    }
}
