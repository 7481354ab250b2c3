namespace GpuSeq.Models.Tests;

/// <summary>Small models of BERT's family, and trainings of seconds.</summary>
internal static class BertTuningSetup
{
    public const int MaxLength = 48;

    public static BertConfig Small { get; } = new()
    {
        Width = 32,
        Layers = 2,
        Heads = 2,
        Inner = 64,
        Positions = MaxLength,
        HiddenDropout = 0f,
        AttentionDropout = 0f,
        InitializerRange = 0.1f,
    };

    /// <summary>The same of another type.</summary>
    public static BertConfig Of(string type) => type switch
    {
        BertConfig.Roberta => Small with { ModelType = type, Positions = MaxLength + 2, PadTokenId = 1 },
        BertConfig.Albert => Small with { ModelType = type, NarrowWidth = 16 },
        BertConfig.Electra => Small with { ModelType = type, NarrowWidth = 16 },
        _ => Small,
    };

    public static BertOrigin Origin(TextExamples examples, BertConfig? form = null)
    {
        var origin = BertOrigin.New(form ?? Small, examples.Train.SelectMany(example => example.Texts), vocabSize: 1000);
        return origin with { Config = origin.Config with { PadTokenId = form?.PadTokenId ?? origin.Config.PadTokenId } };
    }

    public static TrainingOptions Options(int steps, string metric, int batch = 16) => new()
    {
        Epochs = 100,
        MaxSteps = steps,
        Batch = batch,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 5e-3f,
        Schedule = "linear,warmup=0.1",
        Metric = metric,
    };

    public static TrainingResult Train(ITrainingTask task, TrainingOptions options, BertTuningRun run, string folder)
    {
        using var trainer = new Trainer(task, options, new(folder));
        var result = trainer.Run();
        JsonFile.Save(new RunFolder(folder).Recipe, run);
        return result;
    }
}
