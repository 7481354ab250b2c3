using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures models of BERT's family by what they are for, as the name of their class in <c>config.json</c> tells.</summary>
internal static class BertEvaluation
{
    private delegate Evaluation Measure(Device device, RunFolder run, string data, CancellationToken cancellation);

    private static readonly Dictionary<string, Measure> Measures = new()
    {
        [AnswerHead.Purpose] = QuestionAnswerer.OfRun,
        [ClassificationHead.Purpose] = BertExampleEvaluator.OfRun,
        [ChoiceHead.Purpose] = BertExampleEvaluator.OfRun,
        [TokenHead.Purpose] = (device, run, data, cancellation) =>
            TaggerEvaluator.OfFiles(BertTagger.Load(device, run), data, cancellation),
        [BertNames.Architecture(BertConfig.Electra, BertNames.ForPretraining)] = ElectraEvaluator.OfRun,
        [BertNames.ForPretraining] = PretrainingEvaluator.OfRun,
        [MaskedLanguageHead.Purpose] = PretrainingEvaluator.OfRun,
    };

    /// <summary>Measures the best model of a run, or one of the Hub.</summary>
    /// <exception cref="DataException">The model is for nothing that can be measured, or the data cannot be read.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        var architecture = BertConfig.Load(run.Config).Architecture
            ?? throw new DataException(run.Config, "it has no architectures, which tell what the model is for");
        var measure = Measures.FirstOrDefault(entry => architecture.EndsWith(entry.Key, StringComparison.Ordinal)).Value
            ?? throw new DataException(run.Config, $"a {architecture} cannot be measured");
        return measure(device, run, data, cancellation);
    }
}
