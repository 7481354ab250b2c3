using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>
/// Tells what a text or a pair of texts is: labels, or a number (Devlin et al. 2019, section 4.1). BERT and ALBERT read the pooler's
/// output, RoBERTa and ELECTRA have a layer of their own for the first token.
/// </summary>
public sealed class ClassificationHead : IBertHead<ClassificationHead>
{
    private readonly Linear? _dense;
    private readonly Linear _output;
    private readonly Activation _activation;
    private readonly float _dropout;

    private ClassificationHead(ParameterScope scope, BertEncoder encoder)
    {
        var config = encoder.Config;
        var hasOwnLayer = !ReadsPooler(config.ModelType);
        if (hasOwnLayer)
            _dense = BertEncoder.NewLinear(scope["classifier.dense"], config, config.Width, config.Width);
        _output = BertEncoder.NewLinear(
            scope[hasOwnLayer ? "classifier.out_proj" : "classifier"], config, config.Width, config.Labels.Count);
        _activation = config.ModelType == BertConfig.Electra ? Activation.Gelu : Activation.Tanh;
        _dropout = config.LabelDropout;
    }

    /// <inheritdoc/>
    public static string Purpose => "ForSequenceClassification";

    /// <inheritdoc/>
    public static bool ReadsPooler(string modelType) => modelType is BertConfig.Bert or BertConfig.Albert;

    /// <inheritdoc/>
    public static ClassificationHead Create(ParameterScope scope, BertEncoder encoder) => new(scope, encoder);

    /// <summary>[B, N], for each of N labels.</summary>
    public Tensor Logits(BertResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var features = (result.Pooled ?? result.First).Dropout(_dropout);
        return _output.Forward(_dense?.Forward(features, _activation).Dropout(_dropout) ?? features);
    }
}
