using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>A trained model at work that labels words or sentences by the layers of a language model.</summary>
public sealed class ElmoLabeller : ITagger, ITextClassifier
{
    private const int Batch = 32; // sentences

    private readonly Device _device;
    private readonly ElmoFeatures _elmo;
    private readonly ElmoLabelModel _model;

    private ElmoLabeller(Device device, ElmoFeatures elmo, ElmoLabelModel model) => (_device, _elmo, _model) = (device, elmo, model);

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => _model.Config.Labels;

    /// <summary>Loads the best model of a run.</summary>
    /// <exception cref="DataException">The folder holds no such model.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static ElmoLabeller Load(Device device, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var config = ElmoLabelConfig.Load(run.Config);
        var labeller = new ElmoLabeller(
            device, ElmoFeatures.Load(device, run.File(ElmoLabelTask.ElmoFolder)), new ElmoLabelModel(device, config));
        try
        {
            TensorFiles.Load(run.Model, labeller._model.Parameters);
        }
        catch
        {
            labeller.Dispose();
            throw;
        }
        return labeller;
    }

    /// <summary>Loads the best model of a run that labels words.</summary>
    /// <exception cref="DataException">The folder holds no such model.</exception>
    public static ElmoLabeller LoadTagger(Device device, RunFolder run) => Load(device, run, LabelUnit.Word, "it does not tag words");

    /// <summary>Loads the best model of a run that labels sentences.</summary>
    /// <exception cref="DataException">The folder holds no such model.</exception>
    public static ElmoLabeller LoadClassifier(Device device, RunFolder run) =>
        Load(device, run, LabelUnit.Sentence, "it does not classify texts");

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<string>> Tag(IReadOnlyList<IReadOnlyList<string>> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var tags = new IReadOnlyList<string>[sentences.Count];
        Array.Fill(tags, []); // those without words
        int[] filled = [.. Enumerable.Range(0, sentences.Count).Where(i => sentences[i].Count > 0)];
        using var evaluator = Evaluator([.. filled.Select(i => new LabelledWords(sentences[i], []))]);
        foreach (var (sentence, logits) in evaluator?.Logits() ?? [])
            tags[filled[sentence]] = evaluator!.Names(logits);
        return tags;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TextClass> Classify(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var classes = new TextClass[texts.Count];
        using var evaluator = Evaluator([.. texts.Select(text => new LabelledWords(LabelledCorpus.WordsOf(text), []))]);
        foreach (var (sentence, logits) in evaluator?.Logits() ?? [])
        {
            var largest = logits.Max();
            var powers = logits.Select(logit => Math.Exp(logit - largest)).ToArray();
            var shares = Labels.Zip(powers).ToDictionary(entry => entry.First, entry => entry.Second / powers.Sum());
            classes[sentence] = new(texts[sentence], Labels[logits.AsSpan().IndexOfMax()], shares);
        }
        return classes;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _model.Dispose();
        _elmo.Dispose();
    }

    /// <summary>Measures the model of a run on a file.</summary>
    /// <exception cref="DataException">The file cannot be read, or has labels that the model does not know.</exception>
    internal static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        using var labeller = Load(device, run);
        using var evaluator = labeller.Evaluator(LabelledCorpus.ReadAll(labeller._model.Config.Unit, data), data);
        return evaluator!.Evaluate(cancellation);
    }

    private static ElmoLabeller Load(Device device, RunFolder run, LabelUnit unit, string otherwise) =>
        ElmoLabelConfig.Load(run.Config).Unit == unit ? Load(device, run) : throw new DataException(run.Config, otherwise);

    private ElmoLabelEvaluator? Evaluator(IReadOnlyList<LabelledWords> sentences, string source = "the texts") => sentences.Count == 0
        ? null
        : new(_device, _model, new(
            _model.Config, sentences, _elmo.Of([.. sentences.Select(sentence => sentence.Words)]), Batch, seed: 0, source));
}
