using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>
/// A model of BERT's family that classifies texts. The texts of an example stand in one, with tabs between them: two, or a context and
/// the choices, whose labels are their places, counted from 0. Where the model tells a number, that is what the label says.
/// </summary>
public sealed class BertClassifier : ITextClassifier
{
    private readonly Device _device;
    private readonly TextEncoder _encoder;
    private readonly EncodingOptions _encoding;
    private readonly BertReader _reader;

    /// <summary>A classifier; it owns the model.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="encoder">Of the texts.</param>
    /// <param name="maxLength">The most tokens of a sequence; longer texts are cut.</param>
    public BertClassifier(Device device, BertExampleModel model, TextEncoder encoder, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_device, Model, _encoder, _encoding) = (device, model, encoder, new() { MaxLength = maxLength });
        _reader = new(device, model.Logits, model.Config);
    }

    /// <summary>The model.</summary>
    public BertExampleModel Model { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => Model.Problem is TextProblem.Number or TextProblem.Choice ? [] : Model.Config.Labels;

    /// <summary>Reads the best model of a run, or one of the Hub.</summary>
    /// <exception cref="DataException">A file is missing or broken.</exception>
    /// <exception cref="CheckpointException">The parameters are.</exception>
    public static BertClassifier Load(Device device, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var recipe = BertTuningRun.Of<BertTuningRun>(run);
        var origin = BertOrigin.Load(run.Path);
        return new(device, BertExampleModel.Load(device, run), origin.Encoder, recipe.LengthFor(origin.Config));
    }

    /// <inheritdoc/>
    /// <exception cref="DataException">One does not hold as many texts as the model takes.</exception>
    public IReadOnlyList<TextClass> Classify(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var outputs = Outputs([.. texts.Select(text => Encode(Parts(text)))]);
        return [.. texts.Zip(outputs, (text, own) => Answers(own.Length).Say(text, own))];
    }

    /// <summary>Gives the memory of the model back.</summary>
    public void Dispose()
    {
        _reader.Dispose();
        Model.Dispose();
    }

    /// <summary>The answers that the model gives.</summary>
    /// <param name="choices">How many it chooses from, where it does.</param>
    internal IAnswers Answers(int choices) => Model.Problem switch
    {
        TextProblem.Label => new LabelAnswers(Labels),
        TextProblem.Labels => new LabelSetAnswers(Labels),
        TextProblem.Number => new NumberAnswers(),
        _ => LabelAnswers.OfChoices(choices),
    };

    /// <summary>The sequences of an example: one, or one of the context with each of the choices.</summary>
    internal EncodedText[] Encode(IReadOnlyList<string> texts) => Model.Problem == TextProblem.Choice
        ? [.. texts.Skip(1).Select(choice => _encoder.Encode(texts[0], choice, _encoding))]
        : [_encoder.Encode(texts[0], texts.Count > 1 ? texts[1] : null, _encoding)];

    /// <summary>What the model makes of examples: the outputs of each.</summary>
    internal IReadOnlyList<float[]> Outputs(IReadOnlyList<EncodedText[]> examples, CancellationToken cancellation = default)
    {
        var read = _reader.Read([.. examples.SelectMany(example => example)], cancellation);
        var (outputs, next) = (new float[examples.Count][], 0);
        foreach (var (place, example) in examples.Index())
        {
            outputs[place] = [.. read[next..(next + example.Length)].SelectMany(own => own)];
            next += example.Length;
        }
        return outputs;
    }

    /// <summary>The tokens of a text, and how much the last layer looks at each of them from the first.</summary>
    internal IReadOnlyList<(string Word, double Weight)> Attention(EncodedText text)
    {
        using var graph = _device.BeginGraph(isTraining: false);
        var input = new BertInput(graph.Input(text.Ids, [1, text.Length])) { Types = graph.Input(text.Types, [1, text.Length]) };
        return [.. text.Ids.Zip(Model.Attention(graph, input), (id, weight) => (_encoder.Tokenizer.TokenOf(id), (double)weight))];
    }

    private string[] Parts(string text)
    {
        var parts = text.Split('\t', StringSplitOptions.TrimEntries);
        if (Model.Problem == TextProblem.Choice)
        {
            return parts.Length > 2 ? parts : throw new DataException(
                $"'{text}'", "it has no two choices: the model takes a context and the choices, with tabs between them");
        }
        return parts.Length <= 2 ? parts : throw new DataException(
            $"'{text}'", $"it has {parts.Length} texts with tabs between them where the model takes one or two");
    }
}
