using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Embeddings;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>What can be done with the best model of a run, or with any model folder: each family has a line for each of its uses.</summary>
public static class TrainedModels
{
    private delegate Evaluation Measure(Device device, RunFolder run, string data, CancellationToken cancellation);

    private static readonly Uses<Measure> Evaluators = new("can be measured")
    {
        [BertConfig.ModelTypes] = BertEvaluation.OfRun,
        [CharRnnConfig.Type] = CharRnnEvaluator.OfRun,
        [CnnConfig.Type] = CnnEvaluator.OfRun,
        [ElmoConfig.Type] = ElmoEvaluator.OfRun,
        [ElmoLabelConfig.Type] = ElmoLabeller.OfRun,
        [GptConfig.Gpt1] = GptEvaluator.OfRun,
        [GptConfig.Gpt2] = GptEvaluator.OfRun,
        [GptConfig.Gpt3] = GptEvaluator.OfRun,
        [GptTuningConfig.Type] = GptTuningEvaluator.OfRun,
        [MlpConfig.Type] = MlpEvaluator.OfRun,
        [NnlmConfig.Type] = NnlmEvaluator.OfRun,
        [Seq2SeqConfig.Type] = Seq2SeqEvaluator.OfRun,
        [TaggerConfig.Type] = (device, run, data, cancellation) => TaggerEvaluator.OfFiles(Tagger.Load(device, run), data, cancellation),
        [TextClassifierConfig.Type] = TextClassificationEvaluator.OfRun,
        [TransformerConfig.Type] = TransformerEvaluator.OfRun,
        [Word2VecConfig.Type] = Word2VecEvaluator.OfRun,
    };

    private static readonly Uses<Func<Device, RunFolder, ITextClassifier>> Classifiers = new("classifies texts")
    {
        [BertConfig.ModelTypes] = BertClassifier.Load,
        [ElmoLabelConfig.Type] = ElmoLabeller.LoadClassifier,
        [GptTuningConfig.Type] = GptTuningClassifier.Load,
        [TextClassifierConfig.Type] = TextClassifier.Load,
    };

    private static readonly Uses<Func<Device, RunFolder, ITagger>> Taggers = new("tags words")
    {
        [BertConfig.ModelTypes] = BertTagger.Load,
        [ElmoLabelConfig.Type] = ElmoLabeller.LoadTagger,
        [TaggerConfig.Type] = Tagger.Load,
    };

    private static readonly Uses<Func<Device, RunFolder, ITextGenerator>> Generators = new("writes text")
    {
        [CharRnnConfig.Type] = CharRnnGenerator.Load,
        [GptConfig.Gpt1] = GptGenerator.Load,
        [GptConfig.Gpt2] = GptGenerator.Load,
        [GptConfig.Gpt3] = GptGenerator.Load,
    };

    private static readonly Uses<Func<Device, RunFolder, AnswerRanker>> Rankers = new("ranks answers to prompts")
    {
        [GptConfig.Gpt1] = AnswerRanker.Load,
        [GptConfig.Gpt2] = AnswerRanker.Load,
        [GptConfig.Gpt3] = AnswerRanker.Load,
    };

    private static readonly Uses<Func<Device, RunFolder, MaskFiller>> MaskFillers = new("foretells masked words")
    {
        [BertConfig.ModelTypes] = MaskFiller.Load,
    };

    private static readonly Uses<Func<Device, RunFolder, ITranslator>> Translators = new("translates")
    {
        [Seq2SeqConfig.Type] = Seq2SeqTranslator.Load,
        [TransformerConfig.Type] = TransformerTranslator.Load,
    };

    private static readonly Uses<Func<Device, RunFolder, ITranslator>> Summarizers = new("summarizes")
    {
        [TransformerConfig.Type] = TransformerTranslator.Load,
    };

    private static readonly Uses<Func<Device, RunFolder, QuestionAnswerer>> Answerers = new("answers questions")
    {
        [BertConfig.ModelTypes] = QuestionAnswerer.Load,
    };

    private static readonly Uses<Func<Device, RunFolder, EmbeddingOptions, BertEmbeddingGenerator>> Embedders = new("has vectors of texts")
    {
        [BertConfig.ModelTypes] = BertEmbeddingGenerator.Load,
    };

    private static readonly Uses<Func<Device, RunFolder, string, string?, AttentionMaps>> Observers = new("shows its attention")
    {
        [BertConfig.ModelTypes] = BertAttention.OfFolder,
    };

