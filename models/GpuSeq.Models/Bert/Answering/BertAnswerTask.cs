using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Fine-tunes a model of BERT's family to find answers in texts.</summary>
public sealed class BertAnswerTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "bert-answer";

    private const int MostSamples = 6;
    private const string NoAnswer = "(no answer)";

    private readonly BertOrigin _origin;
    private readonly BertBatches _batches;
    private readonly QuestionAnswerer _answerer;
    private readonly AnswerEvaluator _validation;
    private readonly SquadExample[] _shown;

    /// <summary>Makes a model for questions.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="origin">What it begins with.</param>
    /// <param name="data">The questions; where they have no part to choose models by, a tenth is held back for that.</param>
    /// <param name="run">How questions are put to the model, and how layers learn.</param>
    /// <param name="options">How it is trained.</param>
    /// <exception cref="DataException">There are too few contexts, or windows have no room.</exception>
    public BertAnswerTask(Device device, BertOrigin origin, SquadData data, BertAnswerRun run, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        if (run.FaultFor(origin.Config) is { } fault)
            throw new DataException("the model", fault);
        data = data.WithDev(options.Seed);
        if (data.HasUnanswerable)
            run = run with { NullThreshold = run.NullThreshold ?? 0 };
        (Device, _origin) = (device, origin);
        Model = origin.Begin<AnswerHead>(device, run.Dropping, options.Seed);
        LayerRates.Freeze(Model.Parameters, Model.Config, run.FrozenLayers);
        _answerer = new(device, Model, origin.Encoder, run);
        _validation = new(_answerer, data.Dev);
        _batches = Windows(origin.Encoder, data.Train, run, options);
        var every = Math.Max(1, data.Dev.Count / MostSamples);
        _shown = [.. data.Dev.Where((_, index) => index % every == every / 2).Take(MostSamples)];
    }

    /// <summary>The model.</summary>
    public BertModel<AnswerHead> Model { get; }

    /// <summary>Of the texts.</summary>
    public TextEncoder Encoder => _origin.Encoder;

    /// <summary>How questions are put to the model now; evaluations choose the threshold.</summary>
    public BertAnswerRun Run => _answerer.Run;

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IReadOnlyList<ParameterGroup> ParameterGroups => LayerRates.Groups(Model.Config, Run.LayerDecay);

    /// <inheritdoc/>
    public IBatchSource Batches => _batches;

    /// <inheritdoc/>
    public string Items => "tokens";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var (starts, ends) = Model.Head.Logits(Model.Forward(graph, BertBatch.Input(graph, batch)));
        var ofStarts = starts.CrossEntropy(graph.Input(batch[BertBatch.Targets]));
        var ofEnds = ends.CrossEntropy(graph.Input(batch[BertBatch.Targets + 1]));
        return ofStarts.Add(ofEnds).Scale(0.5f);
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation, choosesThreshold: true);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step)
    {
        foreach (var (said, example) in _answerer.Answer(_shown).Zip(_shown))
        {
            var (best, right) = (said.Answers[0], example.FirstAnswer?.Text ?? NoAnswer);
            var text = best.Text.Length == 0 ? NoAnswer : best.Text;
            yield return new(
                step, $"{example.Question} | {example.Context}", FormattableString.Invariant($"{text} ({best.Score:0.00})"), right);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures() =>
        [BertAttention.Of(Device, Model.Encoder, _origin.Encoder, _shown[0].Question, _shown[0].Context).Sheet()];

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _origin.Encoder.Save(folder);
    }

    /// <inheritdoc/>
    public void SaveModel(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        run.SaveParameters(Parameters);
        run.SaveRecipe(Run); // with the threshold that goes with the model
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _answerer.Dispose();
        Model.Dispose();
    }

    private BertBatches Windows(TextEncoder encoder, IReadOnlyList<SquadExample> examples, BertAnswerRun run, TrainingOptions options)
    {
        var windows = AnswerWindow.Of(encoder, examples, run, Model.Config);
        (int First, int Last)[] places = [.. windows.Select(window => window.Find(examples[window.Question].FirstAnswer))];
        return new(
            [.. windows.Select(window => new[] { window.Text })], Model.Config.PaddingToken, options.Batch, options.Seed,
            new LabelTargets([.. places.Select(place => place.First)]), new LabelTargets([.. places.Select(place => place.Last)]));
    }
}
