using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Fine-tunes a model of BERT's family on examples (Devlin et al. 2019, sections 4.1 and 4.4).</summary>
public sealed class BertExampleTask : ITrainingTask, IDisposable
{
    private const int MostSamples = 6;
    private const int MostAttentionPictures = 3;

    private readonly IReadOnlyList<TextExample> _dev;
    private readonly TextExample[] _shown;
    private readonly BertOrigin _origin;
    private readonly BertExampleRun _run;
    private readonly BertClassifier _classifier;
    private readonly IAnswers _answers;
    private readonly Distillation? _teaching;
    private readonly BertBatches _train;
    private readonly BertExampleEvaluator _validation;

    /// <summary>Makes a model for examples.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="origin">What it begins with.</param>
    /// <param name="examples">The examples; where they have no part to choose models by, a tenth is held back for that.</param>
    /// <param name="run">What is told of them, how layers learn, and how long sequences are.</param>
    /// <param name="options">How it is trained.</param>
    /// <exception cref="DataException">There are too few examples or labels, or an answer occurs only among those to choose by.</exception>
    public BertExampleTask(
        Device device, BertOrigin origin, TextExamples examples, BertExampleRun run, TrainingOptions options)
        : this(device, origin, examples.WithDev(options.Seed), NewModel(device, origin, examples, run, options.Seed), run, options)
    {
    }

    internal BertExampleTask(
        Device device, BertOrigin origin, TextExamples examples, BertExampleModel model, BertExampleRun run, TrainingOptions options,
        Distillation? teaching = null)
    {
        (Device, _origin, _run, _teaching) = (device, origin, run, teaching);
        LayerRates.Freeze(model.Parameters, model.Config, run.FrozenLayers);
        _classifier = new(device, model, origin.Encoder, run.LengthFor(model.Config));
        _answers = _classifier.Answers(ChoicesOf(examples));
        float[][] right = [.. examples.Train.Select(example => _answers.Read(example, examples.Source))];
        IBatchTargets[] targets = [_answers.ToTargets(right), .. teaching?.Targets ?? []];
        EncodedText[][] texts = [.. examples.Train.Select(example => _classifier.Encode(example.Texts))];
        _train = new(texts, model.Config.PaddingToken, options.Batch, options.Seed, targets);
        _validation = new(_classifier, examples.Dev, examples.Source);
        (_dev, _shown) = (examples.Dev, examples.Dev.Spread(MostSamples));
    }

    /// <summary>The model.</summary>
    public BertExampleModel Model => _classifier.Model;

    /// <summary>The teacher, and the student as it was when training ended; null where there is no teacher.</summary>
    public (ModelMeasure Teacher, ModelMeasure? Student)? Comparison => _teaching is null ? null : (_teaching.Teacher, _teaching.Student);

    /// <inheritdoc/>
    public string Recipe =>
        _teaching is not null ? DistillTask.Name : Model.Problem == TextProblem.Choice ? "bert-choice" : "bert-classify";

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IReadOnlyList<ParameterGroup> ParameterGroups => LayerRates.Groups(Model.Config, _run.LayerDecay);

    /// <inheritdoc/>
    public IBatchSource Batches => _train;

    /// <inheritdoc/>
    public string Items => "tokens";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var targets = graph.Input(batch[BertBatch.Targets]);
        var logits = Model.Logits(graph, BertBatch.Input(graph, batch));
        var examples = targets.Shape[0];
        var outputs = logits.Reshape([examples, (int)logits.Shape.ElementCount / examples]); // the choices of an example side by side
        var loss = _answers.Loss(outputs, targets);
        return _teaching is null ? loss : _teaching.Loss(loss, outputs, graph.Input(batch[BertBatch.Targets + 1]));
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step) => Said(_shown).Zip(_shown, (said, example) => said.ToSample(step, example));

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures()
    {
        yield return _validation.Scores.ToPicture();
        if (_teaching is not null)
            yield return _teaching.Compare(_validation, Parameters.Count);
        if (Model.Problem == TextProblem.Choice)
            yield break;
        var pictured = _dev.Where(HasRoom).ToArray().Spread(MostAttentionPictures);
        foreach (var (index, (said, example)) in Said(pictured).Zip(pictured).Index())
        {
            var weights = _classifier.Attention(_classifier.Encode(example.Texts)[0]);
            yield return AttentionPicture.Of(index + 1, weights, said.Label, example.Answer);
        }
    }

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _origin.Encoder.Save(folder);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _classifier.Dispose(); // and the model with it

    private bool HasRoom(TextExample example) => _classifier.Encode(example.Texts)[0].Length <= AttentionPicture.MostWords;

    private IReadOnlyList<TextClass> Said(TextExample[] examples) =>
        [.. examples.Zip(_classifier.Outputs([.. examples.Select(example => _classifier.Encode(example.Texts))]), Say)];

    private TextClass Say(TextExample example, float[] outputs) => _answers.Say(string.Join(" | ", example.Texts), outputs);

    // A batch has as many choices in every row.
    private static int ChoicesOf(TextExamples examples)
    {
        var choices = examples.Train[0].Texts.Count - 1;
        return examples.Train.FirstOrDefault(example => example.Texts.Count - 1 != choices) is not { } other ? choices
            : throw new DataException(examples.Source, $"an example has {other.Texts.Count} texts where the first has {choices + 1}");
    }

    private static BertExampleModel NewModel(Device device, BertOrigin origin, TextExamples examples, BertExampleRun run, ulong seed) =>
        BertExampleModel.Begin(device, origin, run.Problem, run.Form.LabelsOf(examples), run.Dropping, seed);
}
