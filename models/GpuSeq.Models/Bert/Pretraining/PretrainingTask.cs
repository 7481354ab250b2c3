using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>
/// Pre-trains BERT, RoBERTa and ALBERT: the loss of foretelling masked pieces, and of telling how pairs belong together where the
/// model does (Devlin et al. 2019, section 3.1).
/// </summary>
internal sealed class PretrainingTask : ITrainingTask, IDisposable
{
    private readonly PretrainingCorpus _corpus;
    private readonly PretrainingEvaluator _validation;
    private readonly MaskedWords _words;

    /// <summary>A task over a model, which it disposes.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="corpus">The documents.</param>
    /// <param name="model">The model.</param>
    /// <param name="run">What examples are.</param>
    /// <param name="options">How it is trained.</param>
    /// <exception cref="DataException">There are too few documents.</exception>
    public PretrainingTask(Device device, PretrainingCorpus corpus, PretrainingModel model, PretrainingRun run, TrainingOptions options)
    {
        (Device, Model, _corpus) = (device, model, corpus);
        Batches = PretrainingBatches.ToLearn(model.Config, corpus, run, options);
        _validation = new(device, model, corpus, run);
        _words = new(corpus);
    }

    /// <summary>The model.</summary>
    public PretrainingModel Model { get; }

    public string Recipe => $"{Model.Config.ModelType}-pretrain";

    public Device Device { get; }

    public ParameterSet Parameters => Model.Parameters;

    public IBatchSource Batches { get; }

    public string Items => "tokens";

    public Tensor Loss(Graph graph, Batch batch)
    {
        var logits = Model.Forward(graph, batch);
        var loss = logits.Masked.CrossEntropy(graph.Input(batch[PretrainingBatches.Labels]));
        return logits.Pairs is { } pairs ? loss.Add(pairs.CrossEntropy(graph.Input(batch[PretrainingBatches.Pairs]))) : loss;
    }

    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    public IEnumerable<Sample> Samples(int step) => _words.Samples(Device, Model.Foretell, step);

    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _corpus.Encoder.Save(folder);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _validation.Dispose();
        Model.Dispose();
    }
}
