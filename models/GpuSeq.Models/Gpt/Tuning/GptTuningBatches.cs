using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Examples as a fine-tuned GPT takes them, those of about one length side by side: tokens [B sequences, T], padded on the right
/// where no other token sees it, what follows each token, where the extract tokens stand in all rows together, and the answers.
/// </summary>
internal sealed class GptTuningBatches : IBatchSource
{
    /// <summary>The tokens in a batch.</summary>
    public const int Ids = 0;

    /// <summary>What follows each token; -100 where nothing does.</summary>
    public const int Targets = 1;

    /// <summary>[B sequences], the places of the extract tokens.</summary>
    public const int Places = 2;

    /// <summary>[B] numbers of labels, or [B, 1] numbers less their mean in standard deviations.</summary>
    public const int Answers = 3;

    private const int Ignored = -100;
    private const int MostWidths = 8; // so that all shapes are recorded, those of an epoch's last batch too

    private readonly GptTuningConfig _config;
    private readonly int[][][] _examples; // sequences of each
    private readonly IBatchTargets _answers;
    private readonly EpochOrder _order;
    private readonly int _quantum;
    private readonly List<int[]> _chosen = [];

    /// <param name="config">The form of the model.</param>
    /// <param name="tokenizer">Of the texts.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <param name="batch">The examples of a batch.</param>
    /// <param name="seed">Of the order.</param>
    /// <exception cref="DataException">There are none, or one has an answer that the model does not know.</exception>
    public GptTuningBatches(
        GptTuningConfig config, ITokenizer tokenizer, IReadOnlyList<TextExample> examples, string source, int batch, ulong seed)
    {
        if (examples.Count == 0)
            throw new DataException(source, "there are no examples");
        _config = config;
        CheckChoices(examples, source);
        var answers = config.Answers;
        Right = [.. examples.Select(example => answers.Read(example, source))];
        _answers = answers.ToTargets(Right);
        var sequences = new GptTuningSequences(config, tokenizer);
        _examples = [.. examples.Select(example => sequences.Of(example.Texts))];
        int[] lengths = [.. _examples.Select(example => example.Max(sequence => sequence.Length))];
        _order = new(examples.Count, batch, seed, lengths);
        _quantum = PaddedIds.Width((lengths.Max() + MostWidths - 1) / MostWidths);
    }

    public int BatchesPerEpoch => _order.Batches;

    /// <summary>The right answer of each example, as <see cref="IAnswers.Read"/> gives it.</summary>
    public float[][] Right { get; }

    /// <summary>The examples of a batch.</summary>
    public ReadOnlySpan<int> this[int epoch, int index] => _order[epoch, index];

    public Batch NewBatch() => NewBatch(_config);

    /// <summary>A batch to be filled.</summary>
    public static Batch NewBatch(GptTuningConfig config) => new(
        ElementType.Int32, ElementType.Int32, ElementType.Int32, config.TellsNumber ? ElementType.Float32 : ElementType.Int32);

    public int Read(int epoch, int index, Batch batch)
    {
        var chosen = _order[epoch, index];
        _chosen.Clear();
        foreach (var example in chosen)
            _chosen.AddRange(_examples[example]);
        var longest = _chosen.Max(sequence => sequence.Length);
        var width = Math.Min(_config.Gpt.Context, (longest + _quantum - 1) / _quantum * _quantum);
        Write(_chosen, batch, width);
        _answers.Write(chosen, width, batch[Answers]);
        return _chosen.Sum(sequence => sequence.Length);
    }

    /// <summary>Writes sequences without answers.</summary>
    /// <param name="sequences">Those of each example side by side.</param>
    /// <param name="batch">Filled but for the answers.</param>
    /// <param name="width">T, at least the longest length.</param>
    public static void Write(IReadOnlyList<int[]> sequences, Batch batch, int width)
    {
        PaddedIds.Write(sequences, batch[Ids], width: width);
        batch[Targets].Resize(batch[Ids].Shape);
        batch[Places].Resize([sequences.Count]);
        var targets = batch[Targets].Ints;
        targets.Fill(Ignored);
        foreach (var (row, sequence) in sequences.Index())
        {
            sequence.AsSpan(1).CopyTo(targets[(row * width)..]);
            batch[Places].Ints[row] = row * width + sequence.Length - 1;
        }
    }

    /// <summary>The tokens of a batch that are foretold.</summary>
    public static int Foretold(Batch batch)
    {
        var targets = batch[Targets].Ints;
        return targets.Length - targets.Count(Ignored);
    }

    private void CheckChoices(IReadOnlyList<TextExample> examples, string source)
    {
        var choices = _config.Labels.Count;
        if (_config.Form == GptTuningForm.Choice && examples.FirstOrDefault(example => example.Texts.Count != 1 + choices) is { } other)
            throw new DataException(source, $"an example has {other.Texts.Count - 1} choices where the model takes {choices}");
    }
}
