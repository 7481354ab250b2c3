using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>
/// A model of BERT's family that tags words: each has the likeliest label of its first piece (Devlin et al. 2019, section 5.3). Words of
/// which the tokenizer leaves nothing are in no span.
/// </summary>
internal sealed class BertTagger : IMeasuredTagger
{
    private readonly TextEncoder _encoder;
    private readonly int _maxLength;
    private readonly BertReader _reader;
    private readonly bool _ownsModel;

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="encoder">Of the texts.</param>
    /// <param name="maxLength">The most tokens of a window.</param>
    /// <param name="ownsModel">Whether the model is disposed with it.</param>
    public BertTagger(Device device, BertModel<TokenHead> model, TextEncoder encoder, int maxLength, bool ownsModel = false)
    {
        (Model, _encoder, _maxLength, _ownsModel) = (model, encoder, maxLength, ownsModel);
        _reader = new(device, (graph, input) => model.Head.Logits(model.Forward(graph, input)), model.Config);
    }

    /// <summary>The model.</summary>
    public BertModel<TokenHead> Model { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Tags => Model.Config.Labels;

    /// <summary>Loads the best model of a run, or one of the Hub.</summary>
    /// <exception cref="DataException">A file of the folder cannot be read, or the model's labels are no tags.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static BertTagger Load(Device device, RunFolder run)
    {
        var recipe = BertTuningRun.Of<BertTuningRun>(run);
        var origin = BertOrigin.Load(run.Path);
        try
        {
            TagSpan.Of(origin.Config.Labels);
        }
        catch (FormatException exception)
        {
            throw new DataException(run.Config, $"the label {exception.Message}");
        }
        return new(device, BertFiles.Load<TokenHead>(device, run), origin.Encoder, recipe.LengthFor(origin.Config), ownsModel: true);
    }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<string>> Tag(IReadOnlyList<IReadOnlyList<string>> sentences) =>
        [.. Logits(sentences, CancellationToken.None).Select(words => words.Select(TagOf).ToArray())];

    /// <inheritdoc/>
    public (double Loss, IReadOnlyList<IReadOnlyList<string>> Said) Measure(
        IReadOnlyList<TaggedSentence> sentences, CancellationToken cancellation)
    {
        var logits = Logits([.. sentences.Select(sentence => sentence.Tokens)], cancellation);
        var numbers = new LabelNumbers(Tags);
        var (loss, words) = (0.0, 0);
        foreach (var (sentence, own) in sentences.Zip(logits))
        {
            foreach (var (tag, outputs) in sentence.Tags.Zip(own).Where(word => word.Second is not null))
            {
                loss += outputs.AsSpan().CrossEntropy(numbers.Of(tag, "the data"));
                words++;
            }
        }
        return (loss / Math.Max(1, words), [.. logits.Select(own => own.Select(TagOf).ToArray())]);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _reader.Dispose();
        if (_ownsModel)
            Model.Dispose();
    }

    /// <summary>The windows of a sentence.</summary>
    internal TaggedPieces[] Encode(IReadOnlyList<string> words) => TaggedPieces.Of(_encoder, words, _maxLength);

    private string TagOf(float[]? logits) => logits is null ? TagSpan.Outside : Tags[logits.AsSpan().IndexOfMax()];

    // Of each word of each sentence; null of words that no window has. Of two windows the one counts in which more stands around the word.
    private float[]?[][] Logits(IReadOnlyList<IReadOnlyList<string>> sentences, CancellationToken cancellation)
    {
        TaggedPieces[][] windows = [.. sentences.Select(Encode)];
        var outputs = new Queue<float[]>(_reader.Read([.. windows.SelectMany(own => own.Select(window => window.Text))], cancellation));
        var logits = new float[]?[sentences.Count][];
        foreach (var (index, own) in windows.Index())
        {
            logits[index] = new float[]?[sentences[index].Count];
            var around = new int[sentences[index].Count];
            foreach (var window in own)
            {
                var all = outputs.Dequeue();
                foreach (var (place, word) in window.Words.Index().Where(piece => piece.Item >= 0))
                {
                    var room = Math.Min(place, window.Words.Length - 1 - place);
                    if (room < around[word])
                        continue;
                    (around[word], logits[index][word]) = (room, all[(place * Tags.Count)..((place + 1) * Tags.Count)]);
                }
            }
        }
        return logits;
    }
}
