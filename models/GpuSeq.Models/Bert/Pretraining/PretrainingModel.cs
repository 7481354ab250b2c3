using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What a pre-training makes of a batch.</summary>
/// <param name="Masked">[B P, V], the logits of pieces in the masked places.</param>
/// <param name="Pairs">[B, 2], whether the parts belong together; null for a model that does not tell.</param>
internal sealed record PretrainingLogits(Tensor Masked, Tensor? Pairs);

/// <summary>A model that foretells masked pieces and, as BERT and ALBERT do, tells how pairs belong together.</summary>
internal sealed class PretrainingModel : IModel
{
    private readonly IModel _model;
    private readonly BertEncoder _encoder;
    private readonly MaskedLanguageHead _maskedLanguage;
    private readonly PretrainingHead? _pair;

    private PretrainingModel(BertModel<PretrainingHead> model)
    {
        (_model, _encoder, Config) = (model, model.Encoder, model.Config);
        (_maskedLanguage, _pair) = (model.Head.MaskedLanguage, model.Head);
    }

    private PretrainingModel(BertModel<MaskedLanguageHead> model)
    {
        (_model, _encoder, Config) = (model, model.Encoder, model.Config);
        _maskedLanguage = model.Head;
    }

    /// <summary>The form of the model.</summary>
    public BertConfig Config { get; }

    /// <summary>Whether it tells how pairs belong together.</summary>
    public bool TellsPairs => _pair is not null;

    /// <inheritdoc/>
    public ParameterSet Parameters => _model.Parameters;

    /// <summary>A new model of a form.</summary>
    public static PretrainingModel Create(Device device, BertConfig config, ulong seed) => PretrainingHead.Suits(config.ModelType)
        ? new(new BertModel<PretrainingHead>(device, config, seed))
        : new(new BertModel<MaskedLanguageHead>(device, config, seed));

    /// <summary>The model of a folder, to be trained on; what the folder lacks begins at random.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="change">What is to be changed of its form, such as dropout.</param>
    /// <param name="seed">Of what begins at random.</param>
    /// <inheritdoc cref="BertFiles.Begin" path="/exception"/>
    public static PretrainingModel Begin(Device device, RunFolder folder, Func<BertConfig, BertConfig> change, ulong seed) =>
        PretrainingHead.Suits(BertConfig.Load(folder.Config).ModelType)
            ? new(BertFiles.Begin<PretrainingHead>(device, folder, change, seed))
            : new(BertFiles.Begin<MaskedLanguageHead>(device, folder, change, seed));

    /// <summary>The model of a folder, to be measured: one that was stored without the head for pairs does not tell of them.</summary>
    /// <inheritdoc cref="BertFiles.Load" path="/exception"/>
    public static PretrainingModel Load(Device device, RunFolder folder) =>
        BertConfig.Load(folder.Config).Architecture?.EndsWith(BertNames.ForPretraining, StringComparison.Ordinal) == true
            ? new(BertFiles.Load<PretrainingHead>(device, folder))
            : new(BertFiles.Load<MaskedLanguageHead>(device, folder));

    /// <summary>Computes logits of a batch of <see cref="PretrainingBatches"/>.</summary>
    public PretrainingLogits Forward(Graph graph, Batch batch)
    {
        var input = PretrainingBatches.Input(graph, batch, graph.Input(batch[PretrainingBatches.Ids]), Config);
        var result = _encoder.Forward(graph, input with { Wanted = graph.Input(batch[PretrainingBatches.Places]) });
        return new(_maskedLanguage.Logits(PretrainingBatches.Foretold(result.Hidden)), _pair?.PairLogits(result));
    }

    /// <summary>[T, V], the logits of pieces in all places of one sequence.</summary>
    public Tensor Foretell(Graph graph, int[] ids)
    {
        var hidden = _encoder.Forward(graph, new(graph.Input(ids, [1, ids.Length]))).Hidden;
        return _maskedLanguage.Logits(hidden.Reshape([ids.Length, Config.Width]));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _model.Dispose();
}
