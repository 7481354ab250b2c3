using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Trains what is to be compared, where it is not given, on the same sentences.</summary>
public static class SenseTraining
{
    private const int VocabSize = 2000;
    private const int Length = 32; // the most tokens of an example: a sentence and another
    private static readonly BertConfig Small = new() { Width = 64, Layers = 2, Heads = 4, Inner = 256, Positions = 64 };

    /// <summary>How word vectors are trained, as the recipe <c>word2vec</c> does, but for longer on the little text.</summary>
    /// <param name="options">How the model of BERT's family is trained.</param>
    public static TrainingOptions Word2VecOptions(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            Epochs = 40,
            Batch = 64,
            Accumulate = 1,
            Optimizer = OptimizerKind.Sgd,
            LearningRate = 0.05f,
            Momentum = 0f,
            Schedule = "linear",
            WeightDecay = 0f,
            ClipNorm = 0f,
            ClipValue = 0f,
            Metric = TrainingGoal.Last,
            Patience = null,
            EvaluateEvery = null,
        };
    }

    /// <summary>Word2Vec on the sentences.</summary>
    /// <exception cref="DataException">There are too few.</exception>
    public static Word2VecTask Word2Vec(Device device, SenseData data, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        var config = new Word2VecConfig { VocabSize = 1, VectorSize = 32 };
        var corpus = Corpus.Of(string.Join("\n\n", data.Learned.Select(sentence => sentence.Text)), data.Source, config.Text);
        return new(device, corpus, config, new() { MinCount = 1 }, options);
    }

    /// <summary>A small BERT, pre-trained on the sentences: those of a sense stand in one text.</summary>
    /// <returns>A task to be disposed.</returns>
    /// <exception cref="DataException">There are too few.</exception>
    public static ITrainingTask Bert(Device device, SenseData data, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        string[] texts = [.. data.Learned.GroupBy(sentence => (sentence.Word, sentence.Sense)).Select(own => Text(own, options.Seed))];
        var run = new PretrainingRun { Length = Length, VocabSize = VocabSize };
        var corpus = PretrainingCorpus.Of(texts, null, run, BertConfig.Bert);
        var config = Small with { VocabSize = corpus.Encoder.Tokenizer.Count, PadTokenId = corpus.Encoder.Special.Padding };
        return new PretrainingTask(device, corpus, PretrainingModel.Create(device, config, options.Seed), run, options);
    }

    // In random order: sentences that are made of the same parts do not stand together.
    private static string Text(IEnumerable<SenseSentence> sentences, ulong seed)
    {
        string[] texts = [.. sentences.Select(sentence => sentence.Text)];
        new SplitMix64(seed).Shuffle(texts.AsSpan());
        return string.Join("\n\n", texts);
    }
}
