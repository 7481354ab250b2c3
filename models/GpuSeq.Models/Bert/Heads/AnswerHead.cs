using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Tells where in a text an answer begins and ends (Devlin et al. 2019, section 4.2).</summary>
public sealed class AnswerHead : IBertHead<AnswerHead>
{
    private readonly Linear _output;

    private AnswerHead(ParameterScope scope, BertEncoder encoder) =>
        _output = BertEncoder.NewLinear(scope["qa_outputs"], encoder.Config, encoder.Config.Width, 2);

    /// <inheritdoc/>
    public static string Purpose => "ForQuestionAnswering";

    /// <inheritdoc/>
    public static AnswerHead Create(ParameterScope scope, BertEncoder encoder) => new(scope, encoder);

    /// <summary>[B, T] each: of every token, whether the answer begins and whether it ends there.</summary>
    public (Tensor Starts, Tensor Ends) Logits(BertResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var logits = _output.Forward(result.Hidden); // [B, T, 2]
        Shape shape = [logits.Shape[0], logits.Shape[1]];
        return (logits.Slice(-1, 0, 1).Reshape(shape), logits.Slice(-1, 1, 1).Reshape(shape));
    }
}