    private static readonly Uses<Func<RunFolder, WordVectorTable>> Vectors = new("has vectors of words")
    {
        [NnlmConfig.Type] = run => WordVectorTable.OfModel(run, "embedding.weight"),
        [Word2VecConfig.Type] = run => WordVectorTable.OfModel(run, "input.weight"),
    };

    /// <summary>Measures a model on data that it has not seen.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="run">The folder of the run or of the model.</param>
    /// <param name="data">A file or folder, as the recipe takes it.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="DataException">The folder holds no model that can be measured, or the data cannot be read.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static Evaluation Evaluate(Device device, RunFolder run, string data, CancellationToken cancellation = default) =>
        Evaluators.Of(run)(device, run, data, cancellation);

    /// <summary>Loads a model that classifies texts.</summary>
    /// <exception cref="DataException">The folder holds none, or a file of it cannot be read.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static ITextClassifier LoadClassifier(Device device, RunFolder run) => Classifiers.Of(run)(device, run);

    /// <summary>Loads a model that tags words.</summary>
    /// <inheritdoc cref="LoadClassifier" path="/exception"/>
    public static ITagger LoadTagger(Device device, RunFolder run) => Taggers.Of(run)(device, run);

    /// <summary>Loads a model that writes text.</summary>
    /// <inheritdoc cref="LoadClassifier" path="/exception"/>
    public static ITextGenerator LoadGenerator(Device device, RunFolder run) => Generators.Of(run)(device, run);

    /// <summary>Loads a model that ranks answers to prompts.</summary>
    /// <inheritdoc cref="LoadClassifier" path="/exception"/>
    public static AnswerRanker LoadRanker(Device device, RunFolder run) => Rankers.Of(run)(device, run);

    /// <summary>Loads a model that foretells masked words.</summary>
    /// <inheritdoc cref="LoadClassifier" path="/exception"/>
    public static MaskFiller LoadMaskFiller(Device device, RunFolder run) => MaskFillers.Of(run)(device, run);

    /// <summary>Loads a model that translates.</summary>
    /// <inheritdoc cref="LoadClassifier" path="/exception"/>
    public static ITranslator LoadTranslator(Device device, RunFolder run) => Translators.Of(run)(device, run);

    /// <summary>Loads a model that summarizes.</summary>
    /// <inheritdoc cref="LoadClassifier" path="/exception"/>
    public static ITranslator LoadSummarizer(Device device, RunFolder run) => Summarizers.Of(run)(device, run);

    /// <summary>Loads a model that answers questions about texts.</summary>
    /// <inheritdoc cref="LoadClassifier" path="/exception"/>
    public static QuestionAnswerer LoadAnswerer(Device device, RunFolder run) => Answerers.Of(run)(device, run);

    /// <summary>Loads a model that turns texts into vectors.</summary>
    /// <inheritdoc cref="LoadClassifier" path="/exception"/>
    public static BertEmbeddingGenerator LoadEmbedder(Device device, RunFolder run, EmbeddingOptions options) =>
        Embedders.Of(run)(device, run, options);

    /// <summary>What the heads of a model look at as it reads a text, or two.</summary>
    /// <inheritdoc cref="LoadClassifier" path="/exception"/>
    public static AttentionMaps Attention(Device device, RunFolder run, string first, string? second = null) =>
        Observers.Of(run)(device, run, first, second);

    /// <summary>Loads the vectors of a run or model folder, or of a file in one of the forms of <see cref="Word2VecFile"/>.</summary>
    /// <exception cref="DataException">There is no such file or folder, or it holds no word vectors.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read.</exception>
    public static WordVectorTable LoadVectors(string path)
    {
        if (!Directory.Exists(path))
            return Word2VecFile.Read(path);
        var run = new RunFolder(path);
        return Vectors.Of(run)(run);
    }

    // What serves a use, by the model_type of the families that have it.
    private sealed class Uses<T>(string use) : Dictionary<string, T>
        where T : Delegate
    {
        // All types of a family at once.
        public T this[IReadOnlyList<string> types]
        {
            set
            {
                foreach (var type in types)
                    this[type] = value;
            }
        }

        public T Of(RunFolder run)
        {
            ArgumentNullException.ThrowIfNull(run);
            var type = JsonFile.TypeOf(run.Config);
            return TryGetValue(type, out var serving)
                ? serving
                : throw new DataException(run.Config, $"a model of type '{type}' is none that {use}");
        }
    }
}
