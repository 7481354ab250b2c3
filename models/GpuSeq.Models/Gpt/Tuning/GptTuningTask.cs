using System.Globalization;
using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Fine-tunes a GPT on examples (Radford et al. 2018, section 3.2).</summary>
public sealed class GptTuningTask : ITrainingTask, IDisposable
{
    private const int MostSamples = 6;

    private readonly TextExample[] _shown;
    private readonly GptTuningBatches _train;
    private readonly GptTuningEvaluator _validation;
    private readonly GptTuningClassifier _classifier;

    /// <summary>Makes a model for examples.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="examples">The examples; where they have no part to choose models by, a tenth is held back for that.</param>
    /// <param name="config">The form of the model; labels, or mean and deviation, are taken from the examples.</param>
    /// <param name="tokenizer">Of the texts.</param>
    /// <param name="options">How it is trained.</param>
    /// <exception cref="DataException">There are too few examples or labels, or an answer occurs only among those to choose by.</exception>
    /// <exception cref="ArgumentException">The configuration has a fault.</exception>
    public GptTuningTask(Device device, TextExamples examples, GptTuningConfig config, ITokenizer tokenizer, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        examples = examples.WithDev(options.Seed);
        config = Describe(config, examples);
        (Device, Tokenizer) = (device, tokenizer);
        _train = new(config, tokenizer, examples.Train, examples.Source, options.Batch, options.Seed);
        Model = new(device, config, options.Seed);
        _classifier = new(device, Model, tokenizer);
        _validation = new(device, Model, tokenizer, examples.Dev, examples.Source);
        _shown = examples.Dev.Spread(MostSamples);
    }

    /// <summary>The model.</summary>
    public GptTuningModel Model { get; }

    /// <summary>Of the texts.</summary>
    public ITokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public string Recipe => Model.Config.Form.RecipeName();

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches => _train;

    /// <inheritdoc/>
    public string Items => "tokens";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch) => Model.Loss(graph, batch);

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step)
    {
        string[] texts = [.. _shown.Select(example => string.Join('\t', example.Texts.Select(text => text.Replace('\t', ' '))))];
        return _classifier.Classify(texts).Zip(_shown, (said, example) => said.ToSample(step, example));
    }

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures() => [_validation.Scores.ToPicture()];

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        Tokenizer.Save(folder);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _validation.Dispose();
        _classifier.Dispose(); // and the model with it
    }

    // Of two texts, more than two different answers that are numbers are told as numbers, such as 0 to 5; fewer are labels.
    private static GptTuningConfig Describe(GptTuningConfig config, TextExamples examples)
    {
        string[] answers = [.. examples.Train.Select(example => example.Answer).Distinct().Order(StringComparer.Ordinal)];
        if (config.Form == GptTuningForm.Choice)
        {
            var choices = examples.Train[0].Texts.Count - 1;
            return config with { Labels = [.. Enumerable.Range(0, choices).Select(choice => choice.ToString(CultureInfo.InvariantCulture))] };
        }
        if (answers.Length < 2)
            throw new DataException(examples.Source, $"all examples to learn from have the answer '{answers[0]}'");
        if (config.Form != GptTuningForm.Similar || answers.Length == 2 || !answers.All(IsNumber))
            return config with { Labels = answers };
        double[] numbers = [.. examples.Train.Select(example => double.Parse(example.Answer, CultureInfo.InvariantCulture))];
        var mean = numbers.Average();
        return config with
        {
            Labels = [],
            Mean = (float)mean,
            Deviation = (float)Math.Sqrt(numbers.Average(number => (number - mean) * (number - mean))),
        };
    }

    private static bool IsNumber(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);
}
