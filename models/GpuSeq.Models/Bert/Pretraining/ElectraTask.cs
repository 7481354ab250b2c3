using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>
/// Pre-trains ELECTRA: the generator's loss of foretelling masked pieces, and lambda times the discriminator's of telling which were
/// replaced (Clark et al. 2020, section 2). What is drawn between them lets no gradient through.
/// </summary>
internal sealed class ElectraTask : ITrainingTask, IDisposable
{
    private readonly PretrainingCorpus _corpus;
    private readonly ElectraEvaluator _validation;
    private readonly MaskedWords _words;
    private readonly float _weight;

    /// <summary>A task over a model, which it disposes.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="corpus">The documents.</param>
    /// <param name="model">The model.</param>
    /// <param name="run">What examples are, and lambda.</param>
    /// <param name="options">How it is trained.</param>
    /// <exception cref="DataException">There are too few documents.</exception>
    public ElectraTask(Device device, PretrainingCorpus corpus, ElectraModel model, PretrainingRun run, TrainingOptions options)
    {
        (Device, Model, _corpus, _weight) = (device, model, corpus, run.ReplacementWeight);
        Batches = PretrainingBatches.ToLearn(model.Config, corpus, run, options);
        _validation = new(device, model, corpus, run);
        _words = new(corpus);
    }

    /// <summary>The model.</summary>
    public ElectraModel Model { get; }

    public string Recipe => $"{BertConfig.Electra}-pretrain";

    public Device Device { get; }

    public ParameterSet Parameters => Model.Parameters;

    public IBatchSource Batches { get; }

    public string Items => "tokens";

    public Tensor Loss(Graph graph, Batch batch)
    {
        var result = Model.Forward(graph, batch);
        var foretelling = result.Masked.CrossEntropy(graph.Input(batch[PretrainingBatches.Labels]));
        var telling = result.Logits.BinaryCrossEntropy(result.Replaced, Kernels.LossReduction.Sum, result.Counts) / result.Counts.Sum();
        return foretelling + telling.Scale(_weight);
    }

    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    public IEnumerable<Sample> Samples(int step) => _words.Samples(Device, Model.Foretell, step);

    public void SaveModel(RunFolder run) => Model.SaveParameters(run);

    public void SaveModelFiles(string folder)
    {
        var generator = Path.Combine(folder, ElectraModel.GeneratorFolder);
        Directory.CreateDirectory(generator);
        foreach (var (path, config) in new[] { (folder, Model.Config), (generator, Model.Generator) })
        {
            config.Save(Path.Combine(path, "config.json"));
            _corpus.Encoder.Save(path);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _validation.Dispose();
        Model.Dispose();
    }
}
